"""What an event means for contacts beside its item: names, endings, customers who are back. Called by `ingest.messages`,
which has locked the conversations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from chats import contact_state, outbox, participation, realtime, wire
from chats.models import Contact, Conversation, Item, Participant, Text
from chats.observers import Flagged, contact_changed
from chats.wire import ChatEvent

SAME_MOMENT = timedelta(seconds=60)  # a leaving, and the end of patience that was its cause; also between two clocks


def apply(fresh: Sequence[tuple[Conversation, ChatEvent]], now: datetime) -> None:
    """Call it when all of them are kept: one explains another, in whichever order they came."""
    for conversation, event in fresh:
        _apply(conversation, event, now)
    spoken = [(chat, event) for chat, event in fresh if event.role == "CUSTOMER" and event.type != "EVENT"]
    if spoken:
        _customers_wrote(spoken, now)


def _apply(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    if event.role == "CUSTOMER" and event.display_name and not conversation.customer_name:
        _name(conversation, event.display_name)
    match event.content_type:
        case wire.LEFT:
            _somebody_left(conversation, event, now)
        case wire.CHAT_ENDED:
            _chat_ended(conversation, event, now)
        case wire.IDLE if event.role == "CUSTOMER":
            _nudge(conversation)
        case wire.IDLE_TOO_LONG if event.role == "CUSTOMER":
            _customer_was_idle(conversation, event, now)


def _name(conversation: Conversation, name: str) -> None:
    conversation.customer_name = name[:256]
    conversation.save(update_fields=["customer_name"])
    participation.publish_contacts(conversation, named=True)


def _somebody_left(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    if event.role == "CUSTOMER":
        for contact in _concerned(conversation, event):
            participation.end(contact, contact_state.EndReason.CUSTOMER, now, leave=False)
        return
    ours = Participant.objects.filter(
        conversation=conversation, participant_id=event.participant_id, round__isnull=False
    ).first()
    if ours is None or ours.left_at is not None:
        return
    participation.mark_left(ours.pk, now)
    for contact in _contacts(conversation):
        if contact.pk == ours.contact_id and contact.round == ours.round:
            participation.end(contact, _why_out(contact, event), now, leave=False)


def _customers_wrote(spoken: Sequence[tuple[Conversation, ChatEvent]], now: datetime) -> None:
    """After an agent had ended the contact, and before Connect let our participant go: the flow does not get it, as it
    waits for our leaving first. Nobody would answer. And a queue's phrases call for help by themselves.
    """
    is_over = Q(state=contact_state.State.ENDED)
    concerned = Contact.objects.filter(is_over | ~Q(queue__flag_phrases=""), conversation__in={c.pk for c, _ in spoken})
    rows = concerned.values_list("conversation", "state", "queue__flag_phrases")
    with_ended = {chat for chat, state, _ in rows if state == contact_state.State.ENDED}
    with_phrases = {chat for chat, state, phrases in rows if phrases and state != contact_state.State.ENDED}
    for conversation, event in spoken:
        if conversation.pk in with_ended:
            _customer_wrote(conversation, event, now)
        if conversation.pk in with_phrases:
            _flag(conversation, event, now)


def _flag(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    for contact in _contacts(conversation):
        phrase = contact.queue.flagged(event.content or "")
        if phrase and contact.state != contact_state.State.ENDED:
            contact_changed(contact, Flagged(phrase, now))


def _customer_wrote(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    contacts = _contacts(conversation)
    if any(contact.state != contact_state.State.ENDED for contact in contacts):
        return  # somebody is there to answer
    for contact in contacts:
        just_ended = contact.ended_at is not None and event.absolute_time >= contact.ended_at - SAME_MOMENT
        ours = participation.our_participant(contact) if just_ended and not contact.is_relayed else None
        if ours is not None and not _had_left(conversation, ours, event):
            participation.come_back(contact, now)


def _had_left(conversation: Conversation, ours: Participant, event: ChatEvent) -> bool:
    """By Connect's clock when its event is here; else by the time of our row."""
    told = Item.objects.filter(conversation=conversation, content_type=wire.LEFT, participant_id=ours.participant_id)
    left = told.order_by("-absolute_time").values_list("absolute_time", flat=True).first() or ours.left_at
    return left is not None and event.absolute_time > left


def _why_out(contact: Contact, left: ChatEvent) -> contact_state.EndReason:
    """A custom participant is removed; an agent leaves, or transfers, in the CCP; either when the customer fell silent."""
    if _was_silent(contact.conversation, left):
        return contact_state.EndReason.SILENT
    return contact_state.EndReason.AGENT_LEFT if contact.is_relayed else contact_state.EndReason.REMOVED


