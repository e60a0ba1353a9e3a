"""A contact flow's Lambda hands us a contact here: who is it, which queue, is there room? Then join, and answer the flow.

Who cannot sign gets a 401 before anything is read, kept or asked of Amazon Connect.
"""

from .event import PROBE
from .views import receive

__all__ = ["PROBE", "receive"]
