"""`manage.py doctor`: each line healthy, and failing when what it asks about is wrong, against the emulator in process."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.management import call_command
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ccp_portal.doctor import Status, amazon, machine
from chats.connect import client
from chats.models import RefusedCall
from tests import factories
from tests.emulating import TOPIC

pytestmark = pytest.mark.django_db

SERVICES = ("connect", "sns", "sts")
WEBHOOK = "http://127.0.0.1:9/webhooks/sns/"  # refuses at once


@pytest.fixture
def aws(amazon_connect: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The emulator answers the portal's own clients."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAPORTAL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings.CCP_AWS_ENDPOINT = "http://127.0.0.1:8001"
    settings.CCP_INSTANCE_ID = amazon_connect.instance_id
    for service in SERVICES:
        amazon_connect.attach(client._client(service))
    return amazon_connect


def subscribed(aws: Any, confirmed: bool = True) -> str:
    arn: str = aws.sns.subscribe(TopicArn=TOPIC, Protocol="http", Endpoint=WEBHOOK, ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    if confirmed:
        token = aws.emulator.world.store.value("SELECT token FROM subscription WHERE arn = ?", arn)
        aws.sns.confirm_subscription(TopicArn=TOPIC, Token=token)
    return arn


def found(check: Any) -> list[tuple[str, str]]:
    return [(one.name, str(one.status)) for one in check()]


def test_a_healthy_aws_side_has_nothing_to_do(aws: Any) -> None:
    arn = subscribed(aws)
    for name in ("DeliveryPolicy", "RedrivePolicy"):
        aws.sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue="{}")
    factories.item(factories.contact())
    assert [(one.name, str(one.status), one.todo) for check in amazon.CHECKS for one in check()] == [
        ("AWS identity", "ok", ""),
        ("clock", "ok", ""),
        ("instance", "ok", ""),
        *((name, "ok", "") for name in amazon.PERMISSIONS),
        ("topic", "ok", ""),
        (f"subscription of {WEBHOOK}", "ok", ""),
        ("last item of a chat", "ok", ""),
        ("last hand-over", "ok", ""),
    ]


@pytest.mark.parametrize("permission", amazon.PERMISSIONS)
def test_a_permission_that_lacks_is_named_with_the_line_that_the_role_needs(aws: Any, permission: str) -> None:
    operation = permission.partition(":")[2]
    aws.fail(operation, status=403)
    line = next(one for one in amazon.permissions() if one.name == permission)
    assert line.status is Status.FAILED
    assert json.loads(line.todo.partition(": ")[2])["Action"] == permission
    assert [one.name for one in amazon.permissions() if one.status is not Status.OK] == []


@pytest.mark.parametrize(
    ("skew", "status"), [(-600, "failed"), (-61, "failed"), (-59, "ok"), (0, "ok"), (59, "ok"), (600, "failed")]
)
def test_a_clock_that_is_off_is_told(skew: int, status: str) -> None:
    now = timezone.now().replace(microsecond=0)
    assert amazon._clock(format_datetime(now - timedelta(seconds=skew), usegmt=True), now).status == status


def test_without_a_network_the_first_line_says_so_and_the_others_are_asked(aws: Any, monkeypatch: Any) -> None:
    def unreachable(*_args: object, **_more: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sts.eu-central-1.amazonaws.com/")

    events = [client._client(service).meta.events for service in SERVICES]
    for one in events:
        one.register_first("before-send", unreachable)
    try:
        asked = [*amazon.identity_and_clock(), *amazon.topic(), *amazon.subscription(), *amazon.permissions()]
    finally:
        for one in events:
            one.unregister("before-send", unreachable)
    assert [str(one.status) for one in asked] == ["failed", "warning", "warning"] + ["warning"] * len(
        amazon.PERMISSIONS
    )


def test_expired_credentials_are_told(aws: Any) -> None:
    aws.fail("GetCallerIdentity", status=403)
    assert found(amazon.identity_and_clock) == [("AWS identity", "failed")]


def test_a_topic_of_another_account_is_told(aws: Any, settings: Any) -> None:
    settings.CCP_TOPIC_ARN = TOPIC.replace("123456789012", "999999999999")
    assert ("account", "warning") in found(amazon.identity_and_clock)


def test_a_wrong_instance_is_told(aws: Any, settings: Any) -> None:
    settings.CCP_INSTANCE_ID = "99999999-2222-4333-8444-555555555555"
    assert found(amazon.instance) == [("instance", "failed")]


def test_a_topic_that_connect_may_not_publish_to_is_told(aws: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe"}]}
    aws.sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="Policy", AttributeValue=json.dumps(policy))
    assert found(amazon.topic) == [("topic", "failed")]


def test_what_only_the_doctor_may_not_ask_is_no_fault(aws: Any) -> None:
    for operation in ("GetTopicAttributes", "ListSubscriptionsByTopic", "DescribeInstance"):
        aws.fail(operation, status=403)
    assert [found(check) for check in (amazon.topic, amazon.subscription, amazon.instance)] == [
        [("topic", "skipped")],
        [("subscription", "skipped")],
        [("instance", "skipped")],
    ]


def test_a_subscription_that_lacks_waits_or_has_no_policies_is_told(aws: Any) -> None:
    assert found(amazon.subscription) == [("subscription", "failed")]
    subscribed(aws, confirmed=False)
    name = f"subscription of {WEBHOOK}"
    assert found(amazon.subscription) == [(name, "failed")]
    subscribed(aws)
    assert found(amazon.subscription) == [(name, "ok"), (name, "warning"), (name, "warning")]


def test_no_chat_yet_and_refused_calls_are_told(aws: Any) -> None:
    RefusedCall.keep("CreateParticipant", "AccessDeniedException", "connect:CreateParticipant", "no", timezone.now())
    assert found(amazon.traffic) == [
        ("last item of a chat", "warning"),
        ("last hand-over", "warning"),
        ("refused call", "warning"),
    ]


# ---- the machine -------------------------------------------------------------------------------------------------------


def test_the_machine_of_the_tests_is_healthy() -> None:
    assert [one.name for check in machine.CHECKS[:-1] for one in check() if one.status is Status.FAILED] == []


def test_a_database_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseError("it is gone")

    monkeypatch.setattr(machine.connection, "cursor", gone)
    assert found(machine.database) == [("database", "failed")]


def test_missing_migrations_are_told(transactional_db: None) -> None:
    MigrationRecorder(machine.connection).record_unapplied("chats", "0012_reason_codes")
    line = next(one for one in machine.database() if one.name == "migrations")
    MigrationRecorder(machine.connection).record_applied("chats", "0012_reason_codes")
    assert (line.status, line.todo) == (Status.FAILED, "Run: python manage.py migrate")


def test_a_redis_that_does_not_answer_is_told(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert found(machine.redis_server) == [("Redis", "failed")]
    settings.REDIS_URL = ""
    assert found(machine.redis_server) == [("Redis", "skipped")]


@pytest.mark.parametrize(
    ("free", "status"), [(machine.FULL_DISK - 1, "failed"), (machine.LOW_DISK - 1, "warning"), (2**40, "ok")]
)
def test_a_full_disk_is_told(free: int, status: str, tmp_path: Any) -> None:
    assert machine._disk(tmp_path, free).status == status


def test_a_folder_that_others_may_read_is_told(tmp_path: Any, settings: Any) -> None:
    settings.CCP_DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert found(machine.file_rights) == [("file rights", "failed")]
    tmp_path.chmod(0o700)
    assert found(machine.file_rights) == [("file rights", "ok")]


def test_settings_that_are_wrong_are_told(settings: Any) -> None:
    settings.CCP_TOPIC_ARN = "no ARN"
    assert "ccp.E007" in "".join(one.came for one in machine.configuration() if one.status is Status.FAILED)


# ---- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_each_line_and_fails_when_one_does(aws: Any) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=out)
    assert ended.value.code == 1
    assert (
        "failed   subscription: no endpoint of the topic ends with /webhooks/sns/\n           → Subscribe"
        in out.getvalue()
    )


def test_the_command_prints_json_for_monitoring(aws: Any) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {tuple(line) for line in lines} == {("name", "status", "came", "todo")}


def test_a_check_that_fails_itself_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    from ccp_portal import doctor

    def broken() -> Any:
        raise RuntimeError("oh")
        yield

    assert [(one.name, one.status, one.came) for one in doctor._asked(broken)] == [
        ("broken", Status.FAILED, "RuntimeError: oh")
    ]
