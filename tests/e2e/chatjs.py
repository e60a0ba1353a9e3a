"""A customer on a page that uses the real npm amazon-connect-chatjs, fetched once and checked against its pinned hash."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.emulating import EVENT

PACKAGE = "amazon-connect-chatjs@5.0.0"
INTEGRITY = "sha512-KAL6vMhAPPIkjL5vGje7d2W64gGYcyGJOqtvPskkALzJaJFsIi2imznaT3Ityf/DVtjlV7UxuX6qou3T4ZE4kg=="
BUNDLE = "package/dist/amazon-connect-chat.js"
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "var" / "npm"
PAGES = Path(__file__).parent / "pages"


class NotAvailableError(Exception):
    """The library is neither in the cache nor to be had: the tests that need it cannot run on this machine."""


class WrongHashError(Exception):
    """What came is not the package that was pinned."""


def library(cache: Path = CACHE) -> Path:
    """The library's bundle, from the cache under var/ or fetched by npm; never from an archive with another hash."""
    archive = cache / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.exists():
        fetch(archive)
    verify(archive)
    bundle = archive.with_suffix(".js")
    with tarfile.open(archive) as files:
        content = files.extractfile(BUNDLE)
        assert content is not None, f"{archive} holds no {BUNDLE}"
        with tempfile.NamedTemporaryFile(dir=cache, delete=False) as fresh:  # several workers may be here at once
            fresh.write(content.read())
        Path(fresh.name).replace(bundle)
    return bundle


def fetch(archive: Path) -> None:
    if shutil.which("npm") is None:
        raise NotAvailableError("npm is not installed")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        got = subprocess.run(
            ["npm", "pack", PACKAGE, "--pack-destination", folder],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        packed = list(Path(folder).glob("*.tgz"))
        if got.returncode or not packed:
            raise NotAvailableError(f"npm pack {PACKAGE} failed: {got.stderr.strip()[-400:]}")
        packed[0].replace(archive)


def verify(archive: Path) -> None:
    got = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if got != INTEGRITY:
        raise WrongHashError(
            f"{archive} is not {PACKAGE}: its hash is {got}, pinned is {INTEGRITY}. Delete it to fetch it again."
        )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class calls it so
        """A test's output is no access log."""


@contextmanager
def chatjs_site(cache: Path = CACHE) -> Iterator[str]:
    """A tiny HTTP server on loopback with the page and the library: an origin of its own, as a shop's site would be."""
    bundle = library(cache)
    with tempfile.TemporaryDirectory() as folder:
        for source, name in [
            (PAGES / "chatjs.html", "chatjs.html"),
            (PAGES / "chatjs.js", "chatjs.js"),
            (bundle, "amazon-connect-chat.js"),
        ]:
            shutil.copy(source, Path(folder, name))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/chatjs.html"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class ChatJsCustomer:
    """What a customer does and hears on that page; every wait is on what ChatJS itself reports."""

    def __init__(self, page: Page, site: str, endpoint: str, region: str = "us-east-1") -> None:
        self.page = page
        self.endpoint = endpoint
        self.region = region
        self.started: dict[str, Any] = {}
        page.goto(site)
        page.wait_for_function("window.customer")

    def connect(self, started: dict[str, Any]) -> bool:
        """`started` is the answer of StartChatContact."""
        self.started = started
        details = {key: started[key] for key in ("ContactId", "ParticipantId", "ParticipantToken")}
        return bool(self.page.evaluate("(args) => customer.connect(...args)", [self.endpoint, self.region, details]))

    def send(self, text: str) -> dict[str, Any]:
        return dict(self.page.evaluate("(text) => customer.sendMessage(text)", text))

    def type(self) -> dict[str, Any]:
        return dict(self.page.evaluate("() => customer.sendTyping()"))

    def transcript(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("() => customer.getTranscript()"))

    def end(self) -> None:
        self.page.evaluate("() => customer.disconnectParticipant()")

    def log(self, what: str) -> list[Any]:
        """Everything ChatJS has reported of this kind: message, typing, read, delivered, established, lost, broken, ended."""
        return list(
            self.page.evaluate("(what) => customer.log.filter((one) => one.what === what).map((one) => one.data)", what)
        )

    def texts(self) -> list[str]:
        return [item["Content"] for item in self.log("message") if item.get("Type") == "MESSAGE"]

    def events(self) -> list[tuple[str, str]]:
        """(event, role) of what onMessage was told besides messages."""
        return [
            (item["ContentType"].removeprefix(EVENT), item["ParticipantRole"])
            for item in self.log("message")
            if item["Type"] == "EVENT"
        ]

    def wait_for(self, what: str, times: int = 1, seconds: float = 15) -> list[Any]:
        self.page.wait_for_function(
            "([what, times]) => customer.log.filter((one) => one.what === what).length >= times",
            arg=[what, times],
            timeout=seconds * 1000,
        )
        return self.log(what)

    def wait_for_text(self, text: str, seconds: float = 15) -> dict[str, Any]:
        found = "(text) => customer.log.find((one) => one.what === 'message' && one.data.Content === text)?.data"
        return dict(self.page.wait_for_function(found, arg=text, timeout=seconds * 1000).json_value())
