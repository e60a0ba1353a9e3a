"""What one agent has in front of them: their contacts, which one they look at, and what they may say in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.models import Agent, AgentContact, Disposition, QuickResponse
from agents.protocol import EVENT, GetTranscript
from agents.protocol import agent_contact_state as part
from agents.protocol.refusals import Refusal
from chats import contact_state, outbox, participation, realtime, stored_files, transcripts, wire
from chats.db import brief_transaction
from chats.models import Contact, Frame, Item, Outgoing
from chats.realtime import Reading, Update, encode
from chats.realtime.group_commit import GroupCommit, RowLocked, do_unlocked
from chats.reasons import Reason
from chats.sending import attachment_upload, sender
from chats.session import MediaController
from chats.transcripts import customer_history
from chats.wire import iso

MOST_CHANGES = 200  # an agent's tab that lacks more gets a snapshot instead
NOT_HERE = Reason("There is no such contact on your desk.")
ACCEPTED_EVENTS = (wire.TYPING, wire.DELIVERED, wire.READ)


# ---- the agent's stream -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Viewing:
    """The contact in view, as a row of its own: Streams tells it apart from the agent's state."""

    agent: Agent

    @property
    def stream(self) -> str:
        return self.agent.stream

    @property
    def seq(self) -> int:
        return self.agent.viewing_seq

    def frame(self) -> Frame:
        return "viewContact", {"contactId": self.agent.viewing_id or ""}


@dataclass(frozen=True)
class Own:
    """The agent's own state, under the number of its own newest change (the counter itself runs ahead of it)."""

    agent: Agent

    @property
    def stream(self) -> str:
        return self.agent.stream

    @property
    def seq(self) -> int:
        return self.agent.own_seq

    def frame(self) -> Frame:
        return self.agent.frame()


class AgentStreams:
    """Reads agents for sockets (fanout.StreamKind)."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        keys = [_key(stream) for stream in streams]
        return {f"agent:{key}": seq for key, seq in Agent.objects.filter(key__in=keys).values_list("key", "seq")}

    def read(self, stream: str, after: int | None, user_id: int) -> Reading | None:
        agent = _agents().filter(key=_key(stream), user_id=user_id, user__is_active=True).first()
        if agent is None:
            return None
        parts = list(_parts(agent))
        also = {one.contact.stream: True for one in parts}
        if after is None or not 0 <= agent.seq - after <= MOST_CHANGES:
            return Reading([Update(stream, agent.seq, _snapshot_text(agent, parts))], agent.seq, also)
        changed = _changed_parts(agent, after)
        left = {one.contact.stream: False for one in changed}
        return Reading(_changes(agent, after, changed), agent.seq, left | also)


def _key(stream: str) -> str:
    return stream.partition(":")[2]


def _agents() -> Any:
    return Agent.objects.select_related("user", "state", "next_state", "routing_profile")


def _parts(agent: Agent) -> Any:
    """The agent's parts in contacts that are on the desk."""
    on_desk = AgentContact.objects.filter(agent=agent, state__in=part.ON_THE_DESK)
    beside = ("agent", "contact__conversation", "contact__queue", "disposition")
    return on_desk.select_related(*beside).order_by("offered_at", "pk")


def _changed_parts(agent: Agent, after: int) -> list[AgentContact]:
    changed = AgentContact.objects.filter(agent=agent, seq__gt=after, seq__lte=agent.seq)
    return list(changed.select_related("agent", "contact__conversation", "contact__queue", "disposition"))


def _changes(agent: Agent, after: int, parts: Sequence[AgentContact]) -> list[Update]:
    own: list[realtime.Row] = [row for row in (Own(agent), Viewing(agent)) if after < row.seq <= agent.seq]
    rows = [*own, *parts]
    return [_copy(row) for row in sorted(rows, key=lambda row: row.seq)]


def _copy(row: realtime.Row) -> Update:
    method, params = row.frame()
    return Update(row.stream, row.seq, encode(method, {"stream": row.stream, "seq": row.seq, **params}))


def _snapshot_text(agent: Agent, parts: Sequence[AgentContact]) -> str:
    return encode(
        "snapshot",
        {
            "stream": agent.stream,
            "seq": agent.seq,
            "serverTime": iso(timezone.now()),
            "agent": snapshot(agent, parts),
        },
    )


def snapshot(agent: Agent, parts: Sequence[AgentContact]) -> dict[str, Any]:
    """Everything of an agent's stream, as protocol.AgentSnapshot."""
    return {
        "agent": agent.as_dict(),
        "contacts": [one.as_dict() for one in parts],
        "viewing": agent.viewing_id or "",
    }


