"""What Connect tells the world of its contacts: events as EventBridge's, contact records, transcripts as in S3."""

from .teller import Sinks, Teller, Telling, Told, tell

__all__ = ["Sinks", "Teller", "Telling", "Told", "tell"]
