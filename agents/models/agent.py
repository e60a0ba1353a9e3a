"""A person who serves contacts. Rows change only through named methods, under the next number of the agent's stream.

Taking a number also locks the agent (lock order everywhere: conversation, contact, agent, agent contact).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chats.models import Contact
from chats.reasons import Reason

from .agent_state import AgentState
from .routing_profile import MOST_CHATS, RoutingProfile


class Agent(models.Model):
    """A person who serves contacts: state, next state, load, the contact in view, and a counter of changes."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="agent")
    routing_profile = models.ForeignKey(RoutingProfile, models.PROTECT, related_name="agents")
    state = models.ForeignKey(AgentState, models.PROTECT, related_name="agents")
    state_since = models.DateTimeField(default=timezone.now)
    next_state = models.ForeignKey(AgentState, models.SET_NULL, null=True, blank=True, related_name="+")
    state_is_forced = models.BooleanField(default=False)  # a supervisor put them there: presence changes it not
    leaves_when_done = models.BooleanField(
        default=False
    )  # offered nothing more; the account closes after the last contact
    capacity_override = models.PositiveSmallIntegerField(
        _("chats at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CHATS)],
        help_text=_("Empty: as the routing profile says"),
    )
    load = models.PositiveSmallIntegerField(default=0)  # contacts that hold a slot: AgentContact.holds_slot
    idle_since = models.DateTimeField(
        default=timezone.now
    )  # the last time this agent was offered, missed or ended a contact
    misses = models.PositiveSmallIntegerField(default=0)  # in a row, since the last sign of attention
    seen_at = models.DateTimeField(null=True, blank=True)  # presence is a lease: the newest answer of any of their tabs
    viewing = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    viewing_seq = models.PositiveBigIntegerField(default=0)
    own_seq = models.PositiveBigIntegerField(default=0)  # the number of the newest change of state, load or profile
    seq = models.PositiveBigIntegerField(default=0)  # the counter of the agent's stream

    CAPACITY = Coalesce("capacity_override", "routing_profile__chat_concurrency")  # `capacity` in a query

    class Meta:
        indexes = [models.Index(fields=["state", "idle_since"], name="agent_idle")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.user.get_full_name() or self.user.get_username()

    @property
    def stream(self) -> str:
        return f"agent:{self.key}"

    @property
    def public_name(self) -> str:
        """What the customer may know of this person: the first name, if there is one."""
        return self.user.first_name or self.name

    @classmethod
    def locked(cls, pk: int) -> Agent:
        """The agent, held until the transaction ends. Agent.DoesNotExist when there is none.

        Two queries on purpose: PostgreSQL re-checks a locked row against the joined rows it read before it waited, and
        would find no agent at all when the state has changed meanwhile.
        """
        cls.objects.select_for_update().get(pk=pk)
        return cls.objects.select_related("user", "state", "next_state", "routing_profile").get(pk=pk)

    def next_seq(self) -> int:
        """Take the next number. It locks the row until the transaction ends, so numbers have no hole and no twin."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE agents_agent SET seq = seq + 1 WHERE id = %s RETURNING seq", [self.pk])
            (self.seq,) = cursor.fetchone()
        return self.seq

    def changed(self, *fields: str) -> None:
        """Keep these columns under the next number of the agent's stream."""
        self.own_seq = self.next_seq()
        self.save(update_fields=[*fields, "own_seq"])

    def enter(self, state: AgentState, now: datetime, *, forced: bool = False) -> None:
        """Be in this state from now on; what was enqueued as the next one is forgotten. Call it on a `locked` agent."""
        self.state, self.state_since, self.next_state, self.misses = state, now, None, 0
        self.state_is_forced = forced
        self.changed("state", "state_since", "next_state", "misses", "state_is_forced")

    def enqueue(self, state: AgentState | None) -> None:
        """Go to this state when no contact is open any more. Call it on a `locked` agent."""
        self.next_state = state
        self.changed("next_state")

    def assign(self, profile: RoutingProfile) -> None:
        """Serve the queues of this profile from now on."""
        self.routing_profile = profile
        self.changed("routing_profile")

    @property
    def capacity(self) -> int:
        """How many chats at once: a supervisor's word for this agent, else the routing profile's."""
        return self.capacity_override or self.routing_profile.chat_concurrency

    def set_capacity(self, chats: int | None) -> None:
        """So many chats at once from now on; None: as the routing profile says. Call it on a `locked` agent."""
        self.capacity_override = chats
        self.changed("capacity_override")

    def leave_when_done(self, leaves: bool) -> None:
        """Whether the account is closed after the last contact (routing.leaving). Call it on a `locked` agent."""
        self.leaves_when_done = leaves
        self.changed("leaves_when_done")

    @property
    def has_room(self) -> bool:
        return self.load < self.capacity

    def take_slot(self, now: datetime) -> None:
        """A contact is offered. Call it on a `locked` agent who has room."""
        self.load, self.idle_since = self.load + 1, now
        self.changed("load", "idle_since")

    def free_slot(self, now: datetime) -> None:
        """A contact is not offered any more, or is done. Call it on a `locked` agent."""
        self.load, self.idle_since = self.load - 1, now
        self.changed("load", "idle_since")

    def count_miss(self) -> None:
        """One offer more in a row that nobody answered. Nobody's screen shows it."""
        self.misses += 1
        self.save(update_fields=["misses"])

    def pay_attention(self) -> None:
        """An offer was answered: the row of misses is over."""
        if self.misses:
            self.misses = 0
            self.save(update_fields=["misses"])

    def look_at(self, contact_id: str | None) -> None:
        """The contact in view, for every tab of the agent."""
        self.viewing_id = contact_id
        self.viewing_seq = self.next_seq()
        self.save(update_fields=["viewing", "viewing_seq"])

    def state_reason(self) -> Reason:
        """Why the server, or a supervisor, put them there; empty: they chose it."""
        if self.state.is_routable and not self.state_is_forced:
            return Reason()
        last = self.state_changes.order_by("-at", "-pk").first()
        if last is None or last.new_state != self.state.name or (last.by_id is not None and not self.state_is_forced):
            return Reason()
        return last.why
