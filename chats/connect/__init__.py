"""The only package that imports boto3: calls of Amazon Connect and SNS, files of attachments, and their errors.

Every error is Refused (Connect said no, and will again) or Unavailable (whether it was done is unknown).
"""

from . import client, files, queues
from .client import Purpose, ask, calls_for, confirm_subscription, control, participant, prepare, typing, typing_is_busy
from .errors import QuotaReached, Refused, Throttled, Unavailable
from .files import download, upload

__all__ = [
    "Purpose",
    "QuotaReached",
    "Refused",
    "Throttled",
    "Unavailable",
    "ask",
    "calls_for",
    "close",
    "confirm_subscription",
    "control",
    "download",
    "participant",
    "prepare",
    "queues",
    "typing",
    "typing_is_busy",
    "upload",
]


def close() -> None:
    """End the threads and connections; calls under way are finished first."""
    client.close()
    files.close()
