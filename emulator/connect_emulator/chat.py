"""What happens in a chat, whoever caused it: somebody joins, speaks, leaves; the chat ends. Each is told to everyone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from connect_emulator import undocumented
from connect_emulator.clock import iso
from connect_emulator.instance import last_part
from connect_emulator.streaming import topics
from connect_emulator.world import (
    Contact,
    Item,
    Participant,
    World,
    contacts,
    files,
    idling,
    participants,
    past,
    segments,
    transcripts,
)
from connect_emulator.world.files import Attachment
from connect_emulator.world.world import Gone, Said

EVENT = "application/vnd.amazonaws.connect.event."
SYSTEM_NAME = "SYSTEM_MESSAGE"  # the DisplayName of what a flow says

CUSTOMER_RETURNED = "CustomerReturned"
BOT_DISCONNECTED = "BotParticipantDisconnected"
CUSTOMER_CONNECTED, SEGMENT_BEGUN, QUEUED = "CustomerConnected", "SegmentBegun", "Queued"


def joins(world: World, contact: Contact, participant: Participant) -> None:
    """Connected for the first time: the chat hears of it, and a customer's arrival starts the flow."""
    if not participants.set_connected(world, participant):
        return
    _event(world, contact, "participant.joined", participant)
    if participant.role == "CUSTOMER":
        _customer_is_there(world, contact, participant)
    if participant.role in {"AGENT", "SYSTEM"}:
        remove_custom_participants(world, contact)
    if participant.role != "CUSTOMER":
        idling.begin_session(world, contacts.get(world, contact.id))


def signals(world: World, contact: Contact, name: str, participant: Participant | None) -> Item:
    """An event that is told while it happens, and is in no transcript."""
    item = _event_item(world, contact, name, participant)
    _tell(world, contact, item)
    return item


def _customer_is_there(world: World, contact: Contact, customer: Participant) -> None:
    contacts.set_connected(world, contact)
    if past.source_of(world, contact.initial_id):
        rehydrates(world, contact)
    if contact.initial_message:
        says(world, contact, customer, contact.initial_message["ContentType"], contact.initial_message["Content"])
    world.tell_events(contact.id, "CONNECTED_TO_SYSTEM")
    world.tell_flows(contact.id, CUSTOMER_CONNECTED)


def rehydrates(world: World, contact: Contact) -> None:
    """What was said in a past chat can be read from now on: told while it happens, and in no transcript."""
    signals(world, contact, "chat.rehydrated", None)


def says(world: World, contact: Contact, participant: Participant | None, content_type: str, content: str) -> Item:
    """A message, of a participant or of the flow."""
    if participant is not None and idling.speaks(world, participant):
        signals(world, contact, "participant.returned", participant)
    item = _item(world, contact, participant, type="MESSAGE", content_type=content_type, content=content)
    if participant is None:
        item = _by_the_flow(contact, item)
    _keep_and_tell(world, contact, item)
    if participant is not None and participant.role == "CUSTOMER":
        world.tell_flows(contact.id, CUSTOMER_RETURNED)
    return item


def attaches(world: World, contact: Contact, participant: Participant, attachment: Attachment) -> Item:
    """A file whose scan is over; it counts as a message of who sent it."""
    if idling.speaks(world, participant):
        signals(world, contact, "participant.returned", participant)
    shown = (attachment.shown(),)
    item = _item(
        world, contact, participant, type="ATTACHMENT", content_type=attachment.content_type, attachments=shown
    )
    _keep_and_tell(world, contact, item)
    files.set_item(world, attachment, item.id)
    if undocumented.ATTACHMENT_IS_A_RETURN and participant.role == "CUSTOMER":
        world.tell_flows(contact.id, CUSTOMER_RETURNED)
    return item


def types(world: World, contact: Contact, participant: Participant) -> Item:
    """Typing is heard while it happens, and is in no transcript."""
    item = _event_item(world, contact, "typing", participant)
    hushed = None if undocumented.OWN_TYPING_COMES_BACK else participant.id
    _tell(world, contact, item, not_to=hushed)
    if undocumented.TYPING_IS_A_RETURN and participant.role == "CUSTOMER":
        world.tell_flows(contact.id, CUSTOMER_RETURNED)
    return item


def receives(world: World, contact: Contact, participant: Participant, item: Item, column: str) -> Item:
    """A receipt: told on sockets and kept with its message."""
    metadata = transcripts.add_receipt(world, item, participant, column)
    receipt = _item(world, contact, participant, type="MESSAGEMETADATA", content_type=EVENT + "message.metadata")
    sent = {
        "AbsoluteTime": iso(receipt.absolute_time),
        "ContentType": receipt.content_type,
        "Id": receipt.id,
        "Type": receipt.type,
        "ContactId": receipt.contact_id,
        "InitialContactId": receipt.initial_id,
        "MessageMetadata": metadata,
    }
    world.store.notice(Said(contact.initial_id, _frame(sent)))
    if undocumented.RECEIPTS_ARE_STREAMED:
        topics.publish(world, receipt, topics.of_contact(world, contact), sent)
    return receipt


