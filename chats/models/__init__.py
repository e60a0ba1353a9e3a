"""The rows of a conversation, one model to a module. A row a viewer can see carries `seq`, the number of its newest change.

Rows change only through named methods; a method that makes a visible change takes the next number first, which also
locks the conversation: lock order everywhere is conversation, contact, agent, agent contact.
"""

from .audit import AuditAction, AuditEntry
from .capability import Capability, RefusedCall
from .chat_allowance import ChatAllowance
from .contact import FIRST_PRIORITY, LAST_PRIORITY, USUAL_PRIORITY, Contact
from .conversation import PLAIN, Conversation
from .customer_link import CustomerLink, CustomerRating
from .help_request import HelpRequest
from .hours import Holiday, HoursOfOperation, OpeningHours
from .item import Item, UnreadableMessage
from .note import Note
from .outbound_message import OutboundMessage
from .participant import Participant
from .queue import Queue, QueueText, Text
from .queue_wait import QueueWait
from .sign_in import SignIn
from .transfer import Transfer

__all__ = [
    "FIRST_PRIORITY",
    "LAST_PRIORITY",
    "PLAIN",
    "USUAL_PRIORITY",
    "AuditAction",
    "AuditEntry",
    "Capability",
    "ChatAllowance",
    "Contact",
    "Conversation",
    "CustomerLink",
    "CustomerRating",
    "HelpRequest",
    "Holiday",
    "HoursOfOperation",
    "Item",
    "Note",
    "OpeningHours",
    "OutboundMessage",
    "Participant",
    "Queue",
    "QueueText",
    "QueueWait",
    "RefusedCall",
    "SignIn",
    "Text",
    "Transfer",
    "UnreadableMessage",
]
