"""The portal's settings, but a password is cheap to hash: each log-in of a test would take a third of a second of it.

Tests of passwords themselves run in pytest's own process, whose settings are the product's.
"""

from ccp_portal.settings import *  # noqa: F403 -- all of them

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
