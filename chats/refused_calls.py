"""What Amazon Connect refuses the portal, kept for administrators. Called wherever a call was refused."""

from __future__ import annotations

from django.utils import timezone

from . import connect
from .db import db_write
from .models import RefusedCall


async def keep(error: connect.Refused) -> None:
    """Unless it was refused because somebody is gone: administrators find it, with the permission that lacks."""
    if not error.is_gone:
        told = (error.operation, error.code, error.permission, str(error.message))
        await db_write(RefusedCall.keep)(*told, timezone.now())
