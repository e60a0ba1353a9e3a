"""The command line: every mistake is one line that says what is right."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from connect_emulator.cli import SAMPLE_FLOW, Mistake, _parser, arguments
from connect_emulator.world.store import Store, Unusable
from tests.emulating import HANDOVER, HANDOVER_FLOW, INBOUND_FLOW, ROOT, TOPIC
from tests.processes import FROM_CHECKOUT


def run(*argv: str, module: str = "connect_emulator") -> subprocess.CompletedProcess[str]:
    command, env = [sys.executable, "-m", module, *argv], os.environ | FROM_CHECKOUT
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_call_of_earlier_versions_goes_on_working_and_says_how_it_is_called_now() -> None:
    now, before = run("--port", "no"), run("--port", "no", module="emulator")
    hint = "python -m emulator is now connect-emulator (in a checkout PYTHONPATH=emulator python -m connect_emulator)\n"
    assert (before.returncode, before.stdout, before.stderr) == (now.returncode, now.stdout, hint + now.stderr)


def test_without_a_word_the_sample_flow_is_the_inbound_flow(tmp_path: Path) -> None:
    given = arguments(["--state", str(tmp_path / "s")])
    assert (given.host, given.port, given.control, given.options.echo) == ("127.0.0.1", 8001, False, True)
    assert list(given.options.flows) == [INBOUND_FLOW]
    assert given.options.flows[INBOUND_FLOW].start == json.loads(SAMPLE_FLOW.read_text())["StartAction"]


def test_everything_can_be_said_at_once_or_one_by_one(tmp_path: Path) -> None:
    lambda_ = tmp_path / "hand.py"
    lambda_.write_text("def handler(event, context):\n    return {}\n")
    other = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    given = arguments(
        [
            "--state",
            str(tmp_path / "s"),
            "--flow",
            str(HANDOVER_FLOW),
            f"{other}={SAMPLE_FLOW}",
            "--flow",
            str(SAMPLE_FLOW),
            "--subscribe",
            f"{TOPIC}=http://127.0.0.1:1/",
            "--lambda",
            f"{HANDOVER}={lambda_}:handler",
            "--no-echo",
            "--control",
        ]
    )
    assert list(given.options.flows)[:2] == [INBOUND_FLOW, other]
    assert len(given.options.flows) == 3
    assert given.options.subscriptions == ((TOPIC, "http://127.0.0.1:1/"),)
    assert list(given.options.functions) == [HANDOVER]
    assert (given.options.echo, given.control) == (False, True)


def test_help_names_every_option_and_the_other_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments(["--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    options = [option for action in _parser()._actions for option in action.option_strings if option.startswith("--")]
    assert [option for option in options if option not in text] == []
    assert "emulator coverage" in text
    assert "emulator control" in text


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--port", "0"], "--port takes 1 to 65535, not 0"),
        (["--flow", "nowhere.json"], "--flow: nowhere.json cannot be read: No such file or directory"),
        (["--flow", "x=nowhere.json"], "--flow: 'x' is no flow id (a UUID)"),
        (
            ["--flow", "pyproject.toml"],
            "--flow: pyproject.toml is no flow Connect would take: not JSON: Expecting value: line 1 column 2 (char 1)",
        ),
        (["--subscribe", "x=http://a"], "--subscribe takes TOPIC_ARN=http(s)://URL, not 'x=http://a'"),
        (["--subscribe", f"{TOPIC}=nowhere"], f"--subscribe takes TOPIC_ARN=http(s)://URL, not '{TOPIC}=nowhere'"),
        (["--lambda", "x=y"], "--lambda takes ARN=URL or ARN=path.py:callable, not 'x=y'"),
        (["--lambda", HANDOVER], f"--lambda takes ARN=URL or ARN=path.py:callable, not '{HANDOVER}'"),
        (["--lambda", f"{HANDOVER}=nowhere.py:f"], "--lambda: there is no file nowhere.py"),
        (["--lambda", f"{HANDOVER}=dev.py:no_such_name"], "--lambda: dev.py has no callable 'no_such_name'"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], says: str) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(Mistake) as raised:
        arguments(["--state", str(tmp_path / "s"), *argv])
    assert str(raised.value) == says


def test_a_lambda_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import nothing_of_this_name\n")
    with pytest.raises(Mistake) as raised:
        arguments(["--state", str(tmp_path / "s"), "--lambda", f"{HANDOVER}={broken}:f"])
    assert (
        str(raised.value)
        == f"--lambda: {broken} cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name'"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[]", "it must be an object with Attributes and References"),
        ('{"Attribute": {}}', "it must be an object with Attributes and References"),
        ('{"Attributes": {"a": 1}}', "Attributes must map names to texts"),
        ('{"References": {"a": "b"}}', 'References must map names to {"Type": …, "Value": …}, both texts'),
    ],
)
def test_a_website_that_cannot_be_is_told(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "website.json"
    file.write_text(text)
    with pytest.raises(Mistake) as raised:
        arguments(["--state", str(tmp_path / "s"), "--website", str(file)])
    assert str(raised.value) == f"--website: {file}: {says}"


def test_a_used_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--state", str(tmp_path / "s"), "--port", str(port))
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"connect-emulator: port {port} on 127.0.0.1 is in use; --port takes another\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_flow_ends_the_program_with_one_line(tmp_path: Path) -> None:
    done = run("--state", str(tmp_path / "s"), "--flow", str(tmp_path / "nowhere.json"))
    assert (done.returncode, done.stderr) == (
        2,
        f"connect-emulator: --flow: {tmp_path / 'nowhere.json'} cannot be read: No such file or directory\n",
    )


def test_a_file_that_is_no_state_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("this is not a database, and it is long enough to be taken for one" * 20)
    with pytest.raises(Unusable, match="cannot be used as a state file: file is not a database"):
        Store(tmp_path / "s")


def test_a_state_file_in_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Store(tmp_path / "s")
    with pytest.raises(Unusable, match="is in use by another emulator"):
        Store(tmp_path / "s")
    first.close()
    Store(tmp_path / "s").close()


def test_a_state_file_of_another_version_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.run("PRAGMA user_version=99")
    store.close()
    with pytest.raises(Unusable, match="was written by another version of the emulator"):
        Store(tmp_path / "s")