def leaves(world: World, contact: Contact, participant: Participant, reason: str = "AGENT_DISCONNECT") -> None:
    """Out of the chat, by itself or removed; the customer's leaving ends it. `reason` is why a contact ends for an agent."""
    was_connected = participant.connected
    if not participants.set_left(world, participant):
        return
    if was_connected:
        _event(world, contact, "participant.left", participant)
    world.store.notice(Gone(participant.id))
    idling.end_session(world, contact, participant)
    if participant.role == "CUSTOMER":
        ends(world, contact, "CUSTOMER_DISCONNECT")
    elif participant.role == "CUSTOM_BOT":
        world.tell_flows(contact.id, BOT_DISCONNECTED)
    elif participant.role == "AGENT":
        _agent_has_left(world, contacts.get(world, contact.id), reason)


def _agent_has_left(world: World, contact: Contact, reason: str) -> None:
    """Only the customer remains: the disconnect flow runs as a new segment; without one, the chat is over."""
    if contact.ended or participants.of_role(world, contact, "AGENT", "SYSTEM", "CUSTOM_BOT"):
        return
    flow_id = contact.hooks.get("CustomerRemaining")
    if flow_id:
        segment = segments.begin(world, contact, "DISCONNECT", reason=reason, flow_id=last_part(flow_id))
        world.tell_flows(segment.id, SEGMENT_BEGUN)
    elif not contacts.has_flow(world, contact):
        ends(world, contact, reason)


def is_transferred(world: World, contact: Contact, agent: Participant) -> None:
    """The agent has handed the chat on and goes; what comes next is the next segment's."""
    participants.set_left(world, agent)
    idling.end_session(world, contact, agent)
    _event(world, contact, "participant.left", agent)
    _event(world, contact, "transfer.succeeded", None)
    world.store.notice(Gone(agent.id))


def remove_custom_participants(world: World, contact: Contact) -> None:
    """A Connect agent or a Lex bot takes the place of a custom participant (adminguide/chat-customize-flow)."""
    for participant in participants.of_role(world, contact, "CUSTOM_BOT"):
        leaves(world, contact, participant)


def ends(world: World, contact: Contact, reason: str) -> None:
    """The end of everything: those who serve leave, all hear chat.ended, streaming and flow stop."""
    topics_at_the_end = topics.of_contact(world, contact)
    if not contacts.set_ended(world, contact, reason):
        return
    topics.stop_all(world, contact)
    idling.drop(world, contact)
    there = participants.present(world, contact)
    for participant in there:
        if participant.role != "CUSTOMER" and participant.connected:
            item = _event_item(world, contact, "participant.left", participant)
            _keep_and_tell(world, contact, item, topics_at_the_end)
        participants.set_left(world, participant)
    ended = _event_item(world, contact, "chat.ended", None)
    _keep_and_tell(world, contact, ended, topics_at_the_end)
    for participant in there:
        world.store.notice(Gone(participant.id))


def _event(world: World, contact: Contact, name: str, participant: Participant | None) -> None:
    _keep_and_tell(world, contact, _event_item(world, contact, name, participant))


def _item(world: World, contact: Contact, by: Participant | None, **what: Any) -> Item:
    """`what` is the item's type, content_type and content; by nobody is by Connect itself."""
    return Item(
        seq=0,
        id=world.new_id(),
        initial_id=contact.initial_id,
        contact_id=contact.id,
        absolute_time=contacts.next_time(world, contact),
        participant_id=by.id if by else None,
        role=by.role if by else None,
        display_name=by.display_name if by else None,
        **{"content": None, **what},
    )


def _event_item(world: World, contact: Contact, name: str, by: Participant | None) -> Item:
    return _item(world, contact, by, type="EVENT", content_type=EVENT + name)


def _by_the_flow(contact: Contact, item: Item) -> Item:
    """The flow speaks as SYSTEM; its participant id is the same all through the chat."""
    return replace(item, participant_id=f"system-{contact.initial_id}", role="SYSTEM", display_name=SYSTEM_NAME)


def _keep_and_tell(world: World, contact: Contact, item: Item, to_topics: list[str] | None = None) -> None:
    transcripts.append(world, item)
    _tell(world, contact, item, to_topics)


def _tell(
    world: World, contact: Contact, item: Item, to_topics: list[str] | None = None, *, not_to: str | None = None
) -> None:
    world.store.notice(Said(contact.initial_id, _frame(item.as_sent()), not_to))
    if world.echo or item.role != "CUSTOM_BOT" or _is_about_presence(item):
        topics.publish(world, item, topics.of_contact(world, contact) if to_topics is None else to_topics)


def _is_about_presence(item: Item) -> bool:
    """Joining and leaving are Connect's words about a participant, not the participant's own."""
    return item.content_type.startswith(EVENT + "participant.")


def _frame(item: dict[str, Any]) -> str:
    """The frame of the customer's socket: an item as a JSON string inside JSON."""
    return json.dumps({"topic": "aws/chat", "contentType": "application/json", "content": json.dumps(item)})
