"""The system checks: each names its setting and the remedy, and a production-like environment is clean."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ccp_portal import checks
from tests.emulating import ROOT

KEY = "hKbl0JvFZWMr5OLBBQ_bd_e7tWbEjS3ZfSyjxVIcoRo="


def ids(found):
    assert all(message.hint for message in found)
    return [message.id for message in found]


def databases(engine, **options):
    return SimpleNamespace(DATABASES={"default": {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": options}})


def test_our_own_database_waits_for_its_lock():
    assert checks.sqlite_waits_for_its_lock() == []


@pytest.mark.parametrize("options", [{}, {"transaction_mode": "DEFERRED"}])
def test_sqlite_must_wait_for_its_lock(monkeypatch, options):
    monkeypatch.setattr(checks, "settings", databases("sqlite3", **options))
    assert ids(checks.sqlite_waits_for_its_lock()) == ["ccp.E001"]


def test_other_databases_have_no_such_mode(monkeypatch):
    monkeypatch.setattr(checks, "settings", databases("postgresql"))
    assert checks.sqlite_waits_for_its_lock() == []


def layer(*hosts):
    config = {"hosts": list(hosts)} if hosts else {}
    return {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": config}}


@pytest.mark.parametrize(
    "host",
    [
        "redis://localhost:6379",
        ("localhost", 6379),
        {"address": "redis://localhost:6379"},
        {"address": "redis://localhost:6379", "socket_timeout": 5},
        {"host": "localhost"},
        "redis://localhost:6379?socket_timeout=2",
        "unix:///run/redis.sock",
    ],
)
def test_a_redis_host_must_outwait_its_blocking_read(settings, host):
    settings.CHANNEL_LAYERS = layer(host)
    assert ids(checks.the_layer_outwaits_its_own_read()) == ["ccp.E002"]


@pytest.mark.parametrize(
    "host",
    [
        {"address": "redis://localhost:6379", "socket_timeout": 30},
        {"address": ("localhost", 6379), "socket_timeout": 5.5},
        {"host": "localhost", "socket_timeout": None},
        "redis://localhost:6379?socket_timeout=30",
    ],
)
def test_a_redis_host_that_waits_long_enough_is_fine(settings, host):
    settings.CHANNEL_LAYERS = layer(host)
    assert ids(checks.the_layer_outwaits_its_own_read()) == []


def test_every_host_is_looked_at_and_no_password_is_said(settings):
    settings.CHANNEL_LAYERS = layer(
        "redis://:pa55word@one:6379", {"address": "redis://two", "socket_timeout": 9}, "redis://three"
    )
    found = checks.the_layer_outwaits_its_own_read()
    assert [message.msg.split()[5] for message in found] == ["redis://one", "redis://three"]


def test_a_layer_without_hosts_has_the_default_one(settings):
    settings.CHANNEL_LAYERS = layer()
    assert ids(checks.the_layer_outwaits_its_own_read()) == ["ccp.E002"]
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    assert ids(checks.the_layer_outwaits_its_own_read()) == []


def test_hosts_must_be_named(settings):
    settings.ALLOWED_HOSTS = ["desk.example.com"]
    assert ids(checks.hosts_are_named()) == []
    settings.ALLOWED_HOSTS = ["desk.example.com", "*"]
    assert ids(checks.hosts_are_named()) == ["ccp.E003"]


@pytest.mark.parametrize("keys", [[], ["short"], [KEY, ""], [KEY[:-4]], ["ключ"]])
def test_tokens_need_fernet_keys(settings, keys):
    settings.CCP_FIELD_KEYS = keys
    assert ids(checks.tokens_can_be_encrypted()) == ["ccp.E004"]


def test_of_several_keys_the_wrong_places_are_named_and_no_key_is_said(settings):
    settings.CCP_FIELD_KEYS = ["secret-one", KEY, "secret-two"]
    (message,) = checks.tokens_can_be_encrypted()
    assert message.msg == "CCP_FIELD_KEYS holds no Fernet key at place 1, 3."
    settings.CCP_FIELD_KEYS = [KEY]
    assert checks.tokens_can_be_encrypted() == []


def test_the_pinned_certificate_must_be_readable(settings, tmp_path):
    from tests.signing import Signer

    settings.CCP_SNS_CERT = ""
    assert checks.the_pinned_certificate_is_there() == []
    settings.CCP_SNS_CERT = str(tmp_path / "missing.pem")
    assert ids(checks.the_pinned_certificate_is_there()) == ["ccp.E005"]
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("no certificate")
    settings.CCP_SNS_CERT = str(nonsense)
    assert ids(checks.the_pinned_certificate_is_there()) == ["ccp.E005"]
    genuine = tmp_path / "genuine.pem"
    genuine.write_bytes(Signer().pem)
    settings.CCP_SNS_CERT = str(genuine)
    assert checks.the_pinned_certificate_is_there() == []


def test_an_emulator_in_production_is_a_warning(settings):
    settings.CCP_AWS_ENDPOINT = ""
    assert checks.amazon_connect_is_the_real_one() == []
    settings.CCP_AWS_ENDPOINT = "http://127.0.0.1:8001"
    (message,) = checks.amazon_connect_is_the_real_one()
    assert (message.id, message.level) == ("ccp.W006", 30)


@pytest.mark.parametrize(
    "arn", ["", "ccp-portal", "arn:aws:sqs:us-east-1:123456789012:x", "arn:aws:sns:us-east-1:12:x"]
)
def test_the_topic_must_be_an_arn(settings, arn):
    settings.CCP_TOPIC_ARN = arn
    assert ids(checks.the_topic_is_an_arn()) == ["ccp.E007"]


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_a_topic_of_any_partition_is_fine(settings, partition):
    settings.CCP_TOPIC_ARN = f"arn:{partition}:sns:us-gov-west-1:123456789012:chat.fifo"
    assert checks.the_topic_is_an_arn() == []


def check(tmp_path, **environment):
    """`manage.py check --deploy` with nothing but this environment."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=known | {"CCP_DATA_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


PRODUCTION = {
    "CCP_HTTPS": "1",
    "SECRET_KEY": "5" * 25 + "abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "desk.example.com",
}


def test_a_production_like_environment_is_clean(tmp_path):
    done = check(tmp_path, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_the_checks_are_registered_and_stop_a_bad_start(tmp_path):
    wrong = {
        "ALLOWED_HOSTS": "*",
        "CCP_AWS_ENDPOINT": "http://127.0.0.1:8001",
        "CCP_FIELD_KEYS": "short",
        "CCP_TOPIC_ARN": "x",
        "CCP_ALLOWED_ORIGINS": "https://*.example.org",
        "CCP_CONNECT_CCP_URL": "http://acme.my.connect.aws/ccp-v2/",
        "CCP_STREAMS_FILE": "/nowhere/connect-streams-min.js",
    }
    done = check(tmp_path, **PRODUCTION | wrong | {"CCP_SNS_CERT": "/nowhere.pem"})
    assert done.returncode == 1
    for expected in ("ccp.E003", "ccp.E004", "ccp.E005", "ccp.W006", "ccp.E007", "ccp.E011", "ccp.E013", "ccp.E014"):
        assert expected in done.stderr
