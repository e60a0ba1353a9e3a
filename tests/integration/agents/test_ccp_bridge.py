"""The page in the desk's hidden frame: whom it lets in, what its policy allows, and that the desk's stays as strict as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
CCP = "https://acme.my.connect.aws/ccp-v2/"


@pytest.fixture(autouse=True)
def streams(settings: Any, tmp_path: Path) -> Path:
    file = tmp_path / "connect-streams-min.js"
    file.write_text("window.connect = {}")
    settings.CCP_CONNECT_CCP_URL, settings.CCP_STREAMS_FILE = CCP, str(file)
    return file


@pytest.fixture
def mira(client: Any) -> Any:
    client.force_login(factories.agent("mira").user)
    return client


def policy(answer: Any) -> dict[str, str]:
    given = answer["Content-Security-Policy"].split(";")
    return {name: rest for name, _, rest in (one.strip().partition(" ") for one in given)}


def test_the_frame_may_hold_exactly_the_ccp_and_only_our_own_pages_may_hold_the_frame(mira):
    answer = mira.get("/desk/connect/")
    assert answer.status_code == 200
    assert policy(answer) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "frame-src": "https://acme.my.connect.aws",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
    }
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_the_desks_policy_is_the_same_with_and_without_a_ccp_beside_it(mira, settings):
    beside = mira.get("/desk/")
    settings.CCP_CONNECT_CCP_URL = ""
    alone = mira.get("/desk/")
    assert policy(beside) == policy(alone)
    assert ("connect-frame" in beside.content.decode(), "connect-frame" in alone.content.decode()) == (True, False)


def test_streams_comes_from_the_operators_file_and_is_asked_for_again_when_that_changes(mira, streams):
    answer = mira.get("/desk/connect/streams.js")
    assert (answer.content, answer["Content-Type"]) == (b"window.connect = {}", "text/javascript; charset=utf-8")
    assert (
        mira.get("/desk/connect/streams.js", headers={"if-modified-since": answer["Last-Modified"]}).status_code == 304
    )
    streams.unlink()
    assert mira.get("/desk/connect/streams.js").status_code == 404


@pytest.mark.parametrize("path", ["/desk/connect/", "/desk/connect/streams.js"])
def test_nobody_gets_it_without_a_login_nor_where_no_ccp_is_named(client, mira, settings, path):
    settings.CCP_CONNECT_CCP_URL = settings.CCP_STREAMS_FILE = ""
    assert mira.get(path).status_code == 404
    client.logout()
    assert client.get(path)["Location"] == f"/login/?next={path}"
