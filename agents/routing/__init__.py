"""Who serves a waiting contact: pure `choose()`, idempotent `run()`, and what agents answer to an offer.

Lock order everywhere: conversation, contact, agent, agent contact. Every change here holds the conversation first and
the agent second, and only then reads what it decides upon: whoever comes second sees the rows as they are by then.
"""

from agents.presence import ROUTING
from agents.protocol.refusals import Refusal

from . import (
    absent_agents,
    after_contact_work,
    contact_events,
    endpoints,
    forced_states,
    interventions,
    leaving,
    transfers,
)
from .answers import accept, clear, end, reject, save_wrap_up, take_missed
from .matching import AgentCapacity, Service, WaitingContact, choose
from .offer_log import line, offer_seen, tabs_turned
from .offers import run, steps

__all__ = [
    "ROUTING",
    "AgentCapacity",
    "Refusal",
    "Service",
    "WaitingContact",
    "absent_agents",
    "accept",
    "after_contact_work",
    "choose",
    "clear",
    "contact_events",
    "end",
    "endpoints",
    "forced_states",
    "interventions",
    "leaving",
    "line",
    "offer_seen",
    "reject",
    "run",
    "save_wrap_up",
    "steps",
    "tabs_turned",
    "take_missed",
    "transfers",
]