def of_user(user_id: int) -> Agent | None:
    """The agent this user is, if any."""
    agent: Agent | None = _agents().filter(user_id=user_id).first()
    return agent


# ---- what the agent looks at --------------------------------------------------------------------------------------------


def next_view(open_contacts: Sequence[str], viewing: str, *, arrived: str = "", closed: str = "") -> str:
    """The contact to look at next, as Streams documents onViewContact; empty: none.

    A new contact is shown when no other is open; when the one in view is closed, the next in the list is shown.
    """
    others = [contact for contact in open_contacts if contact not in {arrived, closed}]
    if arrived:
        return viewing if others and viewing in others else arrived
    if closed and closed == viewing:
        return others[0] if others else ""
    return viewing


@transaction.atomic
def look_at(user_id: int, contact_id: str) -> None:
    """The agent looks at this contact, or at none (empty). Refusal when it is not on their desk."""
    agent = _held(user_id)
    if contact_id and not AgentContact.on_desk_of(agent, contact_id):
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    if (agent.viewing_id or "") != contact_id:
        agent.look_at(contact_id or None)
        realtime.publish(Viewing(agent))


@transaction.atomic
def look_on(user_id: int, *, arrived: str = "", closed: str = "") -> None:
    """Something came or went: look at what Streams' CCP would show now."""
    agent = _held(user_id)
    open_contacts = [one.contact_id for one in _parts(agent)]
    wanted = next_view(open_contacts, agent.viewing_id or "", arrived=arrived, closed=closed)
    if (agent.viewing_id or "") != wanted:
        agent.look_at(wanted or None)
        realtime.publish(Viewing(agent))


def _held(user_id: int) -> Agent:
    """The agent, locked until the transaction ends."""
    Agent.objects.select_for_update().filter(user_id=user_id).first()
    agent = of_user(user_id)
    if agent is None:
        raise Refusal("notAnAgent", "You have no desk: an administrator can make you an agent.")
    return agent


# ---- what the agent says ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """What an agent wants to say."""

    user_id: int
    contact_id: str
    text: str
    content_type: str
    client_token: str


async def send_message(message: Message) -> Outgoing:
    """Keep the agent's words; the courier brings them to Connect. Refusal with the reason, and nothing is kept."""
    kept = await _keeping(message)
    if isinstance(kept, Refusal):
        raise kept
    return kept


def keep_messages(messages: Sequence[Message]) -> list[Outgoing | Refusal | RowLocked]:
    """What became of each message. The words of several agents share one transaction, which leaves out conversations
    that another one holds.
    """
    wanted = {one.contact_id for one in messages}
    with brief_transaction():
        contacts = participation.lock_contacts(wanted, skip_locked=True)
        held = set(Contact.objects.filter(pk__in=wanted - contacts.keys()).values_list("pk", flat=True))
        return do_unlocked(
            messages, lambda one: one.contact_id not in held, lambda free: _keep_messages(free, contacts)
        )


def _keep_messages(messages: Sequence[Message], contacts: Mapping[str, Contact]) -> list[Outgoing | Refusal]:
    mine: dict[int, outbox.OutboundText] = {}
    for number, one in enumerate(messages):
        contact = contacts.get(one.contact_id)
        if contact is not None and contact.owner_id == one.user_id:
            mine[number] = _words(contact, one)
    kept = dict(zip(mine, outbox.enqueue_all(list(mine.values())), strict=True))
    return [_kept(kept.get(number)) for number in range(len(messages))]


def _words(contact: Contact, message: Message) -> outbox.OutboundText:
    closed = Reason() if contact.state == contact_state.State.CONNECTED else _why_not_connected(contact)
    return outbox.OutboundText(contact, message.text, contact.owner, message.client_token, message.content_type, closed)


def _kept(row: Outgoing | outbox.NotSendable | None) -> Outgoing | Refusal:
    if row is None:
        return Refusal("contactNotFound", NOT_HERE)
    return Refusal(row.reason, row.why) if isinstance(row, outbox.NotSendable) else row


