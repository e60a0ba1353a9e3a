"""People at their desks, and who supervises them."""

from . import reasons

__all__ = ["reasons"]
