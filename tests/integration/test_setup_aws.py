"""`manage.py setup_aws`: what it would do is shown, what it does is done once.

Topic, subscription and flow against the emulator, the Lambda against moto. Neither knows AssociateLambdaFunction,
ListLambdaFunctions, nor (the emulator) UpdateContactFlowContent: those calls are only looked at.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from django.core.management import CommandError, call_command
from moto import mock_aws

from ccp_portal.aws_setup import handover, step, topic
from ccp_portal.doctor import amazon
from chats.connect import Refused, Unavailable
from chats.connect.errors import of_client_error
from tests.emulating import INSTANCE, TOPIC
from tests.portal import SECRET

PORTAL = "http://127.0.0.1:9"
NEW_TOPIC = TOPIC.rpartition(":")[0] + ":another"


class Aws:
    """Stands for `chats.connect.ask`."""

    def __init__(self, emulated: Any) -> None:
        self.emulated, self.asked = emulated, []
        self.refused: dict[str, Exception] = {}
        self.functions: list[str] = []
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.moto = {name: boto3.client(name, region_name="us-east-1", **keys) for name in ("lambda", "iam")}
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = self.moto["iam"].create_role(RoleName="handover", AssumeRolePolicyDocument=trust)
        self.role = role["Role"]["Arn"]

    def __call__(self, service: str, operation: str, **params: Any) -> Any:
        self.asked.append(operation)
        if operation in self.refused:
            raise self.refused[operation]
        if operation == "list_lambda_functions":
            return {"LambdaFunctions": self.functions}
        if operation == "associate_lambda_function":
            self.functions.append(params["FunctionArn"])
            return {}
        client = self.moto["lambda"] if service == "lambda" else getattr(self.emulated, service)
        try:
            return getattr(client, operation)(**params)
        except ClientError as error:
            raise of_client_error(error, service) from None

    @property
    def changed(self) -> list[str]:
        return [one for one in self.asked if not one.startswith(("get_", "list_", "describe_"))]


@pytest.fixture
def aws(amazon_connect: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    settings.CCP_INSTANCE_ID = amazon_connect.instance_id
    settings.CCP_TOPIC_ARN = NEW_TOPIC
    settings.CCP_RECEPTION_SECRET = SECRET
    with mock_aws():
        made = Aws(amazon_connect)
        for module in (step, handover, amazon):
            monkeypatch.setattr(module, "ask", made)
        yield made


def run(*words: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("setup_aws", "--portal", PORTAL, *words, stdout=out, stderr=err)
    except SystemExit as ended:
        return f"{out.getvalue()}{err.getvalue()}exit {ended.code}"
    return out.getvalue() + err.getvalue()


def test_without_apply_it_shows_each_call_and_changes_nothing(aws: Aws) -> None:
    told = run("--lambda-role", aws.role)
    assert aws.changed == []
    for call in ("sns subscribe", "lambda create_function", "connect associate_lambda_function", "create_contact_flow"):
        assert call in told
    assert f'"CCP_RECEPTION_URL": "{PORTAL}/reception/"' in told
    assert SECRET not in told
    assert "changes to make; with --apply they are." in told


def test_applied_it_sets_all_up_and_done_again_it_changes_nothing(aws: Aws) -> None:
    run("--lambda-role", aws.role, "--apply")
    assert {"subscribe", "create_function", "associate_lambda_function", "create_contact_flow"} <= set(aws.changed)
    assert SECRET not in run()
    token = aws.emulated.emulator.world.store.value(
        "SELECT token FROM subscription WHERE endpoint LIKE ?", f"{PORTAL}%"
    )
    aws.emulated.sns.confirm_subscription(TopicArn=NEW_TOPIC, Token=token)
    run("--apply")
    aws.asked.clear()
    told = run("--apply")
    assert aws.changed == []
    assert [told.count(f"{name}: as it should be") for name in ("topic", "subscription", "lambda", "flow")] == [1] * 4
    assert "0 changes made" in told
    assert [str(one.status) for one in amazon.topic()] == ["ok"]
    assert next(str(one.status) for one in amazon.subscription()) == "ok"


def test_the_lambda_is_the_file_with_the_portals_address_and_secret(aws: Aws) -> None:
    run("--lambda-role", aws.role, "--only", "lambda", "--apply")
    found = aws.moto["lambda"].get_function(FunctionName="ccp-portal-handover")["Configuration"]
    assert found["Environment"]["Variables"] == {
        "CCP_RECEPTION_URL": f"{PORTAL}/reception/",
        "CCP_RECEPTION_SECRET": SECRET,
    }
    assert (found["Timeout"], found["Handler"]) == (7, "handover_lambda.handler")
    with zipfile.ZipFile(io.BytesIO(handover.archive())) as file:
        assert file.read("handover_lambda.py") == handover.SOURCE.read_bytes()
    assert handover.archive() == handover.archive()


def test_what_differs_at_the_lambda_is_renewed_and_what_others_set_there_stays(aws: Aws, settings: Any) -> None:
    run("--lambda-role", aws.role, "--only", "lambda", "--apply")
    variables = {"CCP_RECEPTION_URL": "https://old.example.org/", "THEIRS": "1"}
    change = aws.moto["lambda"].update_function_configuration
    change(FunctionName="ccp-portal-handover", Environment={"Variables": variables})
    with_other_code = io.BytesIO()
    with zipfile.ZipFile(with_other_code, "w") as file:
        file.writestr("handover_lambda.py", "old")
    aws.moto["lambda"].update_function_code(FunctionName="ccp-portal-handover", ZipFile=with_other_code.getvalue())
    told = run("--only", "lambda", "--apply")
    assert "renew the Lambda's code" in told
    assert "renew the Lambda's configuration" in told
    found = aws.moto["lambda"].get_function(FunctionName="ccp-portal-handover")["Configuration"]
    assert found["Environment"]["Variables"]["THEIRS"] == "1"
    assert found["Environment"]["Variables"]["CCP_RECEPTION_SECRET"] == SECRET
    assert "lambda: as it should be" in run("--only", "lambda")


def test_other_statements_of_the_topics_policy_stay(aws: Aws) -> None:
    aws.emulated.sns.create_topic(Name="another")
    theirs = {"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe", "Resource": NEW_TOPIC}
    policy = json.dumps({"Version": "2012-10-17", "Statement": theirs})
    aws.emulated.sns.set_topic_attributes(TopicArn=NEW_TOPIC, AttributeName="Policy", AttributeValue=policy)
    run("--only", "topic", "--apply")
    found = aws.emulated.sns.get_topic_attributes(TopicArn=NEW_TOPIC)["Attributes"]
    assert [one["Sid"] for one in json.loads(found["Policy"])["Statement"]] == ["Theirs", "AmazonConnectPublishes"]
    assert found["SignatureVersion"] == "2"


def test_a_flow_of_another_content_is_renewed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--only", "flow", "--apply")
    assert "flow: as it should be" in run("--only", "flow")
    monkeypatch.setattr(handover.settings, "CCP_HANDOVER_LAMBDA", "another")
    assert "connect update_contact_flow_content" in run("--only", "flow")


@pytest.mark.parametrize(
    ("operation", "error", "told"),
    [
        (
            "list_contact_flows",
            Refused("AccessDeniedException", "no", "ListContactFlows", "connect:ListContactFlows"),
            "Allow connect:ListContactFlows.",
        ),
        ("get_topic_attributes", Unavailable("sns did not answer"), "topic: sns did not answer"),
    ],
)
def test_a_step_that_is_refused_is_told_and_the_others_are_taken(
    aws: Aws, operation: str, error: Exception, told: str
) -> None:
    aws.refused[operation] = error
    said = run("--lambda-role", aws.role)
    assert told in said
    assert "lambda create_function" in said
    assert said.endswith("exit 1")


def test_without_a_role_no_lambda_is_made(aws: Aws) -> None:
    assert "--lambda-role is needed" in run("--only", "lambda")
    assert run("--only", "lambda", "--apply").endswith("exit 1")
    assert "create_function" not in aws.changed


@pytest.mark.parametrize("portal", ["portal.example.org", "https://portal.example.org/desk", "ftp://x", ""])
def test_an_address_that_is_none_is_refused(portal: str) -> None:
    with pytest.raises(CommandError):
        call_command("setup_aws", "--portal", portal)


def test_a_function_that_is_not_ready_is_waited_for(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    states = iter([{"State": "Pending"}, {"State": "Active", "LastUpdateStatus": "InProgress"}, {"State": "Active"}])
    monkeypatch.setattr(handover, "ask", lambda *_what, **_more: next(states))
    paused: list[float] = []
    monkeypatch.setattr(handover.time, "sleep", paused.append)
    handover._settled()
    assert len(paused) == 2
    monkeypatch.setattr(handover, "ask", lambda *_what, **_more: {"State": "Pending"})
    with pytest.raises(Unavailable):
        handover._settled()


def test_the_arns_are_those_of_the_settings(settings: Any) -> None:
    settings.CCP_INSTANCE_ID = INSTANCE
    settings.CCP_TOPIC_ARN = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:ccp-portal"
    settings.CCP_AWS_REGION = "us-gov-west-1"
    target = step.Target(PORTAL)
    assert target.lambda_arn == "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:ccp-portal-handover"
    assert target.instance_arn == f"arn:aws-us-gov:connect:us-gov-west-1:123456789012:instance/{INSTANCE}"


def test_the_emulators_subscribe_takes_attributes_of_delivery_and_no_others(amazon_connect: Any) -> None:
    subscribe = amazon_connect.sns.subscribe
    policy = {"DeliveryPolicy": json.dumps(topic.DELIVERY)}
    arn = subscribe(TopicArn=TOPIC, Protocol="http", Endpoint=PORTAL, Attributes=policy, ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    found = amazon_connect.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert json.loads(found["DeliveryPolicy"]) == topic.DELIVERY
    with pytest.raises(ClientError, match="InvalidParameter"):
        subscribe(TopicArn=TOPIC, Protocol="http", Endpoint=f"{PORTAL}/x", Attributes={"FilterPolicy": "{}"})
    assert len(amazon_connect.sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]) == 1
