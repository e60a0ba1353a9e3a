"""One agent's part in one round of one contact: offered, answered or not and why, worked after, cleared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.protocol import agent_contact_state
from chats.models import Contact
from chats.reasons import Reason, ReasonField
from chats.wire import iso

from .agent import Agent
from .disposition import Disposition
from .routing_profile import RoutingProfile
from .watch import Watch

MAX_OFFER_EVENTS = 50  # a tab that is hidden and shown again and again has said enough


class OfferEvent(StrEnum):
    """What can happen to an offer, in the order in which it happens."""

    SENT = "sent"
    PAINTED = "painted"
    HIDDEN = "hidden"
    SHOWN = "shown"
    SOCKET_DOWN = "socketDown"
    SOCKET_UP = "socketUp"
    NO_DESK = "noDesk"
    NO_ROOM = "noRoom"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


EVENT_OF_MOVE = {
    agent_contact_state.Move.ACCEPT: OfferEvent.ACCEPTED,
    agent_contact_state.Move.REJECT: OfferEvent.DECLINED,
    agent_contact_state.Move.MISS: OfferEvent.MISSED,
    agent_contact_state.Move.WITHDRAW: OfferEvent.WITHDRAWN,
}


class AgentContact(models.Model):
    """One agent's part in one round of one contact: offered, answered or not and why, read so far, cleared."""

    agent = models.ForeignKey(Agent, models.CASCADE, related_name="agent_contacts")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="agent_contacts")
    round = models.PositiveIntegerField()
    state = models.CharField(
        max_length=16, choices=[(s, s) for s in agent_contact_state.State], default=agent_contact_state.State.CONNECTING
    )
    outcome = models.CharField(
        max_length=16, choices=[(s, s) for s in agent_contact_state.State], blank=True
    )  # outlives clearing
    why = ReasonField()
    offer_events = models.JSONField(default=list, blank=True)  # [{"at": time, "what": OfferEvent}, …]
    holds_slot = models.BooleanField(default=True)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # of an offer that rings; it begins when those before it are answered
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    acw_until = models.DateTimeField(null=True)  # after contact work ends by itself
    cleared_at = models.DateTimeField(null=True)
    rescued_at = models.DateTimeField(null=True)  # the agent was gone for good, and what the queue says was done
    disposition = models.ForeignKey(
        Disposition, models.PROTECT, verbose_name=_("disposition"), null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)
    read_number = models.PositiveBigIntegerField(default=0)
    draft = models.TextField(blank=True)  # words begun to the customer; both go when the contact leaves the desk
    note_draft = models.TextField(blank=True)  # words begun to the team
    watched_by = models.JSONField(default=list, blank=True)  # Watch.shown_to_agents, as of the newest change
    scroll_position = models.JSONField(null=True, blank=True)  # where the agent reads: protocol.ScrollPosition
    seq = models.PositiveBigIntegerField(default=0)
    whispers_seq = models.PositiveBigIntegerField(default=0)  # the counter of its stream of whispers

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "state"],  # one is asked while another serves: that is a transfer
                condition=Q(state__in=[agent_contact_state.State.CONNECTING, agent_contact_state.State.CONNECTED]),
                name="one_agent_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["agent", "seq"], name="agent_contact_seq"),
            models.Index(fields=["offered_at"], name="agent_contact_offered"),  # the admin's list, the newest first
            models.Index(
                fields=["expires_at"],
                condition=Q(state=agent_contact_state.State.CONNECTING),
                name="agent_contact_expires",
            ),
            models.Index(
                fields=["agent", "offered_at"],
                condition=Q(outcome=agent_contact_state.State.MISSED),
                name="agent_contact_missed",
            ),
            models.Index(
                fields=["acw_until"], condition=Q(state=agent_contact_state.State.ENDED), name="agent_contact_acw"
            ),
        ]
        verbose_name = _("agent contact")
        verbose_name_plural = _("agent contacts")

    def __str__(self) -> str:
        return f"{self.agent} · {self.contact}: {self.state}"

    @classmethod
    def on_desk_of(cls, agent: Agent, contact_id: str) -> AgentContact | None:
        """This agent's part in a contact, as it lies on their desk; of several the newest."""
        here = cls.objects.filter(agent=agent, contact=contact_id, state__in=agent_contact_state.ON_THE_DESK)
        return here.select_related("contact__conversation", "contact__queue").order_by("-offered_at", "-pk").first()

    @classmethod
    def dispositions_of(cls, contact_ids: Sequence[str]) -> dict[str, str]:
        """What came of each contact, by the last agent who said so."""
        said = cls.objects.filter(contact__in=contact_ids, disposition__isnull=False).order_by("offered_at", "pk")
        return dict(said.values_list("contact_id", "disposition__name"))

    @property
    def stream(self) -> str:
        return self.agent.stream

    @property
    def whispers_stream(self) -> str:
        return f"whispers:{self.pk}"

    @property
    def whispers_followed(self) -> dict[str, bool]:
        """Where somebody has whispered, the agent follows it while the contact is on the desk."""
        return {self.whispers_stream: self.on_the_desk} if self.whispers_seq else {}

    @property
    def on_the_desk(self) -> bool:
        return agent_contact_state.State(self.state) in agent_contact_state.ON_THE_DESK

    @property
    def also(self) -> dict[str, bool]:
        """Whoever follows the agent follows the conversations on the desk, in whichever round they are there."""
        chat = self.contact.conversation
        others = AgentContact.objects.filter(
            agent=self.agent_id, contact__conversation=chat, state__in=agent_contact_state.ON_THE_DESK
        )
        return {chat.stream: self.on_the_desk or others.exists(), **self.whispers_followed}

    def begin(self, now: datetime) -> None:
        """The offer is sent to the agent's desk."""
        self._record(OfferEvent.SENT, now)
        self.watched_by = Watch.shown_to_agents(self.contact_id)
        self.changed()

    def ring(self, now: datetime) -> None:
        """The agent can see it from now on, and has so long to answer."""
        self.expires_at = now + timedelta(seconds=settings.CCP_OFFER_SECONDS)
        self.changed()

    @property
    def rings_since(self) -> datetime | None:
        return self.expires_at and self.expires_at - timedelta(seconds=settings.CCP_OFFER_SECONDS)

    def move(self, move: agent_contact_state.Move, now: datetime, *, why: Reason | None = None) -> None:
        """Make a move of `life`; life.IllegalMove when it cannot happen. The caller keeps the agent's load."""
        self.state = agent_contact_state.after(agent_contact_state.State(self.state), move)
        self.why = why or self.why
        if move in EVENT_OF_MOVE:
            self._record(EVENT_OF_MOVE[move], now)
        match self.state:
            case agent_contact_state.State.CONNECTED:
                self.accepted_at, self.expires_at = now, None
            case agent_contact_state.State.CLEARED:
                self.cleared_at, self.acw_until, self.holds_slot = now, None, False
                self.draft, self.note_draft, self.scroll_position = "", "", None
            case _:
                self.ended_at, self.expires_at, self.outcome = now, None, self.state
                self.holds_slot = False
        if self.state == agent_contact_state.State.ENDED:
            self._begin_after_contact_work(now)
        self.changed()

    def _begin_after_contact_work(self, now: datetime) -> None:
        profile = self.agent.routing_profile
        self.holds_slot = profile.acw_holds_slot and profile.acw != RoutingProfile.Acw.OFF
        if profile.acw == RoutingProfile.Acw.TIMED:
            self.acw_until = now + timedelta(seconds=profile.acw_seconds)

    def explain(self, why: Reason) -> None:
        """Why it ended is known better now."""
        self.why = why
        self.changed()

    def release_slot(self) -> None:
        """After contact work does not count as a chat: nobody is there to do it."""
        self.holds_slot, self.acw_until = False, None
        self.changed()

    def wrap_up(self, disposition: Disposition | None, note: str) -> None:
        """What came of the contact, in the agent's words. Kept with the move that follows."""
        self.disposition = disposition or self.disposition
        self.note = note or self.note

    def begin_wrap_up(self, disposition: Disposition | None, note: str) -> None:
        """What is said of the contact so far; nothing, where it was taken back."""
        self.disposition, self.note = disposition, note
        self.changed()

    def expire_now(self, now: datetime, why: Reason) -> None:
        """The offer is over now, not later."""
        self.expires_at, self.why = now, why
        self._record(OfferEvent.NO_DESK, now)
        self.changed()

    def record(self, what: OfferEvent, now: datetime) -> None:
        """One more event of the offer. No screen shows it while it happens, so that it takes no number."""
        self._record(what, now)
        self.save(update_fields=["offer_events"])

    def _record(self, what: OfferEvent, now: datetime) -> None:
        if len(self.offer_events) < MAX_OFFER_EVENTS or what in EVENT_OF_MOVE.values():
            self.offer_events = [*self.offer_events, {"at": iso(now), "what": str(what)}]

    def rescued(self, now: datetime) -> None:
        """The agent was gone for good and something was done about it: not again before they were here."""
        self.rescued_at = now
        self.save(update_fields=["rescued_at"])

    def next_whisper_seq(self) -> int:
        """Take the next number of the whispers' stream. Call it with the agent locked: `changed` saves every column."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE agents_agentcontact SET whispers_seq = whispers_seq + 1 WHERE id = %s RETURNING whispers_seq",
                [self.pk],
            )
            (self.whispers_seq,) = cursor.fetchone()
        return self.whispers_seq

    def changed(self) -> None:
        """Keep the row under the next number of its agent's stream."""
        self.seq = self.agent.next_seq()
        self.save()


