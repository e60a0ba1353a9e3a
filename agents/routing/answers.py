"""What an agent does with a contact: accept, reject, end, clear. Said twice, from two tabs, it is done once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from agents import life
from agents.models import Agent, AgentContact, Disposition, RoutingProfile
from agents.refusal import Refusal
from chats import life as chat
from chats import rounds
from chats.models import Text
from chats.why import Why

from . import transfers
from .parts import Held, give_back, move, say, take
from .truth import NotNow, mine


def accept(agent: Agent, contact_id: str, now: datetime) -> None:
    """The offer is taken: from now on this agent serves the contact, and the customer is told who joined."""
    if transfers.accept(agent, contact_id, now):
        return
    with transaction.atomic():
        held, part = mine(agent, contact_id)
        if held.is_served:
            return
        if not held.is_open_offer(now):
            raise NotNow("offerGone", "This contact cannot be accepted any more: %(why)s.", held, now)
        held.agent.pay_attention()
        take(held, part, now)


def reject(agent: Agent, contact_id: str, now: datetime) -> None:
    """The offer is declined: the contact waits again, at the head, and for a while for somebody else."""
    with transaction.atomic():
        held, part = mine(agent, contact_id)
        if part.outcome == life.State.REJECTED:
            return
        if part.state != life.State.CONNECTING:
            raise NotNow("offerGone", "This contact cannot be declined any more: %(why)s.", held, now)
        held.agent.pay_attention()
        give_back(held)
        move(part, life.Move.REJECT, now, Why("declined"))
        move(part, life.Move.CLEAR, now)


def end(agent: Agent, contact_id: str, now: datetime) -> None:
    """Streams' destroyConnection: the customer is told who left, then our participant leaves, after all that was said."""
    with transaction.atomic():
        held, part = mine(agent, contact_id)
        if part.outcome == life.State.ENDED:
            return
        if not held.is_served:
            raise NotNow("contactNotConnected", "This contact cannot be ended: %(why)s.", held, now)
        say(held, Text.LEFT)
        say(held, Text.ENDED)
        rounds.end(held.contact, chat.Reason.AGENT, now, leave=True)


def clear(agent: Agent, contact_id: str, now: datetime, *, disposition: str = "", note: str = "") -> None:
    """After contact work is done, or a missed contact was noticed: the card leaves the desk, of every round there was."""
    with transaction.atomic():
        held, part = mine(agent, contact_id)
        finished = _finished_parts(held)
        if not finished and life.State(part.state) in life.OPEN:
            raise NotNow("contactOpen", "This contact cannot be cleared: %(why)s.", held, now)
        chosen = _disposition(held, disposition)
        for one in finished:
            if one.state == life.State.ENDED:
                one.wrap_up(chosen, note.strip())
                _check_work(one)
            move(one, life.Move.CLEAR, now)


def _disposition(held: Held, name: str) -> Disposition | None:
    if not name:
        return None
    known = {one.name: one for one in Disposition.of(held.contact.queue)}
    if name not in known:
        raise Refusal(
            "dispositionNotFound",
            "There is no disposition “%(name)s” in this queue. There are: %(known)s.",
            name=name,
            known=", ".join(known) or Why("none"),
        ).but(dispositions=list(known))
    return known[name]


def _check_work(part: AgentContact) -> None:
    """Refuse what the queue or the routing profile does not let pass. Whoever may do no such work owes none."""
    acw, queue = part.agent.routing_profile.acw, part.contact.queue
    if acw == RoutingProfile.Acw.OFF or part.disposition is not None:
        return
    names = [one.name for one in Disposition.of(queue)]
    if names and queue.disposition_required:
        refusal = Refusal("dispositionRequired", "Say first what came of it: %(names)s.", names=", ".join(names))
    elif acw == RoutingProfile.Acw.REQUIRED and not part.note:
        refusal = Refusal("dispositionRequired", "Say first what came of it: a disposition or a note.")
    else:
        return
    raise refusal.but(dispositions=names)


def _finished_parts(held: Held) -> list[AgentContact]:
    """The customer may have come back before the card of the last round was cleared: then there are several."""
    finished = AgentContact.objects.filter(
        agent=held.agent, contact=held.contact, state__in=life.ON_THE_DESK - life.OPEN
    )
    parts = list(finished.order_by("pk"))
    for part in parts:
        part.agent, part.contact = held.agent, held.contact
    return parts
