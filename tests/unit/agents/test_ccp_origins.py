"""Which pages of others may hold the CCP: exactly those that are named."""

import pytest

from agents.ccp import origins


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://crm.example.org", True),
        ("https://crm.example.org:8443", False),
        ("http://crm.example.org", False),
        ("https://crm.example.org.evil.example", False),
        ("https://crm.example.org/", False),
        ("https://CRM.example.org", False),
        ("null", False),
        ("", False),
    ],
)
def test_an_origin_is_allowed_as_it_is_written(settings, origin, is_allowed):
    settings.CCP_ALLOWED_ORIGINS = ["https://crm.example.org"]
    assert origins.allowed(origin) is is_allowed
