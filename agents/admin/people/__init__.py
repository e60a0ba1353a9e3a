"""Everybody with an account: one page and one form for the account and the desk, and what an administrator does to a person.

`page` is the page and the list, `form` the form, `now` what the person is doing, `acts` the pages that act on them
(deactivate, force a state, sign out, a link to choose a password).
"""

from __future__ import annotations

from . import page
from .page import PersonAdmin

__all__ = ["PersonAdmin", "page"]
