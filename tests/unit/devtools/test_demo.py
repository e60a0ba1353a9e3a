"""`dev.py demo`: starts two servers, keeps its data, stops both, and says in one line what stands in its way."""

import os
import signal
import socket
import stat
import urllib.request
from pathlib import Path

import pytest

from devtools.demo_settings import Place, demo_environment, kept

UP = "Ctrl-C stops all"


@pytest.fixture
def checkout(checkout, installed):
    """With its environment: each would take longer to install than all else in its test."""
    (checkout / ".venv").symlink_to(installed)
    return checkout


def pids(checkout, port):
    return [int((checkout / "var" / "demo" / f"{p}.pid").read_text()) for p in (port, port + 1)]


def test_all_servers_answer_until_sigterm_stops_them(terminal, checkout, free_port, gone):
    demo = terminal.open("demo", "--port", free_port)
    said = terminal.read_until(demo, UP)
    urls = [f"http://127.0.0.1:{free_port}/healthz", f"http://127.0.0.1:{free_port + 1}/_emulator/customer"]
    for url in (*urls, f"http://127.0.0.1:{free_port + 2}/"):
        assert urllib.request.urlopen(url, timeout=5).status == 200
        assert url.removesuffix("/healthz") in said
    demo.send_signal(signal.SIGTERM)
    rest, complaint = demo.communicate(timeout=30)
    assert (demo.returncode, complaint) == (0, "")
    assert [line.split(" … ")[0].strip() for line in rest.split("\n") if "…" in line] == [
        "The website stops",
        "The portal stops",
        "The emulator stops",
    ]
    assert [gone(pid) for pid in pids(checkout, free_port)] == [True, True]


@pytest.mark.parametrize("deaf", [False, True], ids=["at a terminal", "in a script's background job"])
def test_ctrl_c_stops_it_as_well(terminal, checkout, free_port, gone, deaf):
    demo = terminal.open("demo", "--port", free_port, deaf=deaf)
    terminal.read_until(demo, UP)
    demo.send_signal(signal.SIGINT)
    assert demo.communicate(timeout=30)[1] == ""
    assert demo.returncode == 0
    assert [gone(pid) for pid in pids(checkout, free_port)] == [True, True]


def test_started_again_it_installs_nothing_and_keeps_data_and_secret(terminal, checkout, free_port):
    (checkout / ".venv").unlink()
    secret = checkout / "var" / "demo" / "reception_secret"
    secrets, outputs = [], []
    for _ in range(2):
        demo = terminal.open("demo", "--port", free_port)
        outputs.append(terminal.read_until(demo, UP))
        secrets.append(secret.read_text())
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
    assert [".venv holds requirements.txt already" in said for said in outputs] == [False, True]
    assert secrets[0] == secrets[1]
    assert ["var/demo holds the database already" in said for said in outputs] == [False, True]
    assert (checkout / "var" / "demo" / "done").read_text().split() == ["migrate", "seed_demo"]


@pytest.mark.parametrize("change", ["a migration", "a lost database"])
def test_the_database_is_prepared_again_when_it_must_be(terminal, checkout, free_port, change):
    for again in (False, True):
        demo = terminal.open("demo", "--port", free_port)
        terminal.read_until(demo, UP)
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=30)
        if change == "a lost database" and not again:
            (checkout / "var" / "demo" / "portal.sqlite3").unlink()
        elif not again:
            (checkout / "chats" / "migrations").mkdir(parents=True)
            (checkout / "chats" / "migrations" / "0002_more.py").write_text("# one more\n")
    assert (checkout / "var" / "demo" / "done").read_text().split() == ["migrate", "seed_demo"] * 2


def test_reset_forgets_earlier_demos(terminal, checkout, free_port):
    old = checkout / "var" / "demo" / "field_key"
    old.parent.mkdir(parents=True)
    old.write_text("an old demo")
    demo = terminal.open("demo", "--port", free_port, "--reset")
    terminal.read_until(demo, UP)
    assert not old.exists()


