"""Single sign-on and second factors: run with CCP_SSO=1, as a step of its own (devtools.steps); without it none is collected."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as portal_settings

from tests.sso.provider import Provider

collect_ignore_glob = [] if portal_settings.SSO_IS_ON else ["test_*.py"]


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def provider(running_provider: Provider, settings: Any) -> Provider:
    """The provider that the portal is set to, honest again."""
    running_provider.honest()
    set_to(running_provider, settings)
    return running_provider


def set_to(provider: Provider, settings: Any) -> None:
    """As the environment would set it."""
    providers = copy.deepcopy(settings.SOCIALACCOUNT_PROVIDERS)
    providers["openid_connect"]["APPS"][0]["settings"]["server_url"] = provider.url
    settings.SOCIALACCOUNT_PROVIDERS = providers
    settings.CCP_OIDC_ISSUER = provider.url
    settings.CCP_OIDC_NAME = "Fenmark Login"
    settings.CCP_OIDC_GROUPS = {"chat-agents": "Agents", "chat-leads": "Team leads", "chat-admins": "Admins"}
    settings.CCP_OIDC_PROFILES = {"chat-agents": "Basic"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
