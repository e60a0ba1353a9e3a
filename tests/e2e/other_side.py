"""Who answers the customer in a test without a portal: a custom participant driven with boto3, as any bot on Amazon Connect."""

import json
import uuid
from typing import Any

from tests.emulating import EVENT, FIRST, INBOUND_FLOW, INSTANCE, RunningEmulator, eventually


def start_chat(emulator: RunningEmulator, name: str, first: str, **given: Any) -> dict[str, Any]:
    """What a shop's back end does: StartChatContact."""
    return dict(
        emulator.client("connect").start_chat_contact(
            InstanceId=INSTANCE,
            ContactFlowId=INBOUND_FLOW,
            ParticipantDetails={"DisplayName": name},
            InitialMessage={"Content": first, "ContentType": "text/plain"},
            **given,
        )
    )


class OtherSide:
    """Joins the contact at once and speaks in it."""

    def __init__(self, emulator: RunningEmulator, contact_id: str, name: str = "Mira Solberg") -> None:
        self.emulator, self.contact_id = emulator, contact_id
        self.participant = emulator.client("connectparticipant")
        made = emulator.client("connect").create_participant(
            InstanceId=INSTANCE,
            ContactId=contact_id,
            ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": name},
        )
        connection = self.participant.create_participant_connection(
            ParticipantToken=made["ParticipantCredentials"]["ParticipantToken"],
            Type=["CONNECTION_CREDENTIALS"],
            ConnectParticipant=True,
        )
        self.id = made["ParticipantId"]
        self.token = connection["ConnectionCredentials"]["ConnectionToken"]

    def say(self, text: str, content_type: str = "text/plain") -> str:
        answer = self.participant.send_message(
            ConnectionToken=self.token, Content=text, ContentType=content_type, ClientToken=str(uuid.uuid4())
        )
        return str(answer["Id"])

    def ask(self, content: str) -> None:
        """An interactive message: no participant may send one, a flow and its bot do."""
        form = {
            "contactId": self.contact_id,
            "content": content,
            "contentType": f"{EVENT.rpartition('event.')[0]}message.interactive",
        }
        self.emulator.control("say", form)

    def type(self) -> None:
        self.participant.send_event(ConnectionToken=self.token, ContentType=f"{EVENT}typing")

    def read(self, message_id: str) -> None:
        content = json.dumps({"messageId": message_id})
        self.participant.send_event(ConnectionToken=self.token, ContentType=f"{EVENT}message.read", Content=content)

    def leave(self) -> None:
        self.participant.disconnect_participant(ConnectionToken=self.token)

    def transcript(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        asked: dict[str, Any] = {
            "ConnectionToken": self.token,
            "MaxResults": 100,
            "ScanDirection": "FORWARD",
            "StartPosition": FIRST,
            "SortOrder": "ASCENDING",
        }
        while True:
            page = self.participant.get_transcript(**asked)
            items += page["Transcript"]
            if not page.get("NextToken"):
                return items
            asked["NextToken"] = page["NextToken"]

    def heard(self) -> list[str]:
        """What the customer said, in order."""
        items = self.transcript()
        return [
            item["Content"] for item in items if item["Type"] == "MESSAGE" and item["ParticipantRole"] == "CUSTOMER"
        ]

    def wait_to_hear(self, *expected: str) -> None:
        """Waits until the customer has said exactly this."""
        eventually(lambda: self.heard() == list(expected), why=f"the customer says {[text[:40] for text in expected]}")
