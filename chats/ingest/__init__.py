"""The only writer of transcripts: what Connect sends by event, transcript or answer becomes items, receipts and their consequences.

The same item twice is one item; every change gets the next number of its conversation.
"""

from .answers import Answer, receive_answer, record_answer
from .attachments import save_size
from .messages import lacking, receive, write

__all__ = ["Answer", "lacking", "receive", "receive_answer", "record_answer", "save_size", "write"]
