"""The machine and what the portal stands on: database, Redis, disk, files, settings. Each check is one function."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import redis
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.checks import ERROR, WARNING, run_checks
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from .finding import Finding, failed, ok, skipped, warning

LOW_DISK = 1024**3  # bytes that are free: below, somebody should look
FULL_DISK = 100 * 1024**2  # below, the next file or message may not fit


def database() -> Iterator[Finding]:
    """It answers, and its tables are those of this version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        kind = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
        loader = MigrationLoader(connection)
        missing = sorted(loader.graph.nodes.keys() - loader.applied_migrations.keys())
    except DatabaseError as error:
        yield failed("database", f"no answer: {error}", "Start the database, or correct DATABASE_URL.")
        return
    yield ok("database", f"{kind} answers")
    if missing:
        names = ", ".join(".".join(one) for one in missing[:3])
        yield failed("migrations", f"{len(missing)} are missing: {names} …", "Run: python manage.py migrate")
    else:
        yield ok("migrations", "all are applied")


def redis_server() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        yield skipped("Redis", "REDIS_URL is empty: one process does everything")
        return
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5) as server:
            version = server.info("server")["redis_version"]
    except redis.RedisError as error:
        yield failed("Redis", f"no answer: {error}", "Start it, or correct REDIS_URL. Until then desks are 2 s late.")
    else:
        yield ok("Redis", f"Redis {version} answers")


def disks() -> Iterator[Finding]:
    """One line for each file system that our folders are on."""
    seen = set()
    for folder in (settings.CCP_DATA_DIR, settings.CCP_MEDIA_DIR):
        here = next(parent for parent in (folder, *folder.parents) if parent.exists())
        if here.stat().st_dev not in seen:
            seen.add(here.stat().st_dev)
            yield _disk(here, shutil.disk_usage(here).free)


def _disk(folder: Path, free: int) -> Finding:
    came = f"{free // 1024**2:,} MiB are free below {folder}"
    if free < FULL_DISK:
        return failed("disk", came, "Make room: the next message may not be kept.")
    if free < LOW_DISK:
        return warning("disk", came, "Make room before it is full.")
    return ok("disk", came)


def file_rights() -> Iterator[Finding]:
    """Keys, sessions and customers' words are in the data folder."""
    folder = settings.CCP_DATA_DIR
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield failed("file rights", f"{folder} can be read by others ({mode:o})", f"Run: chmod -R go= {folder}")
    else:
        yield ok("file rights", f"{folder} is for the portal's own user only")


def static_files() -> Iterator[Finding]:
    if finders.find("desk/js/shell/main.js") is None:
        yield failed(
            "static files", "the desk's scripts are not found", "Install the portal whole: a folder is missing."
        )
    else:
        yield ok("static files", "the desk's scripts are found")


def time_zones() -> Iterator[Finding]:
    """Hours of operation are kept in the time zone of a place."""
    try:
        ZoneInfo("Europe/Berlin")
    except ZoneInfoNotFoundError:
        yield failed("time zones", "there is no time zone data", "Install the package tzdata (Debian, or from PyPI).")
    else:
        yield ok("time zones", "time zone data is there")


def configuration() -> Iterator[Finding]:
    """Django's checks and ours (ccp_portal.checks), those for deployment too."""
    found = [one for one in run_checks(include_deployment_checks=True) if one.level >= WARNING]
    if not found:
        yield ok("settings", "all checks pass")
    for one in found:
        make = failed if one.level >= ERROR else warning
        yield make("settings", f"{one.id}: {one.msg}", str(one.hint or "See manage.py check --deploy."))


CHECKS = (database, redis_server, disks, file_rights, static_files, time_zones, configuration)
