"""How often passwords may be asked about without signing in: in the database, so that all processes count together.

What was typed is kept as a hash: people type passwords where a name is asked for.
"""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone

from chats.models import ChatAllowance

# In ten minutes (chats.models.chat_allowance.WINDOW):
RESETS_FROM_ONE_ADDRESS, RESETS_OF_ONE_ACCOUNT, OLD_PASSWORDS = 10, 3, 10
SSO_FROM_ONE_ADDRESS = 300  # a whole office begins its shift behind one address


def reset_waits(address: str | None) -> int:
    """The seconds until this address may ask for a reset again; 0: now, and this one is counted."""
    return _take(f"reset from {address or 'unknown'}", RESETS_FROM_ONE_ADDRESS)


def may_send_reset(typed: str) -> bool:
    """Whether this account, whether it exists or not, may be sent another mail."""
    word = hashlib.sha256(typed.casefold().encode()).hexdigest()
    return not _take(f"reset of {word}", RESETS_OF_ONE_ACCOUNT)


def old_password_waits(user_id: int) -> int:
    """The seconds until this person may try again what their password is; 0: now, and this one is counted."""
    return _take(f"old password of {user_id}", OLD_PASSWORDS)


def sso_waits(address: str | None) -> int:
    """The seconds until this address may begin single sign-on again; 0: now, and this one is counted."""
    return _take(f"sso from {address or 'unknown'}", SSO_FROM_ONE_ADDRESS)


def code_is_new(user_id: int, code: str) -> bool:
    """Whether this code of an authenticator app is used for the first time; it is good for 90 s at most."""
    word = hashlib.sha256(code.encode()).hexdigest()
    return not _take(f"code {word} of {user_id}", 1)


def _take(key: str, most: int) -> int:
    with transaction.atomic():
        return ChatAllowance.take(key, most, timezone.now())
