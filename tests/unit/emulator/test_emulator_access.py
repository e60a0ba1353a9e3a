"""Who may call: signatures verified, policies obeyed, refusals worded as AWS words them; and nobody asked by default."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from connect_emulator.access import AccessKey, InvalidPolicy, Policy
from connect_emulator.access.policies import Verdict
from connect_emulator.access.resources import of_connect
from connect_emulator.boto3_hook import attach
from connect_emulator.cli import Mistake, arguments
from connect_emulator.clock import moment
from connect_emulator.instance import Instance
from connect_emulator.restjson import Request, Response
from tests.amazon import Amazon
from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, TOPIC

ARN = f"arn:aws:connect:{REGION}:123456789012:instance/{INSTANCE}"
FLOW_ARN = f"{ARN}/contact-flow/{INBOUND_FLOW}"
ANOTHER_FLOW = "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def allow(action: Any, resource: Any, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ONE_FLOW = policy(allow("connect:StartChatContact", FLOW_ARN))
KEYS = (
    AccessKey("AKIAROOT", SECRET),
    AccessKey("AKIADRUID", SECRET + "2", ONE_FLOW),
    AccessKey("AKIAWHOLE", SECRET + "3", policy(allow("connect:StartChatContact", f"{ARN}/*"))),
)

Client = Callable[..., Any]


@pytest.fixture
def guarded(amazon: Amazon, monkeypatch: pytest.MonkeyPatch) -> Amazon:
    """An emulator that knows three keys, and clients that sign by its clock."""
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment(amazon.clock.wall()))
    amazon._options = replace(amazon._options, access_keys=KEYS)
    amazon.again()
    return amazon


@pytest.fixture
def client(guarded: Amazon) -> Iterator[Client]:
    """Clients of one of the keys, by its id."""
    secrets = {key.id: key.secret for key in KEYS}

    def make(key: str, service: str = "connect", region: str = REGION, **given: Any) -> Any:
        credentials = {"aws_access_key_id": key, "aws_secret_access_key": secrets.get(key, "unknown"), **given}
        session = boto3.Session(region_name=region, **credentials)
        made = session.client(
            service, endpoint_url="http://127.0.0.1:8001", config=Config(retries={"total_max_attempts": 1})
        )
        attach(made, guarded.emulator)
        return made

    return make


def start(client: Any, flow: str = INBOUND_FLOW, instance: str = INSTANCE) -> Any:
    return client.start_chat_contact(InstanceId=instance, ContactFlowId=flow, ParticipantDetails={"DisplayName": "Ada"})


def refusal(act: Callable[[], Any]) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as raised:
        act()
    answer = raised.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


# ---- by default ----------------------------------------------------------------------------------------------------


def test_with_no_key_in_the_state_any_key_may_do_anything(amazon: Amazon) -> None:
    assert start(amazon.connect)["ContactId"]


def test_keys_are_kept_in_the_state_until_they_are_forgotten(guarded: Amazon, client: Client) -> None:
    guarded._options = replace(guarded._options, access_keys=None)
    guarded.again()
    assert refusal(lambda: start(guarded.connect))[1] == "UnrecognizedClientException"
    guarded._options = replace(guarded._options, access_keys=())
    guarded.again()
    assert start(guarded.connect)["ContactId"]


# ---- seed 001: a user who may start chats, on one flow -------------------------------------------------------------


def test_a_user_of_one_flow_starts_chats_there_and_can_do_nothing_else(guarded: Amazon, client: Client) -> None:
    user, root = client("AKIADRUID"), client("AKIAROOT")
    contact_id = start(user)["ContactId"]
    denied = {
        "connect:DescribeContact": lambda: user.describe_contact(InstanceId=INSTANCE, ContactId=contact_id),
        "connect:StopContact": lambda: user.stop_contact(InstanceId=INSTANCE, ContactId=contact_id),
        "connect:GetContactAttributes": lambda: user.get_contact_attributes(
            InstanceId=INSTANCE, InitialContactId=contact_id
        ),
    }
    before = guarded.world.store.dump()
    for action, act in denied.items():
        assert refusal(act) == (
            403,
            "AccessDeniedException",
            (
                f"User: arn:aws:iam::123456789012:user/AKIADRUID is not authorized to perform: {action}"
                f" on resource: {ARN}/contact/{contact_id} because no identity-based policy allows the {action} action"
            ),
        )
    assert guarded.world.store.dump() == before
    assert root.describe_contact(InstanceId=INSTANCE, ContactId=contact_id)["Contact"]["Id"] == contact_id


@pytest.mark.parametrize(
    ("flow", "instance"),
    [
        (ANOTHER_FLOW, INSTANCE),
        (f"{FLOW_ARN}/{ANOTHER_FLOW}", INSTANCE),
        (FLOW_ARN, "22222222-2222-4333-8444-555555555555"),
        ("*", INSTANCE),
    ],
)
def test_no_other_flow_and_no_other_instance_can_be_reached(client: Client, flow: str, instance: str) -> None:
    status, code, message = refusal(lambda: start(client("AKIADRUID"), flow, instance))
    assert (status, code) == (403, "AccessDeniedException")
    assert message.endswith("because no identity-based policy allows the connect:StartChatContact action")


def test_the_arn_of_the_flow_is_as_good_as_its_id(client: Client) -> None:
    assert start(client("AKIADRUID"), FLOW_ARN, ARN)["ContactId"]


def test_a_user_of_one_instance_may_start_on_any_flow_of_it(client: Client) -> None:
    user = client("AKIAWHOLE")
    assert start(user)["ContactId"]
    assert refusal(lambda: start(user, ANOTHER_FLOW))[:2] == (404, "ResourceNotFoundException")
    assert refusal(lambda: start(user, instance="22222222-2222-4333-8444-555555555555"))[1] == "AccessDeniedException"
    assert refusal(lambda: user.stop_contact(InstanceId=INSTANCE, ContactId="c"))[1] == "AccessDeniedException"


def test_who_may_not_is_not_told_what_is_wrong_with_the_request(client: Client, guarded: Amazon) -> None:
    user = client("AKIADRUID")
    act = lambda: user.create_participant(InstanceId=INSTANCE, ContactId="c", ParticipantDetails={})  # noqa: E731
    assert refusal(act)[:2] == (403, "AccessDeniedException")


def test_participants_need_no_key(guarded: Amazon, client: Client) -> None:
    started = start(client("AKIADRUID"))
    assert guarded.connected(started["ParticipantToken"])


def test_an_operation_that_is_not_emulated_is_501_for_everybody(guarded: Amazon) -> None:
    assert guarded.emulator.respond(Request("GET", "/phone-number/list")).status in {404, 501}
    assert guarded.emulator.respond(Request("POST", "/contact/monitor")).status == 501


# ---- the signature -------------------------------------------------------------------------------------------------


def test_a_key_nobody_has_is_not_recognized(client: Client) -> None:
    assert refusal(lambda: start(client("AKIANOBODY"))) == (
        403,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_wrong_secret_does_not_match(client: Client) -> None:
    status, code, message = refusal(lambda: start(client("AKIAROOT", aws_secret_access_key="wrong")))
    assert (status, code) == (403, "InvalidSignatureException")
    assert message.startswith("The request signature we calculated does not match the signature you provided.")


def test_a_session_token_is_tolerated(client: Client) -> None:
    assert start(client("AKIAROOT", aws_session_token="of a role"))["ContactId"]


def test_a_signature_for_another_region_or_service_is_refused(client: Client) -> None:
    assert refusal(lambda: start(client("AKIAROOT", region="eu-west-1"))) == (
        403,
        "InvalidSignatureException",
        "Credential should be scoped to a valid region, not 'eu-west-1'.",
    )


def test_a_signature_for_another_region_is_refused_where_any_key_may_sign(amazon: Amazon) -> None:
    connect = boto3.client("connect", region_name="eu-west-1", aws_access_key_id="k", aws_secret_access_key="s")
    attach(connect, amazon.emulator)
    with pytest.raises(ClientError, match="scoped to a valid region, not 'eu-west-1'") as raised:
        connect.list_instances()
    assert raised.value.response["Error"]["Code"] == "InvalidSignatureException"


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_five_minutes_of_skew_are_borne(
    guarded: Amazon, client: Client, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    signs_at(monkeypatch, guarded, seconds)
    assert start(client("AKIAROOT"))["ContactId"]


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (
            -301,
            "Signature expired: 20270115T075459Z is now earlier than 20270115T075500Z (20270115T080000Z - 5 min.)",
        ),
        (
            301,
            (
                "Signature not yet current: 20270115T080501Z is still later than 20270115T080500Z"
                " (20270115T080000Z + 5 min.)"
            ),
        ),
    ],
)
def test_more_skew_is_refused(
    guarded: Amazon, client: Client, monkeypatch: pytest.MonkeyPatch, seconds: int, says: str
) -> None:
    signs_at(monkeypatch, guarded, seconds)
    assert refusal(lambda: start(client("AKIAROOT"))) == (403, "InvalidSignatureException", says)


def signs_at(monkeypatch: pytest.MonkeyPatch, amazon: Amazon, seconds: int) -> None:
    now = moment(amazon.clock.wall()) + timedelta(seconds=seconds)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: now)


def signed(method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Request:
    """What botocore signs; headers that are given are signed as well."""
    url = f"http://127.0.0.1:8001{path}{'?' if query else ''}{query}"
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    botocore.auth.SigV4Auth(Credentials("AKIAROOT", SECRET), "connect", REGION).add_auth(request)
    made = {name.lower(): value for name, value in request.headers.items()}
    return Request(method, path, query, {"host": "127.0.0.1:8001", **made}, body)


def answer(amazon: Amazon, request: Request, **headers: str | None) -> tuple[int, str]:
    changed = {**request.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    kept = {name: value for name, value in changed.items() if value is not None}
    response: Response = amazon.emulator.respond(replace(request, headers=kept))
    return response.status, response.headers.get("x-amzn-errortype", "")


BODY = json.dumps(
    {"InstanceId": INSTANCE, "ContactFlowId": INBOUND_FLOW, "ParticipantDetails": {"DisplayName": "Ada"}}
).encode()
MISMATCH = (403, "InvalidSignatureException")


def test_what_was_changed_after_signing_does_not_match(guarded: Amazon) -> None:
    request = signed("PUT", "/contact/chat", BODY)
    assert answer(guarded, request) == (200, "")
    assert answer(guarded, replace(request, body=BODY.replace(b"Ada", b"Eve"))) == MISMATCH
    assert answer(guarded, replace(request, query="a=b")) == MISMATCH
    assert answer(guarded, request, host="elsewhere") == MISMATCH
    assert answer(guarded, request, x_amz_date="20270115T080001Z") == MISMATCH
    assert answer(guarded, request, x_amz_date=None, date="Fri, 15 Jan 2027 08:00:00 GMT") == MISMATCH
    assert answer(guarded, request, x_custom="an unsigned header may be anything") == (200, "")


def test_a_signed_header_must_be_there(guarded: Amazon) -> None:
    request = signed("PUT", "/contact/chat", BODY, **{"X-Custom": "v", "User-Agent": "signed by no botocore"})
    assert answer(guarded, request) == (200, "")
    assert answer(guarded, request, x_custom=None) == MISMATCH


def test_the_hash_of_the_body_in_the_header_must_be_the_bodys(guarded: Amazon) -> None:
    right = botocore.auth.sha256(BODY).hexdigest()
    wrong = botocore.auth.sha256(b"another body").hexdigest()
    assert answer(guarded, signed("PUT", "/contact/chat", BODY, **{"X-Amz-Content-SHA256": right})) == (200, "")
    assert answer(guarded, signed("PUT", "/contact/chat", BODY, **{"X-Amz-Content-SHA256": wrong})) == MISMATCH
    unsigned = signed("PUT", "/contact/chat", BODY, **{"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert answer(guarded, unsigned) == (200, "")


def test_paths_and_queries_are_signed_as_they_travel(guarded: Amazon) -> None:
    contact_id = guarded.world.store.value("SELECT id FROM contact")
    assert contact_id is None
    arn = ARN.replace(":", "%3A").replace("/", "%2F")
    request = signed("GET", f"/contacts/{arn}/nobody", query="b=2&a=1&a=%20")
    assert answer(guarded, request) == (404, "ResourceNotFoundException")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("", "MissingAuthenticationTokenException"),
        ("Basic dGVzdA==", "MissingAuthenticationTokenException"),
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c", "IncompleteSignatureException"),
        (
            "AWS4-HMAC-SHA256 Credential=a/20270115/us-east-1/connect/aws4_request, SignedHeaders=host",
            "IncompleteSignatureException",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/20270115/us-east-1/connect/aws4_request, SignedHeaders=host, Signature=00",
            "IncompleteSignatureException",
        ),
    ],
)
def test_a_header_that_is_no_signature_is_refused_with_and_without_keys(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch, header: str | None, code: str
) -> None:
    for keys in ((), KEYS):
        amazon._options = replace(amazon._options, access_keys=keys)
        amazon.again()
        request = Request("PUT", "/contact/chat", "", {"host": "127.0.0.1:8001"}, BODY)
        assert answer(amazon, request, authorization=header) == (403, code)


@pytest.mark.parametrize("date", [None, "yesterday", "20270115"])
def test_a_signature_without_a_time_is_incomplete(guarded: Amazon, date: str | None) -> None:
    request = signed("PUT", "/contact/chat", BODY)
    assert answer(guarded, request, x_amz_date=date) == (403, "IncompleteSignatureException")


def test_the_host_must_be_signed(guarded: Amazon) -> None:
    request = signed("PUT", "/contact/chat", BODY)
    unsigned = request.headers["authorization"].replace("host;", "")
    assert answer(guarded, request, authorization=unsigned) == MISMATCH


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=200)
    | st.text(alphabet="=,/; ASigntureCdlHo0123456789", max_size=300).map("AWS4-HMAC-SHA256 ".__add__)
)
def test_any_authorization_gets_a_typed_answer(text: str) -> None:
    from connect_emulator.access import sigv4
    from connect_emulator.restjson import ServiceError

    with pytest.raises(ServiceError) as raised:
        sigv4.read(Request("GET", "/", "", {"authorization": text}))
    assert raised.value.code in {"MissingAuthenticationTokenException", "IncompleteSignatureException"}


# ---- SNS -----------------------------------------------------------------------------------------------------------


def test_sns_is_guarded_too_and_says_it_in_its_own_words(guarded: Amazon, client: Client) -> None:
    subscribe = {"TopicArn": TOPIC, "Protocol": "http", "Endpoint": "http://127.0.0.1:1/"}
    assert client("AKIAROOT", "sns").subscribe(**subscribe)["SubscriptionArn"]
    denied = refusal(lambda: client("AKIADRUID", "sns").subscribe(**subscribe))
    assert denied == (
        403,
        "AuthorizationError",
        (
            "User: arn:aws:iam::123456789012:user/AKIADRUID is not authorized to perform: sns:Subscribe on resource:"
            f" {TOPIC} because no identity-based policy allows the sns:Subscribe action"
        ),
    )
    assert refusal(lambda: client("AKIANOBODY", "sns").subscribe(**subscribe))[:2] == (403, "InvalidClientTokenId")
    wrong = client("AKIAROOT", "sns", aws_secret_access_key="wrong")
    assert refusal(lambda: wrong.subscribe(**subscribe))[:2] == (403, "SignatureDoesNotMatch")


def test_the_link_in_a_post_confirms_without_a_signature(guarded: Amazon, client: Client) -> None:
    client("AKIAROOT", "sns").subscribe(TopicArn=TOPIC, Protocol="http", Endpoint="http://127.0.0.1:1/")
    token = guarded.world.store.value("SELECT token FROM subscription")
    link = f"Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"
    assert guarded.emulator.respond(Request("GET", "/", link)).status == 200
    listing = f"Action=ListSubscriptionsByTopic&TopicArn={TOPIC}"
    assert guarded.emulator.respond(Request("GET", "/", listing)).status == 403


# ---- policies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statements", "action", "resource", "verdict"),
    [
        ([allow("*", "*")], "connect:StopContact", ARN, Verdict.ALLOWED),
        ([allow("connect:*", "*")], "sns:Subscribe", TOPIC, Verdict.NOT_ALLOWED),
        ([allow("connect:Start*", "*")], "connect:StartChatContact", FLOW_ARN, Verdict.ALLOWED),
        ([allow("connect:startchatcontact", "*")], "connect:StartChatContact", FLOW_ARN, Verdict.ALLOWED),
        ([allow("connect:Start?hatContact", "*")], "connect:StartChatContact", FLOW_ARN, Verdict.ALLOWED),
        ([allow("connect:StartChatContact", ARN)], "connect:StartChatContact", FLOW_ARN, Verdict.NOT_ALLOWED),
        ([allow("connect:StartChatContact", f"{ARN}/*")], "connect:StartChatContact", FLOW_ARN, Verdict.ALLOWED),
        (
            [allow("connect:*", FLOW_ARN.replace("aaaa", "AAAA"))],
            "connect:StartChatContact",
            FLOW_ARN,
            Verdict.NOT_ALLOWED,
        ),
        ([allow("connect:*", [TOPIC, FLOW_ARN])], "connect:StartChatContact", FLOW_ARN, Verdict.ALLOWED),
        (
            [allow("connect:*", "*"), allow("connect:StartChatContact", FLOW_ARN, "Deny")],
            "connect:StartChatContact",
            FLOW_ARN,
            Verdict.DENIED,
        ),
        (
            [allow("connect:*", "*", "Deny"), allow("connect:*", "*")],
            "connect:StopContact",
            f"{ARN}/contact/c",
            Verdict.DENIED,
        ),
        (
            [{"Effect": "Allow", "NotAction": "connect:Stop*", "Resource": "*"}],
            "connect:StopContact",
            ARN,
            Verdict.NOT_ALLOWED,
        ),
        (
            [{"Effect": "Allow", "Action": "connect:*", "NotResource": f"{ARN}/contact-flow/*"}],
            "connect:DescribeInstance",
            ARN,
            Verdict.ALLOWED,
        ),
    ],
)
def test_a_policy_decides(statements: list[dict[str, Any]], action: str, resource: str, verdict: Verdict) -> None:
    assert Policy.read(policy(*statements)).decide(action, [resource])[0] is verdict


def test_all_resources_of_a_call_must_be_allowed_and_none_denied() -> None:
    profile, agent = f"{ARN}/security-profile/admin", f"{ARN}/agent/*"
    some = Policy.read(policy(allow("connect:CreateUser", agent)))
    assert some.decide("connect:CreateUser", [agent, profile]) == (Verdict.NOT_ALLOWED, profile)
    most = Policy.read(policy(allow("*", "*"), allow("connect:CreateUser", profile, "Deny")))
    assert most.decide("connect:CreateUser", [agent, profile]) == (Verdict.DENIED, profile)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "Version must be one of 2008-10-17, 2012-10-17"),
        ('{"Version": "2012-10-17"}', "Statement must be an object, or a list of objects"),
        ('{"Version": "2012-10-17", "Statement": []}', "Statement must be an object, or a list of objects"),
        (policy(allow("connect:*", "*") | {"Effect": "allow"}), "Effect must be Allow or Deny"),
        (policy(allow("StartChatContact", "*")), "'StartChatContact' is no action; one is written service:Operation"),
        (policy(allow("connect:*", "flow")), "'flow' is no resource; one is * or an ARN"),
        (policy(allow("connect:*", "arn:${aws:username}")), "the emulator knows no policy variables"),
        (policy(allow("connect:*", [])), "Resource must be a string, or a list of strings"),
        (policy(allow(7, "*")), "Action must be a string, or a list of strings"),
        (policy({"Effect": "Allow", "Resource": "*"}), "a statement needs Action or NotAction, one of the two"),
        (
            policy(allow("connect:*", "*") | {"NotAction": "a:b"}),
            "a statement needs Action or NotAction, one of the two",
        ),
        (
            policy(allow("connect:*", "*") | {"Condition": {}}),
            "the emulator evaluates Action, Effect, NotAction, NotResource, Resource, Sid of a statement, not Condition",
        ),
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_not_loaded(text: str, says: str) -> None:
    with pytest.raises(InvalidPolicy) as raised:
        Policy.read(text)
    assert str(raised.value) == says


def test_a_call_names_its_resources_by_what_it_is_about() -> None:
    instance = Instance()
    assert of_connect(instance, "ListInstances", {}) == ["*"]
    assert of_connect(instance, "DescribeInstance", {"InstanceId": INSTANCE}) == [ARN]
    assert of_connect(instance, "StopContact", {"InstanceId": ARN, "ContactId": "c"}) == [f"{ARN}/contact/c"]
    assert of_connect(instance, "StartChatContact", {"InstanceId": INSTANCE}) == [f"{ARN}/contact-flow/*"]
    assert of_connect(instance, "DescribeContactFlow", {"InstanceId": INSTANCE, "ContactFlowId": "f:$SAVED"}) == [
        f"{ARN}/contact-flow/f"
    ]
    given = {"InstanceId": INSTANCE, "RoutingProfileId": "r", "SecurityProfileIds": ["a", 7]}
    assert of_connect(instance, "CreateUser", given) == [
        f"{ARN}/agent/*",
        f"{ARN}/routing-profile/r",
        f"{ARN}/security-profile/a",
        f"{ARN}/security-profile/*",
    ]


# ---- the command line ----------------------------------------------------------------------------------------------


def test_keys_are_given_by_the_command_line(tmp_path: Path) -> None:
    bot = tmp_path / "bot.json"
    bot.write_text(ONE_FLOW)
    state = ["--state", str(tmp_path / "s")]
    given = arguments([*state, "--access-key", "AKIAROOT=secret/+", "--access-key", f"AKIABOT=other={bot}"])
    assert given.options.access_keys == (AccessKey("AKIAROOT", "secret/+"), AccessKey("AKIABOT", "other", ONE_FLOW))
    assert arguments(state).options.access_keys is None
    assert arguments([*state, "--any-access-key"]).options.access_keys == ()


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["x"], "--access-key takes ID=SECRET or ID=SECRET=POLICY.json; an ID has letters and digits only"),
        (["a b=s"], "--access-key takes ID=SECRET or ID=SECRET=POLICY.json; an ID has letters and digits only"),
        (["a=s=nowhere.json"], "--access-key: nowhere.json cannot be read: No such file or directory"),
        (["a=s=list.json"], "--access-key: list.json is no policy the emulator can evaluate: Version must be one of"),
        (["a=s=latin.json"], "--access-key: latin.json is not UTF-8 text"),
        (["a=s", "a=t"], "--access-key: two keys have the same ID"),
    ],
)
def test_a_mistaken_key_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], says: str
) -> None:
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "latin.json").write_bytes(b"\xe9")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Mistake) as raised:
        arguments(["--state", "s", *(part for key in argv for part in ("--access-key", key))])
    assert str(raised.value).startswith(says)


def test_keys_and_no_keys_contradict_each_other() -> None:
    with pytest.raises(Mistake, match="contradict"):
        arguments(["--state", "s", "--access-key", "a=s", "--any-access-key"])
