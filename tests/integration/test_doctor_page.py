"""The doctor's further lines (the Lambda's secret, flows, SQS, region), each healthy and failing, and its page in the admin."""

from __future__ import annotations

import importlib.util
import io
import json
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from django.contrib.auth.models import Permission
from django.test import Client

from ccp_portal import doctor
from ccp_portal.admin_site import doctor_page
from ccp_portal.doctor import amazon, handover, sqs
from ccp_portal.doctor.finding import Finding, failed, ok
from chats.connect import Refused, Unavailable
from tests import factories
from tests.emulating import TOPIC
from tests.portal import SECRET

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:ccp-portal-handover"


def lines(check: Any) -> list[tuple[str, str]]:
    return [(one.name, str(one.status)) for one in check()]


class Answers:
    """Stands for `chats.connect.ask`: answers or errors, by operation."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
        self.answers, self.asked = answers, []
        for module in (handover, sqs, amazon):
            monkeypatch.setattr(module, "ask", self)

    def __call__(self, _service: str, operation: str, **params: Any) -> Any:
        self.asked.append(params)
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer(**params) if callable(answer) else answer


# ---- the Lambda --------------------------------------------------------------------------------------------------------


class RealLambda:
    """deploy/handover_lambda.py as AWS runs it, whose posts arrive at this portal's own page."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, secret: str, status: int | None = None) -> None:
        spec = importlib.util.spec_from_file_location("probed_lambda", ROOT / "deploy" / "handover_lambda.py")
        assert spec is not None
        assert spec.loader is not None
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        monkeypatch.setenv("CCP_RECEPTION_URL", "https://portal.example.org/reception/")
        monkeypatch.setenv("CCP_RECEPTION_SECRET", secret)
        monkeypatch.setattr(self.module.urllib.request, "urlopen", self._post)
        self.status = status

    def _post(self, request: Any, timeout: float) -> Any:
        headers = dict(request.header_items())
        answer = Client().post("/reception/", request.data, content_type="application/json", headers=headers)
        if answer.status_code != 200:
            raise urllib.error.HTTPError(request.full_url, answer.status_code, "Unauthorized", {}, None)  # type: ignore[arg-type]
        opened = io.BytesIO(answer.content)
        opened.status = answer.status_code  # type: ignore[attr-defined]
        return opened

    def __call__(self, FunctionName: str, Payload: bytes) -> Any:  # noqa: N803 -- AWS's names
        assert FunctionName == "ccp-portal-handover"
        try:
            told, error = self.module.handler(json.loads(Payload), None), {}
        except Exception as problem:  # noqa: BLE001 -- as the runtime of AWS Lambda
            told, error = {"errorMessage": str(problem)}, {"FunctionError": "Unhandled"}
        body = json.dumps(told).encode()
        return {"Payload": StreamingBody(io.BytesIO(body), len(body)), **error}


@pytest.fixture(autouse=True)
def _of_aws(settings: Any) -> None:
    settings.CCP_AWS_ENDPOINT = ""
    settings.CCP_RECEPTION_SECRET = SECRET


def test_a_signed_probe_goes_through_the_real_lambda_and_hands_nobody_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Answers(monkeypatch, invoke=RealLambda(monkeypatch, SECRET))
    assert lines(handover.hand_over_lambda) == [("hand-over Lambda", "ok")]


def test_a_lambda_with_another_secret_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    Answers(monkeypatch, invoke=RealLambda(monkeypatch, "another secret"))
    (line,) = handover.hand_over_lambda()
    assert (line.status, "401" in line.came) == (doctor.Status.FAILED, True)
    assert "CCP_RECEPTION_SECRET" in line.todo
    assert SECRET not in line.came + line.todo


