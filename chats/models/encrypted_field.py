"""A text column that is encrypted at rest: what stands in the database, a backup or a dump is no token."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    TextField = models.TextField[str, str]
else:
    TextField = models.TextField  # at run time Django's fields take no type arguments


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _box() -> MultiFernet:
    """CCP_FIELD_KEYS, newest first: the first encrypts, all of them decrypt."""
    return _fernet(tuple(settings.CCP_FIELD_KEYS))


class EncryptedTextField(TextField):
    """Text, encrypted with the first of CCP_FIELD_KEYS. It cannot be searched, and is not meant to be."""

    def get_prep_value(self, value: str | None) -> str | None:
        return value if not value else _box().encrypt(value.encode()).decode()

    def from_db_value(self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper) -> str | None:
        return value if not value else _box().decrypt(value.encode()).decode()
