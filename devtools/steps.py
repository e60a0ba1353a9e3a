"""The list of steps of `dev.py test`: what is run, with which settings, and what a machine must have for it."""

import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .demo_settings import INSTANCE_ID, TOPIC_ARN, own
from .machine import Machine
from .terminal import EMULATOR, ROOT, Command

# These meet neither the portal's database nor its channel layer: once is enough.
STACKLESS = (
    "tests/unit/bench",
    "tests/unit/emulator",
    "tests/unit/devtools",
    "tests/integration/emulator",
    "tests/e2e/test_demo_command.py",
)
# Unit tests that start programs, which takes longer than all the others.
SLOW_UNITS = ("tests/unit/bench", "tests/unit/devtools")
# No page is opened here: to collect their four thousand tests takes a browser's worker longer than to start a browser.
PAGELESS = ("tests/unit", "tests/integration", "tests/faults")
# They run in a step of their own, with the extra switched on: the others are of the plain product.
WITH_SSO = ("tests/sso",)
SSO = {
    "CCP_SSO": "1",
    "CCP_OIDC_ISSUER": "http://localhost:1",
    "CCP_OIDC_CLIENT_ID": "ccp",
    "CCP_OIDC_CLIENT_SECRET": "s",
}


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
        rows += single_sign_on("SQLite", python, sqlite, (), arguments)
    if stack in {"postgres", "all"}:
        needs = ("postgres", "redis")
        rows.append(plain("PostgreSQL + Redis", python, postgres, full, needs))
        rows += single_sign_on("PostgreSQL + Redis", python, postgres, needs, arguments)
        if full or stack == "postgres":
            rows.append(browser("PostgreSQL + Redis", python, postgres, full, needs))
    return [part_of(row, arguments) if arguments else row for row in rows]


def quick(python: Path, arguments: Sequence[str]) -> list[Step]:
    """What tells within a minute or two whether a change is worth the whole: ruff, types, contracts, unit tests."""
    env = test_environment(os.environ)
    command = pytest(python, 2, marked("not browser", full=False), SLOW_UNITS)
    units = Step("pytest, unit tests", [*command, "tests/unit"], env)
    return [part_of(units, arguments)] if arguments else [*checks_of_text(python, env), units]


def test_environment(outside: Mapping[str, str]) -> dict[str, str]:
    """SQLite and no channel layer, whatever the user's own portal is set to; and where the emulator is imported from.

    Bytecode is kept even where the shell forbids it: three hundred processes and eight collections would each compile
    what the one before has compiled.
    """
    kept = {name: value for name, value in own(outside).items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"CCP_DATA_DIR": str(ROOT / "var" / "test"), "PYTHONPATH": str(EMULATOR)}


def plain(stack: str, python: Path, env: Mapping[str, str], full: bool, needs: Sequence[str]) -> Step:
    """Three at a time on two cores: tests that start processes wait as long as they work."""
    without = [*pages(), *WITH_SSO, *(STACKLESS if needs else ())]
    command = pytest(python, 3, marked("not browser", full), without)
    return once_more(Step(f"pytest, {stack}", command, env, needs))


def pages() -> list[str]:
    """Files of nothing but pages: without a browser, only Playwright would be imported for them, half a second each time."""
    files = sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    marked = re.compile(r"^pytestmark = (?:\[[^]]*|.*)mark\.browser", re.MULTILINE)
    return [str(file.relative_to(ROOT)) for file in files if marked.search(file.read_text(encoding="utf-8"))]


def browser(stack: str, python: Path, env: Mapping[str, str], full: bool, needs: Sequence[str]) -> Step:
    """Two at a time: what one browser waits for, the other works."""
    command = pytest(python, 2, marked("browser", full), (*PAGELESS, *WITH_SSO))
    return once_more(Step(f"pytest, Chromium, {stack}", command, env, (*needs, "chromium", "npm")))


def single_sign_on(
    stack: str, python: Path, env: Mapping[str, str], needs: Sequence[str], arguments: Sequence[str]
) -> list[Step]:
    """The extra: its tables are there only where it is on, so pytest begins with it; with arguments when they name it."""
    if arguments and not any(word.startswith(WITH_SSO) for word in arguments):
        return []
    marks = marked("not browser", full=False) if needs else "not full"
    command = [*pytest(python, 2, marks, ()), *([] if arguments else WITH_SSO)]
    step = Step(f"pytest, single sign-on, {stack}", command, {**env, **SSO}, needs or ("chromium",))
    return [once_more(step)]


def pytest(python: Path, workers: int, marks: str, without: Sequence[str]) -> Command:
    """A file at a time for each worker, in the order of the folders: files of few long tests, last by xdist's own order,
    would keep one worker busy while the others are done.
    """
    xdist = ("-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder")
    return [python, "-m", "pytest", "-q", *xdist, "-m", marks, *(f"--ignore={path}" for path in without)]


def once_more(step: Step) -> Step:
    """What failed runs alone once more, and the table says so. What is broken fails twice; what passes then is a test that
    needs a quiet machine, which is a defect to mend (docs: CONTRIBUTING.md).
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
    manage: Command = [python, "manage.py"]
    javascript = sorted((ROOT / "tests" / "js").rglob("*.test.*js"))  # Node 20 and 22 read a folder's name differently
    strict = ["check", "--deploy", "--fail-level", "WARNING"]
    return [
        *checks_of_text(python, env),
        Step("manage.py check --deploy", [*manage, *strict], {**env, **production()}),
        Step("no migration is missing", [*manage, "makemigrations", "--check", "--dry-run"], env),
        Step("manage.py check --deploy, single sign-on", [*manage, *strict], {**env, **production(), **SSO}),
        Step(
            "no migration is missing, single sign-on",
            [*manage, "makemigrations", "--check", "--dry-run"],
            {**env, **SSO},
        ),
        Step("node --test", ["node", "--test", *javascript], env, ["node"]),
    ]


def checks_of_text(python: Path, env: Mapping[str, str]) -> list[Step]:
    """What needs to read the code only."""
    tools = python.parent
    return [
        Step("ruff check", [tools / "ruff", "check", "."], env),
        Step("ruff format", [tools / "ruff", "format", "--check", "."], env),
        Step("mypy", [tools / "mypy"], env),
        Step("mypy, scripts", [tools / "mypy", "dev.py", "deploy/handover_lambda.py"], env),
        Step("import contracts", [tools / "lint-imports"], env),
        Step("import contracts, emulator", [tools / "lint-imports", "--config", EMULATOR / "pyproject.toml"], env),
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
