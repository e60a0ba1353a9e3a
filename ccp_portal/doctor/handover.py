"""How contacts come to the portal: the hand-over Lambda, by a signed probe through it, and the flows that call it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from agents.contact_flow import PROBE
from chats.connect import Refused, Unavailable, ask

from .finding import Finding, failed, ok, skipped, warning

MOST_FLOWS = 50  # that are looked into
NAME = "hand-over Lambda"


def hand_over_lambda() -> Iterator[Finding]:
    """It is called as a flow calls it, with a word that the portal gives back when the signature is right. Nobody is handed over."""
    function = settings.CCP_HANDOVER_LAMBDA
    if settings.CCP_AWS_ENDPOINT:
        yield skipped(NAME, "an emulator runs the Lambda itself, there is none to call")
        return
    word = secrets.token_hex(8)
    try:
        answer = ask("lambda", "invoke", FunctionName=function, Payload=json.dumps({PROBE: word}).encode())
    except Refused as error:
        if error.permission:
            came = f"the role may not call it ({error.permission}); only the doctor needs that"
            yield skipped(NAME, came, f"Allow lambda:InvokeFunction on {function} to have it probed.")
        else:
            yield failed(NAME, str(error), "Make it (deploy/README.md, 4), or correct CCP_HANDOVER_LAMBDA.")
        return
    except Unavailable as error:
        yield warning(NAME, str(error), "Try again.")
        return
    yield _probed(answer, word)


def _probed(answer: dict[str, Any], word: str) -> Finding:
    told = json.loads(answer["Payload"].read() or b"null")
    if "FunctionError" not in answer and told == {PROBE: word}:
        return ok(NAME, "it reached the portal, and the portal took its signature")
    problem = str(told.get("errorMessage", told) if isinstance(told, dict) else told)[:300]
    if "401" in problem:
        todo = "Give the Lambda this portal's CCP_RECEPTION_SECRET, and set this machine's clock by NTP."
    elif "400" in problem or "FunctionError" not in answer:
        todo = "Install the Lambda of this version, and look whether CCP_RECEPTION_URL is this portal's /reception/."
    else:
        todo = "Look at the Lambda's CCP_RECEPTION_URL, its log, and whether it reaches this portal (VPC, firewall)."
    return failed(NAME, f"it answered: {problem}", todo)


def flows() -> Iterator[Finding]:
    """Published flows that call the Lambda."""
    try:
        listed = _flows()
        calling = [one["Name"] for one in listed[:MOST_FLOWS] if _calls_us(one["Id"])]
    except Refused as error:
        if error.permission:
            yield skipped("flows", f"the role may not ask ({error.permission}); only the doctor needs that")
        else:
            yield failed("flows", str(error), "Correct CCP_INSTANCE_ID and CCP_AWS_REGION.")
        return
    except Unavailable as error:
        yield warning("flows", str(error), "Try again.")
        return
    if calling:
        yield ok("flows", f"hand contacts over: {', '.join(sorted(calling))}")
        return
    looked = f"{min(len(listed), MOST_FLOWS)} of {len(listed)} flows"
    todo = "Import the flow of deploy/flows (deploy/README.md, 5), or name the Lambda in one of yours."
    yield failed("flows", f"none of {looked} calls {settings.CCP_HANDOVER_LAMBDA}", todo)


def _flows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = ask(
            "connect",
            "list_contact_flows",
            InstanceId=settings.CCP_INSTANCE_ID,
            ContactFlowTypes=["CONTACT_FLOW"],
            **more,
        )
        found += page["ContactFlowSummaryList"]
        if not page.get("NextToken"):
            return found
        more = {"NextToken": page["NextToken"]}


def _calls_us(flow_id: str) -> bool:
    flow = ask("connect", "describe_contact_flow", InstanceId=settings.CCP_INSTANCE_ID, ContactFlowId=flow_id)
    name = settings.CCP_HANDOVER_LAMBDA.rpartition(":")[2]
    content = json.loads(flow["ContactFlow"]["Content"] or "{}")
    functions = [
        str(action.get("Parameters", {}).get("LambdaFunctionARN", ""))
        for action in content.get("Actions", [])
        if action.get("Type") == "InvokeLambdaFunction"
    ]
    return any(name in function.split(":") for function in functions)


CHECKS = (hand_over_lambda, flows)
