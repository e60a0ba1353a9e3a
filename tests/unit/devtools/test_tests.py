"""`dev.py test`: which steps it takes, what it counts, what it says of a machine that lacks something."""

import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from devtools import commands, machine, steps, terminal, tests
from devtools.machine import Machine
from devtools.steps import Step
from devtools.tests import Outcome

PYTHON = Path("/venv/bin/python")
EVERYTHING = Machine("/chromium", "postgres://root@127.0.0.1/ccp", "redis://127.0.0.1", "/node", "/npm")


def names(full=False, stack="all", arguments=()):
    return [row.name for row in steps.steps(PYTHON, EVERYTHING, full, stack, arguments)]


def script(code, needs=(), good=(0,)):
    return Step("a step", [sys.executable, "-c", code], {}, needs, good)


def perform(step, found=EVERYTHING, in_ci=False):
    return tests.perform(step, found, in_ci)


CHECKS = [
    "ruff check",
    "ruff format",
    "mypy",
    "mypy, scripts",
    "import contracts",
    "import contracts, emulator",
    "manage.py check --deploy",
    "no migration is missing",
    "manage.py check --deploy, single sign-on",
    "no migration is missing, single sign-on",
    "node --test",
]


def test_without_a_word_all_checks_and_both_stacks_are_run():
    first, second = ["pytest, SQLite", "pytest, Chromium, SQLite"], ["pytest, PostgreSQL + Redis"]
    sso = ["pytest, single sign-on, SQLite"], ["pytest, single sign-on, PostgreSQL + Redis"]
    assert names() == [*CHECKS, *first, *sso[0], *second, *sso[1]]


def test_full_adds_the_browser_on_the_second_stack():
    assert names(full=True)[-1] == "pytest, Chromium, PostgreSQL + Redis"
    assert len(names(full=True)) == len(names()) + 1


def test_one_stack_may_be_asked_for():
    assert names(stack="sqlite")[len(CHECKS) : -1] == ["pytest, SQLite", "pytest, Chromium, SQLite"]
    assert names(stack="postgres")[len(CHECKS) :] == [
        "pytest, PostgreSQL + Redis",
        "pytest, single sign-on, PostgreSQL + Redis",
        "pytest, Chromium, PostgreSQL + Redis",
    ]


def test_with_arguments_pytest_runs_alone_and_may_find_nothing():
    rows = steps.steps(PYTHON, EVERYTHING, False, "sqlite", ["-k", "lease"])
    assert [row.name for row in rows] == ["pytest, SQLite", "pytest, Chromium, SQLite"]
    assert [list(row.command[-2:]) for row in rows] == [["-k", "lease"]] * 2
    assert [row.good for row in rows] == [(0, 5)] * 2
    assert names(stack="sqlite", arguments=["tests/sso"])[-1] == "pytest, single sign-on, SQLite"


def test_long_tests_wait_for_full():
    def marks(full):
        return [row.command[list(row.command).index("-m", 3) + 1] for row in plain_rows(full)]

    def plain_rows(full):
        return steps.steps(PYTHON, EVERYTHING, full, "sqlite", ["-q"])

    assert marks(full=False) == ["not browser and not full", "browser and not full"]
    assert marks(full=True) == ["not browser", "browser"]


def test_each_stack_has_its_own_settings_and_none_of_the_users(monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "CCP_AWS_ENDPOINT", "AWS_PROFILE"):
        monkeypatch.setenv(name, "the user's own")
    sqlite, _, postgres = steps.steps(PYTHON, EVERYTHING, False, "all", ["-q"])
    assert [
        name for name in ("DATABASE_URL", "REDIS_URL", "CCP_AWS_ENDPOINT", "AWS_PROFILE") if name in sqlite.env
    ] == []
    assert (postgres.env["DATABASE_URL"], postgres.env["REDIS_URL"]) == (EVERYTHING.postgres, EVERYTHING.redis)


def test_what_one_process_compiled_the_next_need_not():
    row = steps.test_environment({"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"})
    assert sorted(row) == ["CCP_DATA_DIR", "NO_PROXY", "PATH", "PYTHONPATH"]


def test_what_knows_no_stack_is_tested_once_and_exists():
    assert [path for path in steps.STACKLESS if not (terminal.ROOT / path).exists()] == []


def test_where_no_page_is_opened_no_test_asks_for_a_browser():
    files = [file for folder in steps.PAGELESS for file in (terminal.ROOT / folder).rglob("*.py")]
    asking = [file.name for file in files if "mark.browser" in file.read_text() and file != Path(__file__)]
    assert (len(files) > 80, asking) == (True, [])