def _customer_was_idle(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    """Connect's own timer took us out. It may be told after what followed, which was then thought to have another reason."""
    chat_ended = _near(conversation, event).filter(content_type=wire.CHAT_ENDED).exists()
    for contact in _concerned(conversation, event):
        ours = participation.our_participant(contact)
        if ours is None:
            continue
        left = _near(conversation, event).filter(content_type=wire.LEFT, participant_id=ours.participant_id)
        if chat_ended or left.exists():
            participation.end(contact, contact_state.EndReason.SILENT, now, leave=False)


def _was_silent(conversation: Conversation, event: ChatEvent) -> bool:
    """Connect's own timer for the customer was the cause of this event."""
    return _near(conversation, event).filter(content_type=wire.IDLE_TOO_LONG, role="CUSTOMER").exists()


def _near(conversation: Conversation, event: ChatEvent) -> QuerySet[Item]:
    """Items of the same moment, by Connect's clock: notifications come in any order."""
    moment = (event.absolute_time - SAME_MOMENT, event.absolute_time + SAME_MOMENT)
    return Item.objects.filter(conversation=conversation, absolute_time__range=moment)


def _nudge(conversation: Conversation) -> None:
    """Connect's own timer runs on a relayed contact, and has no words; elsewhere the portal's does (agents.idle_customers).
    It does not know who owes the next word: a customer who waits for the agent's is not asked.
    """
    said = Item.objects.filter(conversation=conversation, type="MESSAGE").order_by("absolute_time", "pk").last()
    if said is None or said.role == "CUSTOMER":
        return
    for contact in _contacts(conversation):
        text = contact.queue.words(Text.NUDGE, conversation.language) if contact.queue.nudge_after else ""
        if text and contact.is_relayed and contact.state == contact_state.State.CONNECTED:
            outbox.enqueue(contact, text)


def _chat_ended(conversation: Conversation, event: ChatEvent, now: datetime) -> None:
    reason = contact_state.EndReason.SILENT if _was_silent(conversation, event) else contact_state.EndReason.CHAT_ENDED
    conversation.chat_ended_at = now
    conversation.save(update_fields=["chat_ended_at"])
    Participant.objects.filter(conversation=conversation, round__isnull=False, left_at=None).update(left_at=now)
    concerned = {contact.pk for contact in _concerned(conversation, event)}
    for contact in _contacts(conversation):
        ended = contact.state == contact_state.State.ENDED
        if contact.pk in concerned or not ended:  # no contact outlives its chat
            participation.end(contact, reason, now, leave=False)
        outbox.fail_unsent(contact, participation.why_unsent(contact))
        if ended:
            contact.changed()
            realtime.publish(contact)


def _contacts(conversation: Conversation) -> list[Contact]:
    """The conversation is locked, so these are the newest."""
    found = list(Contact.objects.select_related("queue", "owner").filter(conversation=conversation))
    for contact in found:
        contact.conversation = conversation
    return found


# ---- whom an ending concerns -----------------------------------------------------------------------------------------


def _concerned(conversation: Conversation, event: ChatEvent) -> list[Contact]:
    """Contacts that were live when this happened, and those that have ended of it already, in the order of their notifications.

    A conversation outlives its contacts: what ended earlier, for a reason of its own, keeps that reason.
    """
    contacts = _contacts(conversation)
    return [one for one in contacts if _was_live(one, event) or _ended_of_it(one, event, contacts)]


def _was_live(contact: Contact, event: ChatEvent) -> bool:
    begun = contact.handed_over_at
    return contact.state != contact_state.State.ENDED and (begun is None or event.absolute_time >= begun - SAME_MOMENT)


def _ended_of_it(contact: Contact, event: ChatEvent, contacts: Sequence[Contact]) -> bool:
    """It ended in the same moment, and the chat did not go on with another contact in between."""
    if contact.state != contact_state.State.ENDED or _went_on(contact, event, contacts):
        return False
    ended = contact.ended_at
    if ended is not None and abs(event.absolute_time - ended) <= SAME_MOMENT:
        return True
    ours = participation.our_participant(contact)  # it may have been told much later: Connect's own times are compared
    out = Q(content_type=wire.CHAT_ENDED) | Q(content_type=wire.LEFT, role="CUSTOMER")
    if ours is not None:
        out |= Q(content_type=wire.LEFT, participant_id=ours.participant_id)
    told = _near(contact.conversation, event).filter(out).exclude(pk=event.id)
    return told.exists()


def _went_on(contact: Contact, event: ChatEvent, contacts: Sequence[Contact]) -> bool:
    """A later contact had been handed over before this happened."""
    begun = contact.handed_over_at
    later = [one.handed_over_at for one in contacts if one.pk != contact.pk and one.handed_over_at is not None]
    return begun is not None and any(begun < other <= event.absolute_time for other in later)
