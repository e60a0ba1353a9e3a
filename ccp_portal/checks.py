"""System checks: settings that would lose messages, let strangers in or stop the portal, said at start-up with the remedy."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.fernet import Fernet
from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- Django's own name

from chats.start_chat.start_chat_contract import MAX_MINUTES, MIN_MINUTES

ARN_OF_A_TOPIC = re.compile(r"^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}(\.fifo)?$")
ORIGIN = re.compile(r"^https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?$")
CCP_ADDRESS = re.compile(r"https://[\w.-]+(:\d{1,5})?/\S*|http://(localhost|127\.0\.0\.1)(:\d{1,5})?/\S*")
LAYER_BLOCKS_FOR = 5  # channels_redis reads with BZPOPMIN, blocking 5 s (channels_redis.core, brpop_timeout)


@register(Tags.database)
def sqlite_waits_for_its_lock(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The SQLite database “{alias}” is used without transaction_mode IMMEDIATE.",
            hint="Two writers at once would fail with “database is locked” instead of waiting:"
            ' set OPTIONS["transaction_mode"] = "IMMEDIATE".',
            id="ccp.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database["ENGINE"] == "django.db.backends.sqlite3"
        and database.get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE"
    ]


@register
def the_layer_outwaits_its_own_read(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"The channel layer's Redis host {address} has no socket_timeout above {LAYER_BLOCKS_FOR} s.",
            hint="redis-py 8 gives up after 5 s, just when an idle channel layer's blocking read ends: every idle wait"
            ' would fail. Write the host as {"address": …, "socket_timeout": 30}.',
            id="ccp.E002",
        )
        for address, timeout in _redis_hosts()
        if timeout is not None and timeout <= LAYER_BLOCKS_FOR
    ]


@register(Tags.security, deploy=True)
def hosts_are_named(**_kwargs: Any) -> list[CheckMessage]:
    if "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "ALLOWED_HOSTS holds “*”.",
            hint="It switches off the check of Host, and with it the check of a socket's Origin:"
            " name the hosts the portal is reached by.",
            id="ccp.E003",
        )
    ]


@register(Tags.security)
def tokens_can_be_encrypted(**_kwargs: Any) -> list[CheckMessage]:
    wrong = [place for place, key in enumerate(settings.CCP_FIELD_KEYS, 1) if not _is_fernet_key(key)]
    if settings.CCP_FIELD_KEYS and not wrong:
        return []
    which = f"holds no Fernet key at place {', '.join(map(str, wrong))}" if wrong else "is empty"
    return [
        Error(
            f"CCP_FIELD_KEYS {which}.",
            hint="Make a key with: python -c"
            ' "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())".'
            " Several are separated by commas, the newest first.",
            id="ccp.E004",
        )
    ]


@register(Tags.security)
def the_pinned_certificate_is_there(**_kwargs: Any) -> list[CheckMessage]:
    if not settings.CCP_SNS_CERT:
        return []
    try:
        load_pem_x509_certificates(Path(settings.CCP_SNS_CERT).read_bytes())
    except (OSError, ValueError) as error:
        return [
            Error(
                f"CCP_SNS_CERT is {settings.CCP_SNS_CERT}, which is no readable certificate: {error}",
                hint="Name a PEM file, or leave it empty to trust Amazon SNS by Amazon's own rules.",
                id="ccp.E005",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def amazon_connect_is_the_real_one(**_kwargs: Any) -> list[CheckMessage]:
    if not settings.CCP_AWS_ENDPOINT:
        return []
    return [
        Warning(
            f"CCP_AWS_ENDPOINT is {settings.CCP_AWS_ENDPOINT}: the portal speaks to an emulator, not to Amazon Connect.",
            hint="Leave it empty where customers are served.",
            id="ccp.W006",
        )
    ]


@register
def the_topic_is_an_arn(**_kwargs: Any) -> list[CheckMessage]:
    if ARN_OF_A_TOPIC.match(settings.CCP_TOPIC_ARN):
        return []
    return [
        Error(
            f"CCP_TOPIC_ARN is “{settings.CCP_TOPIC_ARN}”, which is not the ARN of an SNS topic.",
            hint="It looks like arn:aws:sns:us-east-1:123456789012:ccp-portal; without it nothing is ever heard.",
            id="ccp.E007",
        )
    ]


@register
def websites_can_start_chats(**_kwargs: Any) -> list[CheckMessage]:
    if not settings.CCP_START_CHAT_ORIGINS:
        return []
    wrong = [origin for origin in settings.CCP_START_CHAT_ORIGINS if not ORIGIN.match(origin)]
    found = [
        Error(
            f"CCP_START_CHAT_ORIGINS holds “{origin}”, which is no origin.",
            hint="An origin is scheme, host and port as a browser says them, without a path: https://www.example.org.",
            id="ccp.E008",
        )
        for origin in wrong
    ]
    if not settings.CCP_START_CHAT_FLOWS:
        found.append(
            Error(
                "CCP_START_CHAT_ORIGINS names websites, and CCP_START_CHAT_FLOWS no contact flow that they may start.",
                hint="Name the flow's id; the first is the one of pages that name none.",
                id="ccp.E009",
            )
        )
    if not MIN_MINUTES <= settings.CCP_START_CHAT_MINUTES <= MAX_MINUTES:
        found.append(
            Error(
                f"CCP_START_CHAT_MINUTES is {settings.CCP_START_CHAT_MINUTES}.",
                hint=f"Amazon Connect takes {MIN_MINUTES} to {MAX_MINUTES} minutes.",
                id="ccp.E010",
            )
        )
    return list(found)


@register
def pages_that_hold_the_ccp_are_origins(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"CCP_ALLOWED_ORIGINS holds “{origin}”, which is no origin.",
            hint="An origin is scheme, host and port as a browser says them, without a path or a star: https://crm.example.org.",
            id="ccp.E011",
        )
        for origin in settings.CCP_ALLOWED_ORIGINS
        if not ORIGIN.match(origin)
    ]


@register
def keys_for_tokens_of_frames_are_long(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(
            f"A key of CCP_EMBED_KEYS has {len(key)} characters.",
            hint="Whoever has one signs in as any agent: take 32 or more that nobody guesses (openssl rand -hex 32).",
            id="ccp.E012",
        )
        for key in settings.CCP_EMBED_KEYS
        if len(key) < 32
    ]


@register
def the_desk_beside_a_ccp_has_what_it_needs(**_kwargs: Any) -> list[CheckMessage]:
    """A hidden frame of the instance's CCP needs its address and the file of Streams (docs/streams.md)."""
    if not settings.CCP_CONNECT_CCP_URL:
        return []
    found: list[CheckMessage] = []
    for name in ("CCP_CONNECT_CCP_URL", "CCP_CONNECT_LOGIN_URL"):
        address = getattr(settings, name)
        if address and not CCP_ADDRESS.fullmatch(address):
            found.append(
                Error(
                    f"{name} is “{address}”, which is no address of a CCP.",
                    hint="It is https://<the instance>.my.connect.aws/ccp-v2/; http is for this machine's own emulator.",
                    id="ccp.E013",
                )
            )
    if not os.access(settings.CCP_STREAMS_FILE or "/", os.R_OK) or not Path(settings.CCP_STREAMS_FILE).is_file():
        found.append(
            Error(
                f"CCP_STREAMS_FILE is “{settings.CCP_STREAMS_FILE}”, and there is no file that the portal may read.",
                hint="Take release/connect-streams-min.js of the npm package amazon-connect-streams, and name its path.",
                id="ccp.E014",
            )
        )
    return found


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _redis_hosts() -> Iterator[tuple[str, float | None]]:
    """Each host of each Redis layer, without a password, and its timeout (None: it waits for ever)."""
    for layer in settings.CHANNEL_LAYERS.values():
        if layer["BACKEND"].startswith("channels_redis."):
            for host in layer.get("CONFIG", {}).get("hosts", ["redis://localhost:6379"]):
                yield _address(host), _socket_timeout(host)