@pytest.mark.parametrize(
    ("told", "error", "todo"),
    [
        ({"errorMessage": "<urlopen error timed out>"}, {"FunctionError": "Unhandled"}, "VPC"),
        ({"errorMessage": "HTTP Error 400: Bad Request"}, {"FunctionError": "Unhandled"}, "of this version"),
        ({"open": "true"}, {}, "of this version"),
        (None, {}, "of this version"),
        ({"portalProbe": "another word"}, {}, "of this version"),
    ],
)
def test_what_else_a_lambda_answers_is_told(
    monkeypatch: pytest.MonkeyPatch, told: Any, error: dict[str, str], todo: str
) -> None:
    body = json.dumps(told).encode()
    Answers(monkeypatch, invoke={"Payload": StreamingBody(io.BytesIO(body), len(body)), **error})
    (line,) = handover.hand_over_lambda()
    assert line.status is doctor.Status.FAILED
    assert todo in line.todo


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("AccessDeniedException", "no", "Invoke", "lambda:InvokeFunction"), "skipped"),
        (Refused("ResourceNotFoundException", "none", "Invoke"), "failed"),
        (Unavailable("no answer"), "warning"),
    ],
)
def test_a_lambda_that_cannot_be_called_is_told(monkeypatch: pytest.MonkeyPatch, error: Exception, status: str) -> None:
    Answers(monkeypatch, invoke=error)
    assert lines(handover.hand_over_lambda) == [("hand-over Lambda", status)]


def test_beside_an_emulator_there_is_no_lambda_to_call(settings: Any) -> None:
    settings.CCP_AWS_ENDPOINT = "http://127.0.0.1:8001"
    assert lines(handover.hand_over_lambda) == [("hand-over Lambda", "skipped")]


# ---- flows -------------------------------------------------------------------------------------------------------------


def test_the_flows_that_call_us_are_named(monkeypatch: pytest.MonkeyPatch, amazon_connect: Any, settings: Any) -> None:
    settings.CCP_INSTANCE_ID = amazon_connect.instance_id

    def of_emulator(_service: str, operation: str, **params: Any) -> Any:
        return getattr(amazon_connect.connect, operation)(**params)

    monkeypatch.setattr(handover, "ask", of_emulator)
    assert lines(handover.flows) == [("flows", "failed")]
    amazon_connect.load_flow(ROOT / "deploy" / "flows" / "agent-as-custom-participant.json")
    (line,) = handover.flows()
    assert (line.status, line.came) == (doctor.Status.OK, "hand contacts over: agent-as-custom-participant")
    settings.CCP_HANDOVER_LAMBDA = "portal-handover"
    assert lines(handover.flows) == [("flows", "failed")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("AccessDeniedException", "no", "ListContactFlows", "connect:ListContactFlows"), "skipped"),
        (Refused("ResourceNotFoundException", "none", "ListContactFlows"), "failed"),
        (Unavailable("no answer"), "warning"),
    ],
)
def test_flows_that_cannot_be_asked_are_told(monkeypatch: pytest.MonkeyPatch, error: Exception, status: str) -> None:
    Answers(monkeypatch, list_contact_flows=error)
    assert lines(handover.flows) == [("flows", status)]


# ---- SQS and the region ------------------------------------------------------------------------------------------------

QUEUE = "arn:aws:sqs:us-east-1:123456789012:ccp-portal"
OURS = {"Endpoint": QUEUE, "SubscriptionArn": f"{TOPIC}:1"}


def queue_of(waiting: int = 0, **more: str) -> dict[str, Any]:
    return {"Attributes": {"QueueArn": QUEUE, "ApproximateNumberOfMessages": str(waiting), **more}}


