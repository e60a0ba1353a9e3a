"""Single sign-on by OpenID Connect, an extra (docs/sign-in.md): django-allauth speaks to the provider, we say who it is here.

`configuration` is read by the settings and needs nothing; the other modules are imported only where CCP_SSO is on.
"""

MOST_LOGGED = 200  # characters of what a provider answers: enough for its error, too few for a page of one
MAX_CODE = 20  # characters that somebody types of a code
MAX_PASSKEY_NAME = 60  # characters
MOST_PASSKEYS = 10  # of one person
