"""The portal's settings, but a password is cheap to hash: each log-in of a test would take a third of a second of it.

Messages go without a limit of ours: tests of the limit, like those of passwords, run in pytest's own process.
"""

from ccp_portal.settings import *  # noqa: F403 -- all of them

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CCP_SENDS_PER_SECOND = 0