@pytest.mark.parametrize(
    ("queue", "subscribed", "found"),
    [
        (queue_of(3, RedrivePolicy="{}"), [OURS], ["ok"]),
        (queue_of(100, RedrivePolicy="{}"), [OURS], ["warning"]),
        (queue_of(), [OURS], ["ok", "warning"]),
        (queue_of(RedrivePolicy="{}"), [], ["ok", "failed"]),
        (Refused("AWS.SimpleQueueService.NonExistentQueue", "none", "GetQueueAttributes"), [], ["failed"]),
        (Refused("AccessDenied", "no", "GetQueueAttributes", "sqs:GetQueueAttributes"), [], ["skipped"]),
        (Unavailable("no answer"), [], ["warning"]),
    ],
)
def test_the_queue_is_examined_where_one_is_used(
    monkeypatch: pytest.MonkeyPatch, settings: Any, queue: Any, subscribed: list[Any], found: list[str]
) -> None:
    settings.CCP_SQS_QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/ccp-portal"
    Answers(monkeypatch, get_queue_attributes=queue, list_subscriptions_by_topic={"Subscriptions": subscribed})
    assert [status for _name, status in lines(sqs.queue)] == found


def test_without_a_queue_there_is_nothing_to_ask(settings: Any) -> None:
    settings.CCP_SQS_QUEUE_URL = ""
    assert lines(sqs.queue) == [("SQS", "skipped")]


def test_a_region_that_is_not_the_topics_is_told(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.CCP_TOPIC_ARN, settings.CCP_AWS_REGION = TOPIC, "eu-central-1"
    caller = {"Arn": "arn", "Account": "123456789012", "ResponseMetadata": {"HTTPHeaders": {}}}
    Answers(monkeypatch, get_caller_identity=caller)
    assert ("region", "failed") in lines(amazon.identity_and_clock)


# ---- the page ----------------------------------------------------------------------------------------------------------

ADDRESS = "/admin/doctor/"


def staff(*codenames: str) -> Client:
    person = factories.user(is_staff=True)
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(person)
    return client


def test_the_page_asks_by_post_only_and_says_what_failed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def good() -> Any:
        yield ok("good", "all is well")

    def bad() -> Any:
        yield failed("bad", "<b>it</b> is not", "Mend it.")

    def broken() -> Any:
        raise RuntimeError("oh")
        yield

    monkeypatch.setattr(doctor, "CHECKS", (good, bad, broken))
    client = staff("view_refusedcall")
    asked: list[Finding] = []
    real = doctor.examine_at_once
    monkeypatch.setattr(doctor, "examine_at_once", lambda: asked.extend(real()) or asked)
    assert "Examine now" in client.get(ADDRESS).content.decode()
    assert asked == []
    told = client.post(ADDRESS).content.decode()
    assert told.index("&lt;b&gt;it&lt;/b&gt; is not") < told.index("all is well")
    assert told.index("RuntimeError: oh") < told.index("all is well")
    assert "→ Mend it." in told
    assert "Jetzt untersuchen" in client.get(ADDRESS, headers={"accept-language": "de"}).content.decode()


def test_the_page_is_for_staff_with_the_permission(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 302
    assert staff().get(ADDRESS).status_code == 403
    assert staff().post(ADDRESS).status_code == 403
    assert ADDRESS not in staff().get("/admin/").content.decode()
    assert ADDRESS in staff("view_refusedcall").get("/admin/").content.decode()


def test_two_do_not_examine_at_once_and_what_is_late_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    let_go = Event()

    def slow() -> Any:
        let_go.wait(60)
        yield ok("slow", "at last")

    monkeypatch.setattr(doctor, "CHECKS", (slow,))
    monkeypatch.setattr(doctor, "WITHIN", 0.01)
    (line,) = doctor.examine_at_once()
    let_go.set()
    assert (line.name, line.status) == ("slow", doctor.Status.WARNING)
    with doctor_page._one_at_a_time:
        assert "Somebody is examining" in staff("view_refusedcall").post(ADDRESS).content.decode()


def test_the_whole_examination_shows_no_secret(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CCP_AWS_ENDPOINT = "http://127.0.0.1:9"
    settings.REDIS_URL = "redis://user:hunter2@127.0.0.1:1/0"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a key of AWS")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    told = "".join(f"{one.name}{one.came}{one.todo}" for one in doctor.examine())
    secrets = [SECRET, "hunter2", "a key of AWS", settings.SECRET_KEY, *settings.CCP_FIELD_KEYS]
    assert [one for one in secrets if one in told] == []
