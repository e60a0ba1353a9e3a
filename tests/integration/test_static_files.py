"""Scripts and styles come from the ASGI application itself, with the headers that Django's middleware gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.core.signals import request_started
from django.test import override_settings

from ccp_portal.asgi import application
from ccp_portal.static_files import StaticFiles

SCRIPT = "/static/desk/js/shell/main.js"
CONTENT = (Path(__file__).parents[2] / "agents" / SCRIPT[1:]).read_bytes()
SECURITY = {"x-content-type-options", "referrer-policy", "cross-origin-opener-policy"}


@pytest.fixture
def django_asked():
    """The requests that reached Django."""
    seen = []

    def note(**_given):
        seen.append(1)

    request_started.connect(note)
    yield seen
    request_started.disconnect(note)


async def ask(path, method="GET", asked=application, scheme="http", **headers):
    """The status, the headers and the body. A body of the request would be waited for: none comes."""
    given = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()
    ]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    http = ApplicationCommunicator(asked, {**scope, "scheme": scheme, "http_version": "1.1", "headers": given})
    if method == "GET":
        await http.send_input({"type": "http.request", "body": b"", "more_body": False})
    start = await http.receive_output(10)
    body, more = b"", True
    while more:
        part = await http.receive_output(10)
        body += part.get("body", b"")
        more = part.get("more_body", False)
    await http.wait(10)
    return start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}, body


async def test_a_script_is_answered_before_django(django_asked):
    status, headers, body = await ask(SCRIPT)
    assert (status, body, django_asked) == (200, CONTENT, [])
    assert headers["content-type"] == 'text/javascript; charset="utf-8"'
    assert headers["content-length"] == str(len(CONTENT))
    assert headers.keys() >= {"etag", "last-modified", "cache-control"}


async def test_it_has_the_headers_that_every_page_has(django_asked):
    _, file, _ = await ask(SCRIPT)
    _, page, _ = await ask("/login/")
    assert {name: file[name] for name in SECURITY} == {name: page[name] for name in SECURITY}
    assert len(django_asked) == 1


async def test_who_has_it_already_gets_no_body():
    _, headers, _ = await ask(SCRIPT)
    status, again, body = await ask(SCRIPT, if_none_match=headers["etag"])
    assert (status, body, again["etag"]) == (304, b"", headers["etag"])
    assert again.keys() & {"content-length", "content-type"} == set()


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("HEAD", {}, (200, str(len(CONTENT)), b"")),
        ("GET", {"range": "bytes=2-5"}, (206, "4", CONTENT[2:6])),
        ("GET", {"range": f"bytes={len(CONTENT)}-"}, (416, "0", b"")),
        ("POST", {}, (405, "0", b"")),
    ],
    ids=["HEAD", "a part", "behind the end", "POST, whose body is not read"],
)
async def test_the_other_ways_to_ask(method, headers, expected):
    status, told, body = await ask(SCRIPT, method, **headers)
    assert (status, told["content-length"], body) == expected


@pytest.mark.parametrize(
    "path", ["/static/desk/js/none.js", "/static/", "/static/desk", "/static/../manage.py", "/static/%2e%2e/manage.py"]
)
async def test_what_is_no_file_is_not_found_by_django(path, django_asked):
    assert ((await ask(path))[0], len(django_asked)) == (404, 1)


@pytest.fixture
def https_only():
    """The files of a portal that serves HTTPS alone, behind a proxy."""
    with override_settings(
        SECURE_SSL_REDIRECT=True,
        SECURE_HSTS_SECONDS=60,
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"),
    ):
        yield StaticFiles(get_asgi_application())


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_where_https_is_wanted_plain_http_is_sent_there(https_only, scheme):
    status, headers, _ = await ask(SCRIPT, asked=https_only, scheme=scheme, x_forwarded_proto="http")
    assert (status, headers["location"]) == (301, f"https://localhost{SCRIPT}")


async def test_over_https_the_browser_is_told_to_stay_there(https_only):
    status, headers, _ = await ask(SCRIPT, asked=https_only, x_forwarded_proto="https")
    assert (status, headers["strict-transport-security"]) == (200, "max-age=60")
