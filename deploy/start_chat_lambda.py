"""The start-chat Lambda behind API Gateway: what a customer's page asks of it becomes StartChatContact.

Zipped with `start_chat_contract.py` (chats/start_chat of the portal) and nothing else: boto3 is part of Lambda's Python.
The same contract as the portal's POST /livechat, and the environment's names are those of Lex Web UI's own Lambda.
"""

import base64
import json
import logging
import os
from typing import Any

import boto3
import start_chat_contract as contract
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger()
BUSY = {"ThrottlingException", "TooManyRequestsException", "LimitExceededException"}
OURS = {"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"}
LATER = "Chats cannot be started at the moment. Please try again."
# API Gateway waits 29 s. No SDK retries: the page's ClientToken makes its own second try the same chat.
CONFIG = Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1})
connect = boto3.client("connect", region_name=os.environ.get("REGION"), config=CONFIG)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Takes the events of REST APIs and of HTTP APIs (payload versions 1.0 and 2.0)."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    origin, allowed = headers.get("origin", ""), _listed("PARENT_ORIGIN")
    if _method(event) == "OPTIONS":
        return {"statusCode": 204, "headers": contract.preflight(origin, allowed), "body": ""}
    try:
        contract.require_origin(origin, allowed)
        status, about, told = 200, {}, _start(_body(event))
    except contract.ChatRefused as error:
        log.warning("No chat for a page of %s: %s (%s)", origin or "nobody", error.code, error.message)
        status, told = error.status, error.answer
        about = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    kept = {"Content-Type": "application/json", "Cache-Control": "no-store", **contract.cors(origin, allowed), **about}
    return {"statusCode": status, "headers": kept, "body": json.dumps(told)}


def _start(body: bytes) -> dict[str, Any]:
    rules = contract.Rules(
        instance_id=os.environ["INSTANCE_ID"],
        flows=_listed("CONTACT_FLOW_ID"),
        minutes=int(os.environ.get("CHAT_MINUTES") or contract.A_DAY_AND_AN_HOUR),
        attributes=_listed("ATTRIBUTES") or contract.DEFAULT_ATTRIBUTES,
        persistent=os.environ.get("PERSISTENT_CHAT") == "1",
        attachments=os.environ.get("ATTACHMENTS") == "1",
    )
    params = contract.read(body, rules)
    try:
        return contract.answer(connect.start_chat_contact(**params), params, rules)
    except ClientError as error:
        raise _refused(error) from None
    except BotoCoreError as error:
        log.error("Amazon Connect did not answer: %s", error)  # noqa: TRY400 -- the line says all
        raise contract.ChatRefused(503, "Unavailable", LATER, 5) from None


def _refused(error: ClientError) -> contract.ChatRefused:
    code, message = error.response["Error"].get("Code", "Unknown"), error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    log.error("Amazon Connect does not start a chat: %s: %s", code, message)
    if code in BUSY or status == 429:
        text = "All lines are busy at the moment. Please try again in a minute."
        return contract.ChatRefused(429, "TooManyChats", text, 5)
    if code in OURS or status >= 500:
        return contract.ChatRefused(503, "Unavailable", LATER, 5)
    about = f"Amazon Connect does not start this chat: {message or code}"
    return contract.ChatRefused(404 if code == "ResourceNotFoundException" else 400, code, about)


def _method(event: dict[str, Any]) -> str:
    http = event.get("requestContext", {}).get("http", {})
    return str(event.get("httpMethod") or http.get("method") or "POST")


def _body(event: dict[str, Any]) -> bytes:
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def _listed(name: str) -> tuple[str, ...]:
    return tuple(one.strip().rstrip("/") for one in os.environ.get(name, "").split(",") if one.strip())