def test_a_server_that_dies_is_named_with_its_last_words_and_the_other_is_stopped(terminal, checkout, free_port, gone):
    demo = terminal.open("demo", "--port", free_port)
    terminal.read_until(demo, UP)
    portal, emulator = pids(checkout, free_port)
    os.kill(emulator, signal.SIGKILL)
    complaint = demo.communicate(timeout=30)[1]
    assert demo.returncode == 1
    assert complaint.splitlines()[0].startswith("dev.py: The emulator ended by itself (exit code -9). The end of ")
    assert complaint.splitlines()[1].strip() == f"serving on {free_port + 1}"
    assert gone(portal)


def test_a_server_that_does_not_start_is_told_and_the_other_is_stopped(terminal, checkout, free_port, gone):
    (checkout / "tiny.py").write_text((checkout / "tiny.py").read_text().replace("print(", "5 / (port % 2) or print("))
    port = free_port if free_port % 2 == 0 else free_port + 1  # the portal's port is even: it divides by zero
    code, _, complaint = terminal.run("demo", "--port", port)
    assert code == 1
    assert "The portal ended by itself (exit code 1)" in complaint
    assert complaint.rstrip().endswith("ZeroDivisionError: division by zero")
    assert gone(int((checkout / "var" / "demo" / f"{port + 1}.pid").read_text()))


def test_a_server_that_does_not_answer_is_told_with_its_last_words(terminal, checkout, free_port):
    patience = checkout / "devtools" / "servers.py"
    patience.write_text(patience.read_text().replace("START_SECONDS = 120.0", "START_SECONDS = 2.0"))
    tiny = checkout / "tiny.py"
    tiny.write_text(tiny.read_text().replace("send_response(200)", "send_response(500)"))
    code, _, complaint = terminal.run("demo", "--port", free_port)
    page = f"http://127.0.0.1:{free_port + 1}/_emulator/customer"
    assert (code, complaint.partition(" in 2 s. ")[0]) == (1, f"dev.py: The emulator does not answer at {page}")
    assert complaint.rstrip().endswith('"GET /_emulator/customer HTTP/1.1" 500 -')
    assert gone_port(free_port + 1)


def gone_port(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    return True


def test_a_server_that_ignores_sigterm_is_killed(terminal, checkout, free_port, gone):
    patience = checkout / "devtools" / "servers.py"
    patience.write_text(patience.read_text().replace("STOP_SECONDS = 15.0", "STOP_SECONDS = 0.3"))
    demo = terminal.open("demo", "--port", free_port, STUBBORN="1")
    terminal.read_until(demo, UP)
    demo.send_signal(signal.SIGTERM)
    rest = demo.communicate(timeout=30)[0]
    assert (demo.returncode, rest.count("killed after")) == (0, 2)
    assert [gone(pid) for pid in pids(checkout, free_port)] == [True, True]


@pytest.mark.parametrize("above", [0, 1, 2])
def test_a_used_port_is_one_clear_line(terminal, free_port, above):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", free_port + above))
        busy.listen()
        code, _, complaint = terminal.run("demo", "--port", free_port)
    assert code == 1
    assert complaint == (
        f"dev.py: cannot listen on 127.0.0.1 port {free_port + above}: [Errno 98] Address already in use. "
        "The demo takes three free ports in a row, 8000 to 8002 unless --port says otherwise\n"
    )


@pytest.mark.parametrize("host", ["256.1.1.1", "192.0.2.1", "no such host"])
def test_an_address_that_is_not_this_machines_is_one_clear_line(terminal, free_port, host):
    code, _, complaint = terminal.run("demo", "--port", free_port, "--host", host)
    assert (code, complaint.count("\n")) == (1, 1)
    assert complaint.startswith(f"dev.py: cannot listen on {host} port {free_port}: ")


@pytest.mark.parametrize("port", ["0", "65534", "http", "-1"])
def test_what_is_no_port_is_refused(terminal, port):
    code, _, complaint = terminal.run("demo", f"--port={port}")
    assert code == 2
    assert f"'{port}' is no port: 1 to 65533 is" in complaint


def test_a_second_demo_in_the_same_folder_is_refused(terminal, free_port):
    terminal.read_until(terminal.open("demo", "--port", free_port), UP)
    code, _, complaint = terminal.run("demo", "--port", free_port + 3, "--reset")
    assert (code, complaint) == (
        1,
        "dev.py: a demo runs in this folder already; stop that one first (Ctrl-C in its window)\n",
    )


@pytest.mark.parametrize("command", ["migrate", "seed_demo"])
def test_a_step_that_fails_is_one_line_with_its_reason(terminal, checkout, free_port, command):
    code, _, complaint = terminal.run("demo", "--port", free_port, BROKEN=command)
    assert (code, complaint.count("\n")) == (1, 1)
    assert complaint.startswith(f"dev.py: manage.py {command} failed: the table is made of paper (all of it: ")


def test_a_secret_is_made_once_and_is_its_owners_only(tmp_path):
    path = tmp_path / "new" / "secret"
    secret = kept(path)
    assert (kept(path), stat.S_IMODE(path.stat().st_mode)) == (secret, 0o600)
    assert len(secret) >= 50
    assert kept(tmp_path / "another") != secret


def test_the_users_own_portal_database_and_account_do_not_leak_into_the_demo():
    outside = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "CCP_AWS_ENDPOINT": "https://connect.example.org",
        "DATABASE_URL": "postgres://production",
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "other.settings",
        "PATH": "/bin",
        "REDIS_URL": "redis://production",
        "SECRET_KEY": "production",
    }
    env = demo_environment(Place(), outside, "secret")
    kept_names = {name: env[name] for name in outside if name in env}
    assert kept_names == {"CCP_AWS_ENDPOINT": "http://127.0.0.1:8001", "PATH": "/bin"}
    assert (env["AWS_ACCESS_KEY_ID"], env["AWS_CONFIG_FILE"]) == ("demo", os.devnull)


