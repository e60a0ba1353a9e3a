"""The desk's socket and the floor's socket: authorise, follow, translate requests into verbs. They decide nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from agents import desk, presence, protocol, routing
from agents.desk import drafts, notes
from agents.models import Agent
from agents.protocol.refusals import Refusal
from agents.reports import queue_metrics
from agents.routing import relayed_contacts
from agents.supervision import live_board
from chats import realtime, transcripts, wire
from chats.connect import Refused, Unavailable
from chats.contact_data import attributes, references
from chats.db import db_read, db_write
from chats.models import Outgoing
from chats.wire import iso

from .connection import Socket
from .polling import poll

DETAILS_EVERY = 10.0  # seconds: GetContactAttributes and ListContactReferences are control APIs, about 2 a second each
TYPING_EVERY = 3.0  # seconds: Connect allows 10 messages and events a second for the whole instance


class TranscriptSocket(Socket):
    """What both sockets answer: connect, ping, getTranscript."""

    async def do_ping(self, _params: protocol.NoParams) -> dict[str, Any]:
        return {"serverTime": iso(timezone.now())}

    async def do_getTranscript(self, params: protocol.GetTranscript) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return await db_read(desk.get_transcript)(self.visitor.user_id, params)

    async def do_getEarlierContacts(self, params: protocol.ContactParams) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return await db_read(desk.get_earlier_contacts)(self.visitor.user_id, params.contactId)

    async def caught_up(self) -> dict[str, Any]:
        hub = await realtime.hub()
        return {"serverTime": iso(timezone.now()), "streams": hub.streams_of(self)}


class DeskSocket(TranscriptSocket):
    """An agent's tab."""

    requests: ClassVar = protocol.REQUESTS
    beside: ClassVar = frozenset({"relayContact"})
    agent: Agent

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._typed_at: dict[str, float] = {}
        self._told_presence_at = 0.0
        self._visible = True
        self._looked_at: dict[str, float] = {}
        self._watches_queues = False
        self._told_queues: queue_metrics.Queues | None = None

    def authorise(self) -> bool:
        found = desk.of_user(self.visitor.user_id)
        if found is not None:
            self.agent = found
        return found is not None

    async def do_connect(self, params: protocol.Connect) -> dict[str, Any]:
        hub = await realtime.hub()
        await db_write(presence.seen)(self.agent.pk, timezone.now())
        await db_write(routing.line)(self.agent.pk, True, timezone.now())
        await hub.follow(self, self.agent.stream, params.known)
        for stream in sorted(set(params.known) - set(hub.streams_of(self))):  # left the desk while the tab was away
            self.push(realtime.encode("closedStream", {"stream": stream}))
        self.connected = True
        self.spawn(self._stay_while_an_agent(hub))
        return await self.caught_up()

    async def _stay_while_an_agent(self, hub: realtime.Hub) -> None:
        """The hub drops the stream of an agent who was deleted; this user may still be a supervisor, elsewhere."""
        while True:
            if self.agent.stream not in hub.streams_of(self):
                self.close(protocol.Close.NO_ACCESS, "You may not use this page.", None)
                return
            await asyncio.sleep(settings.CCP_POLL_SECONDS)

    async def do_presence(self, params: protocol.Presence) -> None:
        await super().do_presence(params)
        if time.monotonic() - self._told_presence_at > 5:
            self._told_presence_at = time.monotonic()
            await db_write(presence.seen)(self.agent.pk, timezone.now())
        if params.visible != self._visible:
            self._visible = params.visible
            await db_write(routing.tabs_turned)(self.agent.pk, params.visible, timezone.now())

    async def gone(self) -> None:
        """The line of this tab is down: an offer that nobody answers may have been missed because of it."""
        if self.connected:
            await db_write(routing.line)(self.agent.pk, False, timezone.now())

    async def do_offerSeen(self, params: protocol.OfferSeen) -> None:  # noqa: N802 -- named as asked
        await db_read(desk.check_here)(self.visitor.user_id, params.contactId)
        await db_write(routing.offer_seen)(self.agent.pk, params.contactId, params.visible, timezone.now())

    async def do_setAgentState(self, params: protocol.SetAgentState) -> None:  # noqa: N802 -- named as asked
        await db_write(presence.set_state)(
            self.agent, params.state, enqueue_next=params.enqueueNextState, by=self.user, now=timezone.now()
        )

    async def do_acceptContact(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.accept)(self.agent, params.contactId, timezone.now())
        await db_write(desk.look_at)(self.visitor.user_id, params.contactId)
        self._read_details_again(params.contactId)

    async def do_takeContact(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.take_missed)(self.agent, params.contactId, timezone.now())
        await db_write(desk.look_at)(self.visitor.user_id, params.contactId)
        self._read_details_again(params.contactId)

    async def do_rejectContact(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.reject)(self.agent, params.contactId, timezone.now())
        await db_write(desk.look_on)(self.visitor.user_id, closed=params.contactId)

    async def do_destroyConnection(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.end)(self.agent, params.contactId, timezone.now())

    async def do_clearContact(self, params: protocol.ClearContact) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.clear)(
            self.agent, params.contactId, timezone.now(), disposition=params.disposition or "", note=params.note
        )
        await db_write(desk.look_on)(self.visitor.user_id, closed=params.contactId)

    async def do_viewContact(self, params: protocol.ViewContact) -> None:  # noqa: N802 -- named as asked
        await db_write(desk.look_at)(self.visitor.user_id, params.contactId)
        if params.contactId:
            self._read_details_again(params.contactId)

    def _read_details_again(self, contact_id: str) -> None:
        """The flow may have learnt more meanwhile. Beside the loop: no handler waits for AWS."""
        now = time.monotonic()
        if now - self._looked_at.get(contact_id, -DETAILS_EVERY) >= DETAILS_EVERY:
            self._looked_at[contact_id] = now
            self.spawn(attributes.refresh(contact_id))
            self.spawn(references.refresh(contact_id))

    async def do_getDispositions(self, params: protocol.ContactParams) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return await db_read(desk.dispositions)(self.visitor.user_id, params.contactId)

    async def do_getQuickResponses(self, params: protocol.ContactParams) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return await db_read(desk.quick_responses)(self.visitor.user_id, params.contactId)

    async def do_watchQueues(self, _params: protocol.NoParams) -> None:  # noqa: N802 -- named as asked
        if not self._watches_queues:
            self._watches_queues = True
            self.spawn(poll(self._tell_who_waits))

    async def _tell_who_waits(self) -> None:
        queues = (await queue_metrics.recent_waiting_by_agent()).get(self.agent.pk, queue_metrics.NONE)
        if queues != self._told_queues:
            self._told_queues = queues
            self.push(realtime.encode("queues", {"waiting": queues.waiting, "missed": list(queues.missed)}))

    async def do_getEndpoints(self, _params: protocol.NoParams) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return {"endpoints": await db_read(routing.endpoints.listed)(self.agent, timezone.now())}

    async def do_transferContact(self, params: protocol.TransferContact) -> None:  # noqa: N802 -- named as asked
        to = routing.endpoints.Ref(params.endpoint.type, params.endpoint.id)
        what = (params.contactId, to, params.comment)
        await db_write(routing.transfers.transfer)(self.agent, *what, timezone.now())

    async def do_cancelTransfer(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        await db_write(routing.transfers.cancel)(self.agent, params.contactId, timezone.now())

    async def do_relayContact(self, params: protocol.RelayContact) -> None:  # noqa: N802 -- named as asked
        queue = params.queue or protocol.RelayedQueue()
        seen = relayed_contacts.RelayedEvent(
            agent_id=self.agent.pk,
            user_id=self.visitor.user_id,
            queue=tuple(one for one in (queue.queueId, queue.queueARN, queue.name) if one),
            contact_id=params.contactId,
            initial_contact_id=params.initialContactId,
            participant_id=params.participantId,
            participant_token=params.participantToken,
            state=params.state,
            customer_name=params.customerName,
            attributes=params.attributes,
            references=_references(params.references),
        )
        await relayed_contacts.relay(seen)
        if not params.references:  # else what the CCP knows is as new
            self._read_details_again(params.contactId)

    async def do_addNote(self, params: protocol.AddNote) -> dict[str, Any]:  # noqa: N802 -- named as asked
        words = (params.text, params.clientToken)
        return {"noteId": await db_write(notes.add)(self.visitor.user_id, params.contactId, *words, timezone.now())}

    async def do_editNote(self, params: protocol.EditNote) -> None:  # noqa: N802 -- named as asked
        which = (params.contactId, params.noteId)
        await db_write(notes.edit)(self.visitor.user_id, *which, params.text, timezone.now())

    async def do_deleteNote(self, params: protocol.NoteIdParams) -> None:  # noqa: N802 -- named as asked
        await db_write(notes.delete)(self.visitor.user_id, params.contactId, params.noteId, timezone.now())

    async def do_saveDraft(self, params: protocol.SaveDraft) -> None:  # noqa: N802 -- named as asked
        await db_write(drafts.save)(self.visitor.user_id, params.contactId, params.text, params.note)

    async def do_saveWrapUp(self, params: protocol.SaveWrapUp) -> None:  # noqa: N802 -- named as asked
        work = (params.disposition, params.note)
        await db_write(routing.save_wrap_up)(self.agent, params.contactId, *work)

    async def do_savePlace(self, params: protocol.SavePlace) -> None:  # noqa: N802 -- named as asked
        await db_write(drafts.save_place)(self.visitor.user_id, params.contactId, params.place)

    async def do_sendMessage(self, params: protocol.SendMessage) -> dict[str, Any]:  # noqa: N802 -- named as asked
        words = (params.message, params.contentType, params.clientToken)
        return _sent(await desk.send_message(desk.Message(self.visitor.user_id, params.contactId, *words)))

    async def do_retryMessage(self, params: protocol.OutboundMessageParams) -> dict[str, Any]:  # noqa: N802 -- named as asked
        return _sent(await db_write(desk.retry_message)(self.visitor.user_id, params.contactId, params.clientToken))

    async def do_discardMessage(self, params: protocol.OutboundMessageParams) -> None:  # noqa: N802 -- named as asked
        await db_write(desk.discard_message)(self.visitor.user_id, params.contactId, params.clientToken)

    async def do_sendEvent(self, params: protocol.SendEvent) -> None:  # noqa: N802 -- named as asked
        desk.check_event(params.contentType)
        if params.contentType == wire.TYPING:
            await self._type(params.contactId)
        elif params.contentType == wire.READ:
            await db_write(desk.mark_read)(self.visitor.user_id, params.contactId, _message_id(params.content))

    async def _type(self, contact_id: str) -> None:
        """No handler waits for AWS: typing goes out beside the loop, or not at all."""
        now = time.monotonic()
        if now - self._typed_at.get(contact_id, -TYPING_EVERY) >= TYPING_EVERY:
            await db_read(desk.check_here)(self.visitor.user_id, contact_id)
            self._typed_at[contact_id] = now
            self.spawn(_send_typing(self.visitor.user_id, contact_id))


class FloorSocket(TranscriptSocket):
    """A supervisor's tab: follows conversations they may see, and changes nothing."""

    requests: ClassVar = protocol.FLOOR_REQUESTS

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watches_the_floor = False
        self._told_floor: live_board.BoardRows | None = None

    def authorise(self) -> bool:
        return self.user is not None

    async def do_connect(self, params: protocol.Connect) -> dict[str, Any]:
        hub = await realtime.hub()
        for stream in params.known:
            if stream.startswith("conversation:"):
                await hub.follow(self, stream, params.known)
        self.connected = True
        return await self.caught_up()

    async def do_watchContact(self, params: protocol.ContactParams) -> None:  # noqa: N802 -- named as asked
        stream = await db_read(self._stream)(params.contactId)
        hub = await realtime.hub()
        await hub.follow(self, stream, {})

    async def do_watchFloor(self, _params: protocol.NoParams) -> None:  # noqa: N802 -- named as asked
        if not self._watches_the_floor:
            self._watches_the_floor = True
            self._told_floor = await db_read(self._floor)()
            self.spawn(poll(self._tell_of_the_floor))

    async def _tell_of_the_floor(self) -> None:
        """The rows are the truth: they are looked at as often as the hub looks, and nobody has to tell of a change."""
        seen = await db_read(self._floor)()
        if seen != self._told_floor:
            self._told_floor = seen
            self.push(realtime.encode("floor", {"live": len(seen)}))

    def _floor(self) -> live_board.BoardRows:
        return live_board.rows_for(self.visitor.user_id)

    def _stream(self, contact_id: str) -> str:
        assert self.user is not None  # noqa: S101 -- admitted sockets have a user
        contact = transcripts.visible_to(self.user).select_related("conversation").filter(pk=contact_id).first()
        if contact is None:
            raise Refusal("contactNotFound", "There is no such contact, or you may not see it.")
        return contact.stream


async def _send_typing(user_id: int, contact_id: str) -> None:
    with contextlib.suppress(Refusal, Refused, Unavailable):  # typing is worth nothing later
        controller = await db_read(desk.controller)(user_id, contact_id)
        await controller.send_typing()


def _references(given: Mapping[str, protocol.RelayedReference]) -> list[dict[str, str]]:
    return wire.named_references({name: {"Type": one.type, "Value": one.value} for name, one in given.items()})


def _message_id(content: str | None) -> str:
    try:
        message_id = json.loads(content or "")["messageId"]
    except (ValueError, KeyError, TypeError):
        message_id = None
    if not isinstance(message_id, str) or not message_id:
        raise Refusal("messageNotFound", 'The content of a receipt is {"messageId": "<Id of the message>"}.')
    return message_id


def _sent(outgoing: Outgoing) -> dict[str, Any]:
    return {"clientToken": outgoing.client_token, "state": outgoing.as_dict()["state"]}