@pytest.mark.parametrize(
    ("last_line", "expected"),
    [
        ("== 3 failed, 12 passed, 1 warning in 3.21s ==", {"failed": 3, "passed": 12, "warnings": 1}),
        ("12 passed in 0.10s", {"passed": 12}),
        ("1 passed, 2 skipped, 7 deselected in 61.00s (0:01:01)", {"passed": 1, "skipped": 2, "deselected": 7}),
        ("2 errors in 0.10s", {"error": 2}),
        ("no tests ran in 0.01s", {}),
        ("# tests 4\n# pass 3\n# fail 1\n# cancelled 0\n# skipped 0", {"passed": 3, "failed": 1}),
        ("\N{INFORMATION SOURCE} pass 5\n\N{INFORMATION SOURCE} fail 0", {"passed": 5}),
        ("Found 3 errors in 2 files (checked 9 source files)", {}),
    ],
)
def test_the_tests_of_a_step_are_counted(last_line, expected):
    assert +tests.count(f"some words\n{last_line}\n") == Counter(expected)


def test_only_the_last_summary_counts():
    assert tests.count("1 passed in 1.0s\n2 passed in 1.0s\n") == Counter(passed=2)


def test_a_step_that_fails_says_so_and_counts_as_an_error():
    outcome = perform(script("raise SystemExit(3)"))
    assert (outcome.verdict, outcome.bad, +outcome.counts) == ("FAILED", True, Counter(error=1))


def test_a_step_with_failing_tests_counts_these():
    outcome = perform(script("print('1 failed, 2 passed in 1.00s'); raise SystemExit(1)"))
    assert (outcome.verdict, +outcome.counts) == ("FAILED", Counter(failed=1, passed=2))


def test_an_error_that_pytest_counted_is_not_counted_twice():
    outcome = perform(script("print('2 passed, 1 error in 1.00s'); raise SystemExit(1)"))
    assert (outcome.verdict, +outcome.counts) == ("FAILED", Counter(passed=2, error=1))


def test_a_step_that_passes():
    outcome = perform(script("print('2 passed in 1.00s')"))
    assert (outcome.verdict, outcome.bad, +outcome.counts) == ("passed", False, Counter(passed=2))


def test_no_test_found_fails_the_whole_suite_but_not_a_part_of_it():
    assert perform(script("raise SystemExit(5)")).bad
    assert not perform(script("raise SystemExit(5)", good=(0, 5))).bad


@pytest.mark.parametrize(("in_ci", "verdict", "bad"), [(False, "skipped", False), (True, "LACKING", True)])
def test_what_the_machine_lacks_is_named_and_is_an_error_in_ci(capsys, in_ci, verdict, bad):
    outcome = perform(script("raise SystemExit(1)", needs=["node", "redis"]), Machine(node="/node"), in_ci)
    assert (outcome.verdict, outcome.bad) == (verdict, bad)
    assert "lacking here: Redis (REDIS_URL_TEST, or 127.0.0.1:6379)\n" in capsys.readouterr().out


def test_the_last_line_sums_up_as_pytest_does():
    outcomes = [
        Outcome("a", "passed", 1.0, Counter(passed=3)),
        Outcome("b", "FAILED", 1.0, Counter(passed=1, failed=2)),
        Outcome("c", "skipped", 0.0, Counter(skipped=1)),
    ]
    assert tests.last_line(outcomes, 2.5).strip("= ") == "2 failed, 4 passed, 1 skipped in 2.50s"
    assert len(tests.last_line(outcomes, 2.5)) == 100


def test_the_table_has_a_row_per_step():
    rows = tests.table([Outcome("short", "passed", 1.26, Counter(passed=3)), Outcome("much longer", "FAILED", 12.0)])
    assert rows.splitlines() == [
        "  short        passed      1.3 s   3 passed",
        "  much longer  FAILED     12.0 s",
    ]


def test_what_a_command_says_is_shown_and_kept(capsys):
    code, said = terminal.aloud([sys.executable, "-c", "print('grüezi'); raise SystemExit(4)"], {})
    assert (code, said, capsys.readouterr().out) == (4, "grüezi\n", "grüezi\n")


def test_a_command_that_hangs_is_stopped_with_all_it_said(capsys, gone):
    code, said = terminal.aloud([sys.executable, "-c", WAITING], {}, silence=1.0)
    assert (code, gone(int(said))) == (terminal.HUNG, True)
    assert "dev.py: it has said nothing for 1 s and is stopped" in capsys.readouterr().out