_keeping: GroupCommit[Message, Outgoing | Refusal] = GroupCommit(keep_messages)


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that an agent hands in, as it is announced."""

    user_id: int
    contact_id: str
    client_token: str
    name: str
    content_type: str


def check_here(user_id: int, contact_id: str) -> None:
    """Whether this agent has or had a part in the contact. Refusal: of any other, not even its existence is told."""
    if not AgentContact.objects.filter(agent__user=user_id, contact=contact_id).exists():
        raise Refusal("contactNotFound", NOT_HERE)


def check_hand_in(user_id: int, contact_id: str) -> None:
    """Whether this agent may send a file here, before its bytes are taken in. Refusal says why not."""
    contact = Contact.objects.select_related("conversation").filter(pk=contact_id, owner=user_id).first()
    if contact is None:
        raise Refusal("contactNotFound", NOT_HERE)
    _check_files_are_taken(contact)


def _check_files_are_taken(contact: Contact) -> None:
    ours = participation.our_participant(contact)
    if ours is not None and attachment_upload.are_refused_to(ours.role, timezone.now()):
        raise Refusal(
            "filesNotPermitted",
            "Amazon Connect takes no files from the portal in this chat. Send a link to where the customer can fetch it.",
        )


@transaction.atomic
def send_file(wanted: FileToSend, key: str, size: int) -> Outgoing:
    """Keep a file, whose bytes are here, in its turn among the words of this contact. Refusal: nothing is kept."""
    contact = _mine(wanted.user_id, wanted.contact_id)
    if contact.owner is None:
        raise Refusal("contactNotFound", NOT_HERE)
    closed = Reason() if contact.state == contact_state.State.CONNECTED else _why_not_connected(contact)
    file = outbox.File(key, wanted.name, wanted.content_type, size)
    try:
        return outbox.send_file(contact, file, author=contact.owner, client_token=wanted.client_token, closed=closed)
    except outbox.NotSendable as error:
        raise Refusal(error.reason, error.why) from None


@transaction.atomic
def retry_message(user_id: int, contact_id: str, client_token: str) -> Outgoing:
    """Send a failed message again, with the token it has."""
    contact = _mine(user_id, contact_id)
    outgoing = _own_words(contact, client_token)
    if outgoing.state == Outgoing.State.FAILED and contact.state != contact_state.State.CONNECTED:
        raise Refusal("contactNotConnected", _why_not_connected(contact))
    if outgoing.state == Outgoing.State.FAILED and outgoing.kind == Outgoing.Kind.ATTACHMENT:
        _check_file(outgoing)
    if outgoing.state == Outgoing.State.FAILED and outgoing.round != contact.round:
        outgoing.round = contact.round
        outgoing.attachment_id = ""  # another participant speaks now, and has uploaded nothing
    outbox.retry(outgoing, timezone.now())
    return outgoing


def _check_file(outgoing: Outgoing) -> None:
    if not stored_files.exists(outgoing.file):
        raise Refusal("fileGone", "The file is no longer kept here. Attach it again.")
    _check_files_are_taken(outgoing.contact)


@transaction.atomic
def discard_message(user_id: int, contact_id: str, client_token: str) -> Outgoing:
    """Take a message back that was not sent. Refusal when it was, or is just being sent."""
    outgoing = _own_words(_mine(user_id, contact_id), client_token)
    outbox.discard(outgoing)
    if outgoing.state != Outgoing.State.DISCARDED:
        raise Refusal("alreadySent", "This message is already on its way.")
    return outgoing


def _mine(user_id: int, contact_id: str) -> Contact:
    """The contact, locked, if it is served by this user."""
    contact = participation.lock_contacts([contact_id]).get(contact_id)
    if contact is None or contact.owner_id != user_id:
        raise Refusal("contactNotFound", NOT_HERE)
    return contact


def _own_words(contact: Contact, client_token: str) -> Outgoing:
    found = Outgoing.objects.select_related("author", "contact").filter(contact=contact, client_token=client_token)
    outgoing = found.first()
    if outgoing is None or outgoing.author_id != contact.owner_id:
        raise Refusal("messageNotFound", "There is no such message of yours in this contact.")
    outgoing.conversation = contact.conversation
    return outgoing


def _why_not_connected(contact: Contact) -> Reason:
    if contact.state == contact_state.State.ENDED:
        return Reason("The contact has ended: this was not sent.")
    return Reason("Accept the contact before you write in it.")


# ---- events: typing and receipts ----------------------------------------------------------------------------------------


def check_event(content_type: str) -> None:
    """Connect accepts three events from a participant; say so for any other (seed 004 lists more)."""
    if content_type not in ACCEPTED_EVENTS:
        names = ", ".join(one.removeprefix(EVENT) for one in ACCEPTED_EVENTS)
        raise Refusal(
            "eventNotAccepted",
            "Amazon Connect does not accept %(type)s from a participant; it accepts %(accepted)s.",
            type=content_type,
            accepted=f"{EVENT}… {names}",
        )


@transaction.atomic
def mark_read(user_id: int, contact_id: str, message_id: str) -> None:
    """The agent has read up to this item: the unread count falls in every tab, and Connect is owed a receipt."""
    contact = _mine(user_id, contact_id)
    agent = _held(user_id)
    mine = AgentContact.on_desk_of(agent, contact_id)
    item = Item.objects.filter(pk=message_id, conversation=contact.conversation).first()
    if mine is None or item is None:
        raise Refusal("messageNotFound", "There is no such message in this contact.")
    if item.number <= mine.read_number:
        return
    mine.agent, mine.contact = agent, contact
    mine.read_number = item.number
    mine.changed()
    realtime.publish(mine)
    ours = participation.our_participant(contact)
    if ours is not None and mine.state == part.State.CONNECTED:
        sender.enqueue_receipt(ours, message_id)


def controller(user_id: int, contact_id: str) -> MediaController:
    """The media controller of a contact this user serves now. Refusal when they do not."""
    contact = Contact.objects.filter(pk=contact_id, owner_id=user_id, state=contact_state.State.CONNECTED).first()
    ours = participation.our_participant(contact) if contact else None
    if ours is None or ours.left_at is not None:
        raise Refusal("contactNotConnected", "You are not connected to this contact.")
    return MediaController(ours)


# ---- what is ready for the agent ------------------------------------------------------------------------------------------


def dispositions(user_id: int, contact_id: str) -> dict[str, Any]:
    """What a contact on this desk may have come to, as protocol.Dispositions."""
    queue = _on_desk(user_id, contact_id).contact.queue
    return {"dispositions": [one.name for one in Disposition.of(queue)], "required": queue.disposition_required}


def quick_responses(user_id: int, contact_id: str) -> dict[str, Any]:
    """Words ready for this contact, as protocol.QuickResponses."""
    here = _on_desk(user_id, contact_id)
    queue = here.contact.queue
    known = {
        "customer": here.contact.conversation.customer_name,
        "agent": here.agent.public_name,
        "queue": queue.public_name,
    }
    return {"quickResponses": [one.filled(known) for one in QuickResponse.of(queue)]}


def _on_desk(user_id: int, contact_id: str) -> AgentContact:
    found = AgentContact.objects.filter(agent__user=user_id, contact=contact_id, state__in=part.ON_THE_DESK)
    on_desk = found.select_related("agent__user", "contact__queue", "contact__conversation").first()
    if on_desk is None:
        raise Refusal("contactNotFound", "This contact is not on your desk.")
    return on_desk


# ---- reading ------------------------------------------------------------------------------------------------------------


def get_transcript(user_id: int, request: GetTranscript) -> dict[str, Any]:
    """A page of the transcript of a contact this user may see, as protocol.Transcript."""
    contact = _visible(get_user_model().objects.get(pk=user_id), request.contactId)
    start = request.startPosition
    try:
        start_time = datetime.fromisoformat(start.absoluteTime) if start.absoluteTime else None
    except ValueError:
        raise Refusal("startPosition", "%(time)s is not a time of the calendar.", time=start.absoluteTime) from None
    wanted = transcripts.PageRequest(
        max_results=request.maxResults,
        sort_order=request.sortOrder,
        scan_direction=request.scanDirection,
        start_id=start.id,
        start_time=start_time,
        most_recent=start.mostRecent,
        next_token=request.nextToken,
    )
    try:
        page = transcripts.page(contact.conversation, wanted)
    except transcripts.BadToken:
        raise Refusal("nextToken", "nextToken is not one that getTranscript gave") from None
    return {
        "InitialContactId": contact.conversation.initial_contact_id,
        "Transcript": page.items,
        "NextToken": page.next_token,
    }


def get_earlier_contacts(user_id: int, contact_id: str) -> dict[str, Any]:
    """What else this customer had with us, as far as this user may see it, as protocol.EarlierContacts."""
    user = get_user_model().objects.get(pk=user_id)
    found = customer_history.contacts(user, _visible(user, contact_id).conversation)
    came_of = AgentContact.dispositions_of([one["contactId"] for one in found.contacts])
    told = [{**one, "disposition": came_of.get(one["contactId"], "")} for one in found.contacts]
    return {"by": found.by, "contacts": told}


def _visible(user: User, contact_id: str) -> Contact:
    contact = transcripts.visible_to(user).select_related("conversation").filter(pk=contact_id).first()
    if contact is None:
        raise Refusal("contactNotFound", "There is no such contact, or you may not see it.")
    return contact