def _address(host: object) -> str:
    address = host["address"] if isinstance(host, Mapping) and "address" in host else host
    if isinstance(address, str):
        parts = urlsplit(address)
        return f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path
    return str(address[0]) if isinstance(address, tuple) else "given by its parts"


def _socket_timeout(host: object) -> float | None:
    """Said beside the address, or in its query; redis-py's own default is 5 s."""
    if isinstance(host, Mapping) and "socket_timeout" in host:
        return None if host["socket_timeout"] is None else float(host["socket_timeout"])
    address = host.get("address") if isinstance(host, Mapping) else host
    in_query = parse_qs(urlsplit(address).query).get("socket_timeout") if isinstance(address, str) else None
    return float(in_query[0]) if in_query else LAYER_BLOCKS_FOR


@register(Tags.security, deploy=True)
def agents_see_who_watches(**_kwargs: Any) -> list[CheckMessage]:
    if settings.CCP_AGENTS_SEE_WATCHERS:
        return []
    return [
        Warning(
            "CCP_AGENTS_SEE_WATCHERS is off: agents are not shown who watches them now.",
            hint="Works councils and data protection often ask for it (docs/privacy.md). Agents can still read afterwards"
            " who watched, on /desk/watched/.",
            id="ccp.W010",
        )
    ]