WAITING = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
TIDY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
try:
    print(child.pid, flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    child.kill()
    child.wait()
    open("tidied", "w").close()
"""
DEAF = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {WAITING}"


def running(terminal, checkout, code, **how):
    """dev.py while it runs this code, and the process that the code names."""
    (checkout / "devtools" / "demo.py").write_text(
        "import os, sys\nfrom devtools.terminal import aloud\n"
        f"def demo(*_): return aloud([sys.executable, '-c', {code!r}], os.environ)[0]\n"
    )
    process = terminal.open("demo", **how)
    return process, int(process.stdout.readline())


@pytest.mark.parametrize("deaf", [False, True], ids=["at a terminal", "in a script's background job"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_interrupted_ends_the_command_it_runs(terminal, checkout, gone, number, deaf):
    process, pid = running(terminal, checkout, WAITING, deaf=deaf)
    process.send_signal(number)
    complaint = process.communicate(timeout=30)[1]
    assert (process.returncode, complaint, gone(pid)) == (130, "dev.py: stopped\n", True)


@pytest.mark.parametrize("deaf", [False, True], ids=["at a terminal", "in a script's background job"])
def test_what_the_command_has_started_is_stopped_by_the_command(terminal, checkout, gone, deaf):
    process, child = running(terminal, checkout, TIDY, deaf=deaf)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert (process.returncode, gone(child), (checkout / "tidied").exists()) == (130, True, True)


def test_a_command_that_does_not_listen_is_killed(terminal, checkout, gone):
    patience = checkout / "devtools" / "terminal.py"
    patience.write_text(patience.read_text().replace("seconds: float = 15.0", "seconds: float = 0.3"))
    process, pid = running(terminal, checkout, DEAF)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert (process.returncode, gone(pid)) == (130, True)


def test_a_closed_port_is_no_redis():
    assert not machine.pongs("redis://127.0.0.1:9")


def test_a_given_database_is_the_only_one_tried():
    assert machine.postgres_urls({"DATABASE_URL_TEST": "postgres://me@db/x"}) == ["postgres://me@db/x"]
    assert [url.rsplit("/", 1)[0] for url in machine.postgres_urls({})] == [
        "postgres://root@127.0.0.1:5432",
        "postgres://postgres@127.0.0.1:5432",
    ]


def test_a_database_that_is_away_may_not_be_used():
    assert not machine.may_create_databases(Path(sys.executable), "postgres://root@127.0.0.1:9/x")


def test_an_older_node_is_no_node():
    assert machine.find_node(999) is None


def test_what_fails_once_and_passes_alone_has_passed_and_the_table_says_so(tmp_path):
    flag = tmp_path / "flag"
    code = (
        "import sys; again = 'again' in sys.argv\n"
        "print('1 passed in 1.00s' if again else '1 failed, 2 passed in 1.00s'); raise SystemExit(not again)"
    )
    outcome = perform(Step("pytest", [sys.executable, "-c", code, str(flag)], {}, again=("again",)))
    assert (outcome.verdict, outcome.counts) == ("passed", {"passed": 3, "at the second try": 1})
    assert "1 at the second try" in tests.table([outcome])


def test_what_fails_twice_has_failed():
    code = "print('1 failed in 1.00s'); raise SystemExit(1)"
    assert perform(Step("pytest", [sys.executable, "-c", code], {}, again=("again",))).bad


def test_quick_reads_the_code_and_runs_unit_tests_that_start_nothing():
    rows = steps.quick(PYTHON, ())
    assert [row.name for row in rows] == [*CHECKS[:6], "pytest, unit tests"]
    assert [row.needs for row in rows] == [()] * 7
    assert [word for word in rows[-1].command if "tests/" in str(word)] == [
        "--ignore=tests/unit/bench",
        "--ignore=tests/unit/devtools",
        "tests/unit",
    ]
    assert [row.command[-2:] for row in steps.quick(PYTHON, ["-k", "lease"])] == [["-k", "lease"]]


def test_quick_and_full_exclude_each_other(capsys):
    with pytest.raises(SystemExit):
        commands.parser().parse_args(["test", "--quick", "--full"])
    assert "not allowed with argument" in capsys.readouterr().err


def test_without_a_browser_only_files_of_pages_are_left_out():
    pages = set(steps.pages())
    others = {f"tests/e2e/{file.name}" for file in (terminal.ROOT / "tests" / "e2e").glob("test_*.py")} - pages
    assert (len(pages) > 15, others) == (True, {"tests/e2e/test_demo_command.py"})
    row = next(row for row in steps.steps(PYTHON, EVERYTHING, False, "sqlite", ["-q"]) if row.name == "pytest, SQLite")
    assert {f"--ignore={path}" for path in pages} <= set(row.command)
