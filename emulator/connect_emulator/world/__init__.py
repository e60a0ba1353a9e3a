"""What the emulator remembers: the instance's contacts, participants, transcripts and flows, in one SQLite file."""

from .rows import Contact, Execution, Item, Participant
from .world import World

__all__ = ["Contact", "Execution", "Item", "Participant", "World"]
