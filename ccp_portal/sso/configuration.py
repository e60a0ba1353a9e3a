"""What the environment says of single sign-on, and the settings of django-allauth that follow. Imported by ccp_portal.settings.

It needs no allauth: where CCP_SSO is on and allauth is not installed the portal's check says so (ccp.E015), and starts nothing.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from typing import Any

import environ

env = environ.Env()


def pairs(text: str) -> dict[str, str]:
    """`value=Group;value=Group`; the last `=` counts, as names of directories have some (`CN=chat,OU=desk=Agents`)."""
    found = [one.rpartition("=") for one in text.split(";") if one.strip()]
    return {value.strip(): name.strip() for value, _equals, name in found}


CCP_SSO = env.bool("CCP_SSO", default=False)
CCP_OIDC_ISSUER = env.str("CCP_OIDC_ISSUER", default="").rstrip("/")
CCP_OIDC_CLIENT_ID = env.str("CCP_OIDC_CLIENT_ID", default="")
CCP_OIDC_CLIENT_SECRET = env.str("CCP_OIDC_CLIENT_SECRET", default="")
CCP_OIDC_NAME = env.str("CCP_OIDC_NAME", default="Single sign-on")  # stands on the button
CCP_OIDC_SCOPES = env.list("CCP_OIDC_SCOPES", default=["openid", "profile", "email"])
CCP_OIDC_GROUPS_CLAIM = env.str("CCP_OIDC_GROUPS_CLAIM", default="groups")
CCP_OIDC_GROUPS = pairs(env.str("CCP_OIDC_GROUPS", default=""))  # value of the claim → group of the portal
CCP_OIDC_PROFILES = pairs(env.str("CCP_OIDC_PROFILES", default=""))  # value of the claim → routing profile
CCP_OIDC_LINK_BY_EMAIL = env.bool("CCP_OIDC_LINK_BY_EMAIL", default=False)
CCP_OIDC_ONLY = env.bool("CCP_OIDC_ONLY", default=False)
CCP_OIDC_CONTACT = env.str("CCP_OIDC_CONTACT", default="")  # to whom people turn who are in no group

CCP_SECOND_FACTOR_GROUPS = env.list("CCP_SECOND_FACTOR_GROUPS", default=[])  # *: everybody who has a password

SSO_IS_INSTALLED = all(find_spec(name) for name in ("allauth", "requests", "jwt", "fido2", "qrcode"))
SSO_IS_ON = CCP_SSO and SSO_IS_INSTALLED
# A subject is unique at its issuer only: with another issuer everybody's link is another one.
OIDC_PROVIDER_ID = f"oidc-{hashlib.sha256(CCP_OIDC_ISSUER.encode()).hexdigest()[:12]}"
SSO_APPS = (
    [
        "allauth",
        "allauth.account",
        "allauth.socialaccount",
        "allauth.socialaccount.providers.openid_connect",
        "allauth.mfa",
    ]
    if SSO_IS_ON
    else []
)
SSO_MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"] if SSO_IS_ON else []

# ---- django-allauth: it asks the provider; accounts, passwords, mails and limits are ours ------------------------------
ACCOUNT_ADAPTER = "ccp_portal.sso.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_RATE_LIMITS = False  # its own count in each process; ours count in the database
ACCOUNT_LOGIN_TIMEOUT = 600  # seconds between the password and the code
MFA_ADAPTER = "ccp_portal.sso.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # codes of 30 s before and after are good, too: clocks of telephones differ
SOCIALACCOUNT_ADAPTER = "ccp_portal.sso.adapters.SocialAccountAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": OIDC_PROVIDER_ID,
                "name": CCP_OIDC_NAME,
                "client_id": CCP_OIDC_CLIENT_ID,
                "secret": CCP_OIDC_CLIENT_SECRET,
                "settings": {
                    "server_url": CCP_OIDC_ISSUER,
                    "scope": CCP_OIDC_SCOPES,
                    "oauth_pkce_enabled": True,
                },
            }
        ]
    }
}
