"""What lacks is said at start-up and by the doctor; the plain product needs none of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccp_portal.doctor import sso
from ccp_portal.sso import claims, configuration
from tests import factories
from tests.sso.provider import Provider

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = "import sys; sys.modules['allauth'] = None; sys.modules['jwt'] = None"  # as if nobody had installed them


def check(tmp_path: Path, *, installed: bool = True, **environment: str) -> str:
    """What `manage.py check` of a new process says."""
    if not installed:
        (tmp_path / "sitecustomize.py").write_text(
            "import importlib.util as u\nreal = u.find_spec\n"
            "def find_spec(name, package=None):\n"
            "    return None if name in ('allauth', 'jwt') else real(name, package)\n"
            "u.find_spec = find_spec\n" + WITHOUT
        )
    env = {**os.environ, "CCP_DATA_DIR": str(tmp_path), "PYTHONPATH": str(tmp_path), **environment}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_plain_product_starts_without_allauth_and_the_extra_says_that_it_lacks(tmp_path: Path) -> None:
    assert "no issues" in check(tmp_path, installed=False, CCP_SSO="0")
    said = check(tmp_path, installed=False, CCP_SSO="1")
    assert "(ccp.E015) CCP_SSO is on, and django-allauth is not installed." in said
    assert "requirements-sso.txt" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"CCP_OIDC_ISSUER": "http://login.example.org"}, "ccp.E016"),
        ({"CCP_OIDC_ISSUER": "login.example.org"}, "ccp.E016"),
        ({"CCP_OIDC_CLIENT_SECRET": ""}, "ccp.E017"),
        ({"CCP_OIDC_ISSUER": "", "CCP_OIDC_ONLY": "1"}, "ccp.E018"),
        ({"CCP_OIDC_GROUPS": "chat-agents,Agents"}, "ccp.E019"),
        ({"CCP_OIDC_PROFILES": "chat-agents="}, "ccp.E019"),
    ],
)
def test_a_setting_that_will_not_do_is_said_with_what_is_right(
    settings: Any, environment: dict[str, str], code: str
) -> None:
    from ccp_portal.sso.checks import single_sign_on_has_what_it_needs

    for name, value in environment.items():
        read = configuration.pairs(value) if name in {"CCP_OIDC_GROUPS", "CCP_OIDC_PROFILES"} else value
        setattr(settings, name, read)
    (found,) = single_sign_on_has_what_it_needs()
    assert (found.id, bool(found.hint)) == (code, True)


def test_mappings_are_read_by_semicolons_and_the_last_equals_sign() -> None:
    assert configuration.pairs(" CN=chat,OU=desk=Agents ; chat-leads = Team leads;") == {
        "CN=chat,OU=desk": "Agents",
        "chat-leads": "Team leads",
    }


@pytest.mark.parametrize(
    ("told", "first", "last", "username"),
    [
        ({"sub": "1", "name": "Nora"}, "Nora", "", "1"),
        ({"sub": "a b", "preferred_username": "Nora Lind", "email": "n@example.org"}, "", "", "n@example.org"),
        ({"sub": "a b"}, "", "", ""),
        ({"sub": 7, "given_name": "N\0ora", "family_name": ["x"]}, "Nora", "", "7"),
        ({"sub": "1", "given_name": "x" * 200, "email": "no address"}, "x" * 150, "", "1"),
    ],
)
def test_whatever_claims_say_becomes_a_name_that_fits(
    told: dict[str, Any], first: str, last: str, username: str
) -> None:
    who = claims.identity(told, "groups")
    assert (who.first_name, who.last_name, who.username, who.values) == (first, last, username, frozenset())


def asked() -> list[tuple[str, str]]:
    return [(found.name, f"{found.status}: {found.came}") for found in sso.discovery()]


@pytest.mark.django_db
def test_the_doctor_says_what_the_provider_said(provider: Provider, settings: Any) -> None:
    factories.routing_profile(name="Basic")
    well = [
        ("single sign-on", f"ok: {provider.url} answers, and says where to sign in: {provider.url}/oauth2/authorize")
    ]
    assert asked() == [*well, ("groups from claims", "ok: 3 values of “groups” are known")]
    settings.CCP_OIDC_GROUPS = {"x": "Nobody"}
    settings.CCP_OIDC_PROFILES = {"x": "None"}
    assert asked()[1][1] == "warning: there is no group “Nobody”, no routing profile “None”"
    settings.CCP_OIDC_GROUPS = settings.CCP_OIDC_PROFILES = {}
    assert asked()[1][1] == "warning: CCP_OIDC_GROUPS is empty: only who has an account already gets in"
    page = "/.well-known/openid-configuration"
    provider.lies[page] = lambda said: said | {"issuer": "https://evil.example.org"}
    assert asked()[0] == ("single sign-on", "failed: the document is of the issuer “https://evil.example.org”")
    provider.lies[page] = lambda said: {"issuer": said["issuer"], "token_endpoint": "x"}
    lacks = "failed: the document lacks authorization_endpoint, userinfo_endpoint, jwks_uri"
    assert asked()[0] == ("single sign-on", lacks)
    provider.lies[page] = lambda said: said | {"code_challenge_methods_supported": ["plain"]}
    assert asked()[0][1].startswith("warning: ")
    provider.lies[page] = lambda said: [said]
    assert asked() == [("single sign-on", f"failed: {provider.url}{page}: it is no JSON object")]
    provider.is_down = True
    assert asked()[0][1].startswith(f"failed: {provider.url}{page} answered 503")
    settings.CCP_OIDC_ISSUER = "http://localhost:9"
    assert "Connection refused" in asked()[0][1]
    settings.CCP_OIDC_ISSUER = ""
    assert asked()[0][1].startswith("skipped: ")
