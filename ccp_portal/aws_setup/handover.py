"""The hand-over Lambda and the flow that calls it (deploy/README.md, 4 and 5), from the files of deploy/."""

from __future__ import annotations

import base64
import hashlib
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings

from chats.connect import Unavailable, ask

from .step import Change, Target, found, same

DEPLOY = Path(settings.BASE_DIR) / "deploy"
SOURCE, FLOW = DEPLOY / "handover_lambda.py", DEPLOY / "flows" / "agent-as-custom-participant.json"
LAMBDA_OF_THE_FILE = "arn:aws:lambda:us-east-1:123456789012:function:ccp-portal-handover"
TIMEOUT, MEMORY = 7, 256
SETTLES_WITHIN = 60  # seconds that AWS takes to have a new or changed function ready


def hand_over_lambda(target: Target) -> Iterator[Change]:
    """Its code, its address of the portal and the secret they share."""
    name, code = settings.CCP_HANDOVER_LAMBDA, archive()
    there = found("lambda", "get_function", FunctionName=name)
    fits = {"Timeout": TIMEOUT, "MemorySize": MEMORY, "Environment": {"Variables": _environment(target)}}
    if there is None:
        params = {
            "FunctionName": name,
            "Runtime": "python3.11",
            "Handler": "handover_lambda.handler",
            "Role": target.lambda_role,
            "Code": {"ZipFile": code},
            **fits,
        }
        shown = {"Code": f"{SOURCE.name}, zipped"}
        yield Change("make the hand-over Lambda", "lambda", "create_function", params, shown, _settled)
        return
    is_now = there["Configuration"]
    if is_now["CodeSha256"] != base64.b64encode(hashlib.sha256(code).digest()).decode():
        params = {"FunctionName": name, "ZipFile": code}
        shown = {"ZipFile": f"{SOURCE.name}, zipped"}
        yield Change("renew the Lambda's code", "lambda", "update_function_code", params, shown, _settled)
    variables = is_now.get("Environment", {}).get("Variables", {})
    kept = {"Variables": {**variables, **_environment(target)}}
    if variables != kept["Variables"] or any(is_now.get(one) != fits[one] for one in ("Timeout", "MemorySize")):
        params = {"FunctionName": name, **fits, "Environment": kept}
        what = "renew the Lambda's configuration"
        yield Change(what, "lambda", "update_function_configuration", params, after=_settled)


def _environment(target: Target) -> dict[str, str]:
    return {
        "CCP_RECEPTION_URL": f"{target.portal}/reception/",
        "CCP_RECEPTION_SECRET": settings.CCP_RECEPTION_SECRET,
    }


def archive() -> bytes:
    """Byte for byte the same for the same file, so that its hash tells whether it changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        entry = zipfile.ZipInfo(SOURCE.name, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        file.writestr(entry, SOURCE.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _settled() -> None:
    """AWS refuses the next change, and calls, until the last one is done."""
    for _ in range(SETTLES_WITHIN):
        is_now = ask("lambda", "get_function_configuration", FunctionName=settings.CCP_HANDOVER_LAMBDA)
        if is_now.get("State", "Active") == "Active" and is_now.get("LastUpdateStatus", "Successful") == "Successful":
            return
        time.sleep(1)
    raise Unavailable(f"the Lambda was not ready within {SETTLES_WITHIN} s")


def may_be_invoked(target: Target) -> Iterator[Change]:
    """Associating it with the instance lets Amazon Connect invoke it."""
    for page in _pages("list_lambda_functions"):
        if target.lambda_arn in page["LambdaFunctions"]:
            return
    params = {"InstanceId": settings.CCP_INSTANCE_ID, "FunctionArn": target.lambda_arn}
    yield Change("let the instance invoke the Lambda", "connect", "associate_lambda_function", params)


def flow(target: Target) -> Iterator[Change]:
    """The inbound flow of deploy/flows, by its name, with our Lambda in it."""
    content = FLOW.read_text(encoding="utf-8").replace(LAMBDA_OF_THE_FILE, target.lambda_arn)
    shown = {"Content": f"{FLOW.name}, with {target.lambda_arn}"}
    instance = settings.CCP_INSTANCE_ID
    flows = [one for page in _pages("list_contact_flows") for one in page["ContactFlowSummaryList"]]
    there = next((one["Id"] for one in flows if one["Name"] == target.flow_name), None)
    if there is None:
        params = {"InstanceId": instance, "Name": target.flow_name, "Type": "CONTACT_FLOW", "Content": content}
        yield Change("make the flow", "connect", "create_contact_flow", params, shown)
        return
    is_now = ask("connect", "describe_contact_flow", InstanceId=instance, ContactFlowId=there)["ContactFlow"]
    if not same(is_now["Content"], content):
        params = {"InstanceId": instance, "ContactFlowId": there, "Content": content}
        yield Change("renew the flow", "connect", "update_contact_flow_content", params, shown)


def _pages(operation: str) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = ask("connect", operation, InstanceId=settings.CCP_INSTANCE_ID, **more)
        yield page
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}
