"""People at their desks: what an agent may serve, which state they are in, and their part in each contact.

Rows change only through named methods; a visible change takes the next number of the agent's stream first, which also
locks the agent (lock order everywhere: conversation, contact, agent, agent contact).
"""

from .agent import Agent
from .agent_contact import AgentContact, ContactTimer, OfferEvent
from .agent_state import AgentState, AgentStateChange
from .agent_upload import AgentUpload
from .alert import Alert, Threshold
from .chat_position import ChatPosition
from .disposition import Disposition, QueueTopic, QuickResponse
from .embed_token import EmbedToken
from .queue_alias import QueueAlias, UnknownQueue
from .routing_profile import RoutingProfile, RoutingProfileQueue
from .saved_view import SavedView
from .team import Team
from .wallboard import Wallboard
from .watch import Watch
from .whisper import Whisper

__all__ = [
    "Agent",
    "AgentContact",
    "AgentState",
    "AgentStateChange",
    "AgentUpload",
    "Alert",
    "ChatPosition",
    "ContactTimer",
    "Disposition",
    "EmbedToken",
    "OfferEvent",
    "QueueAlias",
    "QueueTopic",
    "QuickResponse",
    "RoutingProfile",
    "RoutingProfileQueue",
    "SavedView",
    "Team",
    "Threshold",
    "UnknownQueue",
    "Wallboard",
    "Watch",
    "Whisper",
]