DUE_AT_ONCE = 200


class ContactTimer(models.Model):
    """Something that becomes due for a waiting or connected contact; the worker looks whether it still holds."""

    class Kind(models.TextChoices):
        WAITING = "waiting"  # say the queue's waiting text
        SILENCE = "silence"  # the customer does not answer: nudge, then end
        PREVIOUS = "previous"  # until then the contact is kept for the agent who served it before

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="timers")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    round = models.PositiveIntegerField()
    agent = models.ForeignKey(Agent, models.CASCADE, null=True, related_name="+")
    step = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "kind"], name="one_timer_of_a_kind")]
        indexes = [models.Index(fields=["kind", "due_at"], name="timer_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.contact}"

    @classmethod
    def start(cls, contact: Contact, kind: Kind, now: datetime, seconds: float, agent: Agent | None = None) -> None:
        """Due in so many seconds; the one that runs is replaced. Call it with the conversation held."""
        cls.objects.update_or_create(
            contact=contact,
            kind=kind,
            defaults={
                "round": contact.round,
                "agent": agent,
                "step": 0,
                "started_at": now,
                "due_at": now + timedelta(seconds=seconds),
            },
        )

    @classmethod
    def due(cls, kind: Kind, now: datetime, besides: Collection[str]) -> list[str]:
        """The contacts whose timers are due, the first ones; some are left out."""
        rows = cls.objects.filter(kind=kind, due_at__lte=now).exclude(contact__in=besides)
        return list(rows.order_by("due_at").values_list("contact_id", flat=True)[:DUE_AT_ONCE])

    @classmethod
    def of_locked(cls, contact: Contact, kind: Kind, now: datetime) -> ContactTimer | None:
        """What is due for a contact that is held; None: another worker was faster."""
        return cls.objects.filter(contact=contact, kind=kind, due_at__lte=now).first()

    def nudged(self, asked: datetime, now: datetime, seconds: float) -> None:
        """The customer was asked whether they are there; `asked` is the message they have not answered."""
        self.started_at = asked
        self.save(update_fields=["started_at"])
        self.again(now, seconds, step=1)

    def again(self, now: datetime, seconds: float, *, step: int = 0) -> None:
        """Due once more, so many seconds from now."""
        self.step, self.due_at = step, now + timedelta(seconds=seconds)
        self.save(update_fields=["step", "due_at"])
