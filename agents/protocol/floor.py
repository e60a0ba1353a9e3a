"""Rows of the floor as they travel: figures, queues, agents, contacts and missed offers of a supervisor's board."""

from __future__ import annotations

from pydantic import Field

from .base import ContactId, StrictModel, Time
from .rows import AgentStateFrame, Author, Help, Reason


class FloorFigures(StrictModel):
    """The five figures on top, with what stands under them; null: there is nothing to count."""

    waiting: int
    waiting_queues: int
    queues: int
    oldest_since: Time | None
    oldest_queue: str
    oldest_within: int | None  # seconds that its queue promises
    service_level: int | None  # per cent, rounded down
    target: int | None
    available: int
    idle: int  # of those available: without a contact
    signed_in: int
    free_slots: int
    open: int
    awaiting: int  # served customers who wait for an answer


class FloorState(StrictModel):
    """How many agents are in a state, and how many of them have a contact."""

    name: str
    type: str
    agents: int
    busy: int


class FloorOption(StrictModel):
    """A team or a queue to filter by."""

    id: str
    name: str


class FloorOptions(StrictModel):
    """What this supervisor can filter by."""

    teams: list[FloorOption]
    queues: list[FloorOption]
    own_queues: list[str]


class FloorTable(StrictModel):
    """Changes of a table's window: `order` (absent: unchanged) are its ids in order, `total` counts what is not shown too."""

    total: int
    order: list[str] | None = None
    removed: list[str]


class FloorQueue(StrictModel):
    """A queue now, and over the last hour (docs/metrics.md)."""

    queue_id: str
    name: str
    waiting: int
    oldest_since: Time | None
    answer_within: int
    spark: list[int] = Field(min_length=12, max_length=12)  # waiting, every five minutes
    service_level: int | None
    target: int
    staffed: int
    available: int
    open: int
    abandoned: int
    abandoned_rate: int | None
    answer_time: int | None
    handle_time: int | None
    response_time: int | None


class FloorAgent(StrictModel):
    """An agent on the board."""

    agent_id: str
    user_id: int
    name: str
    state: AgentStateFrame
    next_state: AgentStateFrame | None
    since: Time
    why: Reason | None  # why the server put them there
    load: int
    capacity: int
    teams: list[str]
    connected: bool
    last_action_at: Time
    occupancy: int | None  # per cent of the last hour
    missed: int  # offers of the last hour that were not answered


class FloorContact(StrictModel):
    """A contact on the board."""

    contact_id: ContactId
    initial_contact_id: str
    customer_name: str
    agent: Author | None
    agent_contact_id: int | None
    queue: str
    state: str  # WAITING, OFFERED, CONNECTED
    since: Time | None
    started_at: Time | None
    answer_awaited_since: Time | None
    attention: Reason | None
    help: Help | None  # a hand that is up
    priority: int
    watchers: list[Author]  # who hides is not among them


class FloorMissedOffer(StrictModel):
    """An offer of the last hour that was missed: why, and who serves the customer now."""

    agent_contact_id: int
    contact_id: ContactId
    customer_name: str
    agent_id: str
    agent_name: str
    at: Time
    why: Reason | None
    cause: str  # the code of the cause
    with_: Author | None = Field(alias="with")


class FloorAlert(StrictModel):
    """A threshold of a queue that is passed, or was until a moment ago."""

    alert_id: int
    kind: str
    queue: str
    limit: int
    value: int  # when it began
    began_at: Time
    ended_at: Time | None


class FloorAlerts(FloorTable):
    """`total` counts the open ones."""

    rows: list[FloorAlert]


class FloorQueues(FloorTable):
    rows: list[FloorQueue]


class FloorAgents(FloorTable):
    rows: list[FloorAgent]


class FloorContacts(FloorTable):
    rows: list[FloorContact]


class FloorMissed(FloorTable):
    rows: list[FloorMissedOffer]
