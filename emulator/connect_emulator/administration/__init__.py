"""What an instance is made of: flows, queues, hours, users, profiles and statuses; created, described, listed."""

from .defaults import furnish
from .operations import handlers

__all__ = ["furnish", "handlers"]
