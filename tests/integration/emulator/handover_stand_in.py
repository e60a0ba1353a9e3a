"""A hand-over Lambda for tests: joins the contact as custom participant and notes the connection token in a file."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

import boto3

TOPIC = "arn:aws:sns:us-east-1:123456789012:ccp-portal"


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    notes = Path(os.environ["HANDOVER_NOTES"])
    with (notes / "events.jsonl").open("a") as file:
        file.write(json.dumps({**event, "remaining": context.get_remaining_time_in_millis()}) + "\n")
    orders = notes / "orders.json"
    order = json.loads(orders.read_text()) if orders.exists() else {"do": "join"}
    if order["do"] == "fail":
        raise RuntimeError("told to fail")
    if order["do"] == "close":
        return {"open": "false", "message": order["message"]}
    if event["Details"]["Parameters"]["only"] == "joined":  # asked before the flow says goodbye: we have left by then
        return {"open": "false"}
    return _join(event["Details"]["ContactData"], notes)


def _join(contact: dict[str, Any], notes: Path) -> dict[str, str]:
    where = {
        "endpoint_url": os.environ["EMULATOR"],
        "region_name": "us-east-1",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
    }
    connect, participant = boto3.client("connect", **where), boto3.client("connectparticipant", **where)
    names = {"InstanceId": contact["InstanceARN"].rpartition("/")[2], "ContactId": contact["ContactId"]}
    connect.start_contact_streaming(
        **names, ChatStreamingConfiguration={"StreamingEndpointArn": TOPIC}, ClientToken=str(uuid.uuid4())
    )
    bot = connect.create_participant(
        **names, ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": "Service"}
    )
    connection = participant.create_participant_connection(
        ParticipantToken=bot["ParticipantCredentials"]["ParticipantToken"],
        Type=["CONNECTION_CREDENTIALS"],
        ConnectParticipant=True,
    )
    with (notes / "joined.jsonl").open("a") as file:
        file.write(json.dumps(connection["ConnectionCredentials"]["ConnectionToken"]) + "\n")
    return {"open": "true"}
