"""People at their desks: what an agent may serve, which state they are in, and their part in each contact.

Rows change only through named methods; a visible change takes the next number of the agent's stream first, which also
locks the agent (lock order everywhere: conversation, contact, agent, agent contact).
"""

from .agent import Agent
from .desk_words import Disposition, QueueTopic, QuickResponse
from .parts import AgentContact, ContactTimer, Told
from .profiles import RoutingProfile, RoutingProfileQueue
from .states import AgentState, AgentStateChange

__all__ = [
    "Agent",
    "AgentContact",
    "AgentState",
    "AgentStateChange",
    "ContactTimer",
    "Disposition",
    "QueueTopic",
    "QuickResponse",
    "RoutingProfile",
    "RoutingProfileQueue",
    "Told",
]
