"""Who serves a waiting contact: pure `choose()`, idempotent `run()`, and what agents answer to an offer.

Lock order everywhere: conversation, contact, agent, agent contact. Every change here holds the conversation first and
the agent second, and only then reads what it decides upon: whoever comes second sees the truth, and is told it.
"""

from agents.presence import ROUTING
from agents.protocol.refusals import Refusal

from . import endpoints, rescue, transfers, wrapup
from .answers import accept, clear, end, reject, take_missed
from .choice import Seat, Service, Waiting, choose
from .endings import listen
from .offers import run, steps
from .stories import line, offer_seen, tabs_turned

__all__ = [
    "ROUTING",
    "Refusal",
    "Seat",
    "Service",
    "Waiting",
    "accept",
    "choose",
    "clear",
    "end",
    "endpoints",
    "line",
    "listen",
    "offer_seen",
    "reject",
    "rescue",
    "run",
    "steps",
    "tabs_turned",
    "take_missed",
    "transfers",
    "wrapup",
]