def test_on_loopback_only_loopback_names_are_allowed():
    assert Place().names == ["127.0.0.1", "localhost", "[::1]"]


def test_on_every_address_the_machines_names_are_allowed_and_it_is_reached_by_loopback():
    place = Place("0.0.0.0", 9000)
    assert place.names[:4] == ["127.0.0.1", "localhost", "[::1]", socket.gethostname()]
    assert (place.portal, place.emulator) == ("http://127.0.0.1:9000", "http://127.0.0.1:9001")


def test_on_one_address_that_address_is_allowed_too():
    env = demo_environment(Place("192.0.2.7", 9000), {}, "secret")
    assert env["ALLOWED_HOSTS"] == "127.0.0.1,localhost,[::1],192.0.2.7"
    assert env["CSRF_TRUSTED_ORIGINS"].split(",")[-1] == "http://192.0.2.7:9000"


def test_an_ipv6_address_stands_in_brackets():
    assert Place("::1").portal == "http://[::1]:8000"


def test_the_demos_constants_are_the_portals_defaults():
    settings = (Path(__file__).resolve().parents[3] / "ccp_portal" / "settings.py").read_text()
    env = demo_environment(Place(), {}, "secret")
    for name in ("CCP_INSTANCE_ID", "CCP_TOPIC_ARN", "CCP_AWS_REGION"):
        assert f'{name} = env.str("{name}", default="{env[name]}")' in settings


def test_beside_a_ccp_the_portal_knows_its_address_and_the_file_of_streams(terminal, checkout, free_port, tmp_path):
    streams = tmp_path / "connect-streams-min.js"
    streams.write_text("window.connect = {}")
    demo = terminal.open("demo", "--port", free_port, "--beside-ccp", str(streams))
    said = terminal.read_until(demo, UP)
    assert f"{free_port + 1}/_emulator/control/agents" in said
    demo.send_signal(signal.SIGTERM)
    assert demo.communicate(timeout=30)[1] == ""


def test_beside_a_ccp_without_streams_it_says_where_the_file_comes_from(terminal, checkout, free_port):
    demo = terminal.open("demo", "--port", free_port, "--beside-ccp", "nowhere.js")
    _said, complaint = demo.communicate(timeout=30)
    assert demo.returncode != 0
    assert "npm package amazon-connect-streams" in complaint
