"""The actions of the flow language: for each type what may be wrong with one, and what one does.

Another action is one function that checks, one that runs, and a line in the table of its module.
"""

from emulator.flows.document import Check

from . import contact, deciding, lex, moving, pausing, speaking, voice
from .kind import WAIT_COMPLETED, Kind

KINDS: dict[str, Kind] = {
    **speaking.KINDS,
    **deciding.KINDS,
    **pausing.KINDS,
    **moving.KINDS,
    **contact.KINDS,
    **lex.KINDS,
    **voice.KINDS,
}
CHECKS: dict[str, Check] = {name: kind.check for name, kind in KINDS.items()}

__all__ = ["CHECKS", "KINDS", "WAIT_COMPLETED"]
