"""The list of steps of `dev.py test`: what is run, with which settings, and what a machine must have for it."""

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from house.machine import Machine
from house.place import INSTANCE_ID, TOPIC_ARN, own
from house.terminal import ROOT, Command

# These meet neither the portal's database nor its channel layer: once is enough.
STACKLESS = (
    "tests/unit/bench",
    "tests/unit/emulator",
    "tests/unit/house",
    "tests/integration/emulator",
    "tests/e2e/test_demo_command.py",
)
# No page is opened here: to collect their four thousand tests takes a browser's worker longer than to start a browser.
PAGELESS = ("tests/unit", "tests/integration", "tests/faults")


@dataclass(frozen=True)
class Step:
    name: str
    command: Command
    env: Mapping[str, str]
    needs: Sequence[str] = ()
    good: Sequence[int] = (0,)
    again: Sequence[str] = ()  # added to the command, it runs only what failed, alone


def steps(python: Path, machine: Machine, full: bool, stack: str, arguments: Sequence[str]) -> list[Step]:
    """The whole list; with arguments for pytest, pytest alone."""
    sqlite = test_environment(os.environ)
    postgres = sqlite | {"DATABASE_URL": machine.postgres or "", "REDIS_URL": machine.redis or ""}
    rows: list[Step] = [] if arguments else checks(python, sqlite)
    if stack in {"sqlite", "all"}:
        rows += [plain("SQLite", python, sqlite, full, ()), browser("SQLite", python, sqlite, full, ())]
    if stack in {"postgres", "all"}:
        needs = ("postgres", "redis")
        rows.append(plain("PostgreSQL + Redis", python, postgres, full, needs))
        if full or stack == "postgres":
            rows.append(browser("PostgreSQL + Redis", python, postgres, full, needs))
    return [part_of(row, arguments) if arguments else row for row in rows]


def test_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """SQLite and no channel layer, whatever the user's own portal is set to.

    Bytecode is kept even where the shell forbids it: three hundred processes and eight collections would each compile
    what the one before has compiled.
    """
    kept = {name: value for name, value in own(outside).items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"CCP_DATA_DIR": str(ROOT / "var" / "test")}


def plain(stack: str, python: Path, env: Mapping[str, str], full: bool, needs: Sequence[str]) -> Step:
    """Three at a time on two cores: tests that start processes wait as long as they work."""
    command = pytest(python, 3, marked("not browser", full), STACKLESS if needs else ())
    return once_more(Step(f"pytest, {stack}", command, env, needs))


def browser(stack: str, python: Path, env: Mapping[str, str], full: bool, needs: Sequence[str]) -> Step:
    """Two at a time: what one browser waits for, the other works."""
    command = pytest(python, 2, marked("browser", full), PAGELESS)
    return once_more(Step(f"pytest, Chromium, {stack}", command, env, (*needs, "chromium", "npm")))


def pytest(python: Path, workers: int, marks: str, without: Sequence[str]) -> Command:
    """A file at a time for each worker, in the order of the folders: files of few long tests, last by xdist's own order,
    would keep one worker busy while the others are done.
    """
    xdist = ("-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder")
    return [python, "-m", "pytest", "-q", *xdist, "-m", marks, *(f"--ignore={path}" for path in without)]


def once_more(step: Step) -> Step:
    """Tests with real processes and wires may fail on a machine that stalls: what failed runs alone once more, and the
    table says so. What is broken fails twice.
    """
    memory = f"cache_dir={ROOT / 'var' / 'test' / 'cache' / slug(step.name)}"
    return replace(step, command=[*step.command, "-o", memory], again=("--lf", "--lfnf=none", "-n", "0"))


def slug(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)


def marked(which: str, full: bool) -> str:
    return which if full else f"{which} and not full"


def part_of(step: Step, arguments: Sequence[str]) -> Step:
    """Exit code 5 of pytest, no test found, is no failure when only a part of the suite was asked for."""
    return Step(step.name, [*step.command, *arguments], step.env, step.needs, (0, 5), step.again)


def checks(python: Path, env: Mapping[str, str]) -> list[Step]:
    tools = python.parent
    manage: Command = [python, "manage.py"]
    javascript = sorted((ROOT / "tests" / "js").rglob("*.test.*js"))  # Node 20 and 22 read a folder's name differently
    strict = ["check", "--deploy", "--fail-level", "WARNING"]
    return [
        Step("ruff check", [tools / "ruff", "check", "."], env),
        Step("ruff format", [tools / "ruff", "format", "--check", "."], env),
        Step("mypy", [tools / "mypy"], env),
        Step("mypy, scripts", [tools / "mypy", "dev.py", "deploy/handover_lambda.py"], env),
        Step("import contracts", [tools / "lint-imports"], env),
        Step("manage.py check --deploy", [*manage, *strict], {**env, **production()}),
        Step("no migration is missing", [*manage, "makemigrations", "--check", "--dry-run"], env),
        Step("node --test", ["node", "--test", *javascript], env, ["node"]),
    ]


def production() -> dict[str, str]:
    """Settings as on a real machine; the check connects to none of them."""
    return {
        "ALLOWED_HOSTS": "portal.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://portal.example.org",
        "CCP_BEHIND_PROXY": "1",
        "CCP_FIELD_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "CCP_HTTPS": "1",
        "CCP_INSTANCE_ID": INSTANCE_ID,
        "CCP_RECEPTION_SECRET": secrets.token_urlsafe(50),
        "CCP_TOPIC_ARN": TOPIC_ARN,
        "DATABASE_URL": "postgres://portal@127.0.0.1:5432/portal",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "SECRET_KEY": secrets.token_urlsafe(50),
    }
