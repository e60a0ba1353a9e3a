"""More of the demo's company, for people who look around: queues, agents, hours, dispositions, and some days of contacts.

Called by `manage.py seed_demo --company`, as `dev.py demo` does; makes what lacks, changes nothing that is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from agents.models import (
    Agent,
    AgentContact,
    Disposition,
    QuickResponse,
    RoutingProfile,
    RoutingProfileQueue,
    Threshold,
)
from agents.protocol import agent_contact_state
from agents.supervision import roles
from chats import contact_state
from chats.models import Contact, Conversation, Holiday, HoursOfOperation, Item, OpeningHours, Queue, QueueText
from chats.reasons import Reason

AGENTS = [("noor", "Noor", "Haddad", "Team North"), ("emil", "Emil", "Brandt", "Team South")]
DISPOSITIONS = ["Solved", "Refund", "Exchange", "Passed on", "No answer"]
TALK = [
    ("Hello, my order FM-48213 has not come yet.", "It left our house yesterday, it comes tomorrow."),
    ("The shelf is scratched.", "I am sorry! We send you a new board, you keep the old one."),
    ("Can I still change the address?", "Yes, tell me the new one and I write it down."),
    ("How long is the warranty?", "Five years from the day it came."),
]
CUSTOMERS = ["Sanna Virtanen", "Karl Lind", "Amara Diallo", "Jun Sato", "Rosa Blum", "Ivo Marek"]
DAYS, A_DAY = 4, 6  # of history, and contacts of each
Person = Callable[..., User]


def make(person: Person) -> None:
    """`person(login, first, last, *groups)` makes somebody with the demo's password, unless they are there."""
    first = Queue.objects.get(name="Returns")
    queues = [first, *(_queue(name, list(first.readers.all())) for name in ("Orders", "Warranty"))]
    profile = RoutingProfile.objects.get(name="Customer care")
    for number, queue in enumerate(queues, 1):
        wanted = {"priority": number}
        RoutingProfileQueue.objects.get_or_create(routing_profile=profile, queue=queue, defaults=wanted)
    _hours(queues[-1])
    for number, name in enumerate(DISPOSITIONS, 1):
        Disposition.objects.get_or_create(name=name, defaults={"order": number * 10})
    words = {"name": "Warranty", "content": "Your warranty is five years, {customer}: keep the invoice {number}."}
    response, made = QuickResponse.objects.get_or_create(shortcut="warranty", defaults=words)
    if made:
        response.queues.add(queues[-1])
    Threshold.objects.get_or_create(queue=first, kind=Threshold.Kind.OLDEST_WAITING, defaults={"limit": 120})
    for login, given, family, team in AGENTS:
        groups = (roles.make("Agents"), Group.objects.get(name=team))
        user = person(login, given, family, *groups)
        state = Agent.objects.get(user__username="mira").state
        Agent.objects.get_or_create(user=user, defaults={"routing_profile": profile, "state": state})
    if not Contact.objects.exists():
        _history(queues, timezone.now())


def _queue(name: str, readers: list[Group]) -> Queue:
    queue, made = Queue.objects.get_or_create(name=name, defaults={"public_name": "Fenmark Home"})
    if made:
        queue.readers.add(*readers)
        QueueText.objects.create(queue=queue, kind="closed", language="fi", text="Olemme nyt suljettu.")
    return queue


def _hours(queue: Queue) -> None:
    weekly, made = HoursOfOperation.objects.get_or_create(name="Weekdays", defaults={"time_zone": "Europe/Berlin"})
    if not made:
        return
    for day in range(5):
        OpeningHours.objects.create(hours=weekly, weekday=day, opens=time(8), closes=time(18))
    newyear = timezone.localdate().replace(month=1, day=1)
    Holiday.objects.create(hours=weekly, date=newyear.replace(year=newyear.year + 1), name="New Year")
    queue.hours = weekly
    queue.save(update_fields=["hours"])


# ---- some days of contacts ---------------------------------------------------------------------------------------------


def _history(queues: list[Queue], now: datetime) -> None:
    agents = list(Agent.objects.select_related("user").order_by("pk"))
    dispositions = list(Disposition.objects.all())
    for number in range(DAYS * A_DAY):
        day, of_day = divmod(number, A_DAY)
        came = now - timedelta(days=day + 1) + timedelta(minutes=37 * of_day)
        agent = agents[number % len(agents)]
        contact = _contact(number, queues[number % len(queues)], agent.user, came)
        if number % A_DAY == 0:  # nobody answered the first offer of the day
            _missed(agents[(number + 1) % len(agents)], contact, came)
        _served(agent, contact, dispositions[number % len(dispositions)])
        _said(contact, agent.user, TALK[number % len(TALK)])


def _contact(number: int, queue: Queue, owner: User, came: datetime) -> Contact:
    name, served = CUSTOMERS[number % len(CUSTOMERS)], came + timedelta(seconds=15 + 11 * (number % 7))
    chain = Conversation.objects.create(
        initial_contact_id=f"demo-{number:03}",
        customer_name=name,
        language="en",
        chat_ended_at=served + timedelta(minutes=6),
    )
    return Contact.objects.create(
        id=chain.initial_contact_id,
        conversation=chain,
        queue=queue,
        state=contact_state.State.ENDED,
        round=1,
        owner=owner,
        end_reason=contact_state.EndReason.AGENT,
        handed_over_at=came,
        waiting_since=came,
        connected_at=served,
        ended_at=served + timedelta(minutes=5),
    )


def _missed(agent: Agent, contact: Contact, came: datetime) -> None:
    why = Reason("no_answer", seconds="20", cause=Reason("offer_in_background"))
    over = came + timedelta(seconds=20)
    state = agent_contact_state.State
    AgentContact.objects.create(
        agent=agent, contact=contact, round=1, state=state.CLEARED, outcome=state.MISSED, why=why, holds_slot=False,
        offered_at=came, ended_at=over, cleared_at=over, seq=agent.next_seq(),
    )  # fmt: skip


def _served(agent: Agent, contact: Contact, disposition: Disposition) -> None:
    state, began = agent_contact_state.State, contact.connected_at or contact.handed_over_at or timezone.now()
    AgentContact.objects.create(
        agent=agent, contact=contact, round=1, state=state.CLEARED, outcome=state.ENDED, holds_slot=False,
        offered_at=began - timedelta(seconds=4), accepted_at=began, ended_at=contact.ended_at, cleared_at=contact.ended_at,
        disposition=disposition, seq=agent.next_seq(),
    )  # fmt: skip


def _said(contact: Contact, agent: User, talk: tuple[str, str]) -> None:
    began = contact.connected_at or timezone.now()
    for number, (text, author) in enumerate(((talk[0], None), (talk[1], agent), ("Thank you!", None)), 1):
        at = began + timedelta(minutes=number - 1)
        by = ("CUSTOM_BOT", "Fenmark Home") if author else ("CUSTOMER", contact.conversation.customer_name)
        seq = contact.conversation.next_seq()
        Item.objects.create(
            id=f"{contact.pk}-{number}", conversation=contact.conversation, contact_id=contact.pk, type="MESSAGE",
            content_type="text/plain", content=text, role=by[0], display_name=by[1], participant_id=f"{contact.pk}-{by[0]}",
            author=author, absolute_time=at, received_at=at, number=seq, seq=seq,
        )  # fmt: skip
