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
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.emulating import EVENT

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "var" / "npm"
PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Package:
    """One release, and what npm says its archive hashes to."""

    version: str
    integrity: str
    name: str = "amazon-connect-chatjs"
    bundle: str = "package/dist/amazon-connect-chat.js"

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


CHATJS_2 = Package(  # the last with AWS SDK 2, and still what older shops have on their pages
    "2.3.2", "sha512-0IA/fnKWsgx70Qq9UKTZpEJMmUizM+TdfCQT7n/FNbsjt99wd+CdSI8OHVmPU6ZLsy1kRAKGIvC/GJC3Hh301Q=="
)
CHATJS_5 = Package(
    "5.0.0", "sha512-KAL6vMhAPPIkjL5vGje7d2W64gGYcyGJOqtvPskkALzJaJFsIi2imznaT3Ityf/DVtjlV7UxuX6qou3T4ZE4kg=="
)


class NotAvailableError(Exception):
    """The library is neither in the cache nor to be had: the tests that need it cannot run on this machine."""


class WrongHashError(Exception):
    """What came is not the package that was pinned."""


def library(package: Package, cache: Path = CACHE) -> Path:
    """The library's bundle, from the cache under var/ or fetched by npm; never from an archive with another hash."""
    archive = cache / f"{package}.tgz".replace("@", "-")
    if not archive.exists():
        fetch(package, archive)
    verify(package, archive)
    bundle = archive.with_suffix(".js")
    with tarfile.open(archive) as files:
        content = files.extractfile(package.bundle)
        assert content is not None, f"{archive} holds no {package.bundle}"
        with tempfile.NamedTemporaryFile(dir=cache, delete=False) as fresh:  # several workers may be here at once
            fresh.write(content.read())
        Path(fresh.name).replace(bundle)
    return bundle


def fetch(package: Package, archive: Path) -> None:
    if shutil.which("npm") is None:
        raise NotAvailableError("npm is not installed")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        got = subprocess.run(
            ["npm", "pack", str(package), "--pack-destination", folder],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        packed = list(Path(folder).glob("*.tgz"))
        if got.returncode or not packed:
            raise NotAvailableError(f"npm pack {package} failed: {got.stderr.strip()[-400:]}")
        packed[0].replace(archive)


def verify(package: Package, archive: Path) -> None:
    got = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if got != package.integrity:
        raise WrongHashError(
            f"{archive} is not {package}: its hash is {got}, pinned is {package.integrity}. Delete it to fetch it again."
        )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class calls it so
        """A test's output is no access log."""


@contextmanager
def chatjs_site(package: Package = CHATJS_5, cache: Path = CACHE) -> Iterator[str]:
    """A tiny HTTP server on loopback with the page and the library: an origin of its own, as a shop's site would be."""
    pages = {name: PAGES / name for name in ("chatjs.html", "chatjs.js")}
    with site({**pages, "amazon-connect-chat.js": library(package, cache)}) as url:
        yield f"{url}/chatjs.html"


@contextmanager
def site(files: dict[str, Path]) -> Iterator[str]:
    """Serves copies of these files, by their names there."""
    with tempfile.TemporaryDirectory() as folder:
        for name, source in files.items():
            shutil.copy(source, Path(folder, name))
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
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

    def connect(self, started: dict[str, Any], type: str = "CUSTOMER") -> bool:  # noqa: A002 -- ChatJS calls it so
        """`started` is the answer of StartChatContact; of an agent, the same members."""
        self.started = started
        details = {key: started[key] for key in ("ContactId", "ParticipantId", "ParticipantToken")} | {"Type": type}
        return bool(self.page.evaluate("(args) => customer.connect(...args)", [self.endpoint, self.region, details]))

    def send(self, text: str, content_type: str = "text/plain") -> dict[str, Any]:
        return dict(self.page.evaluate("(args) => customer.sendMessage(...args)", [text, content_type]))

    def type(self) -> dict[str, Any]:
        return dict(self.page.evaluate("() => customer.sendTyping()"))

    def acknowledge(self, message_id: str, what: str = "read") -> None:
        """Sends a receipt: read or delivered."""
        self.page.evaluate("(args) => customer.sendReceipt(...args)", [what, message_id])

    def attach(self, name: str, content_type: str, content: bytes) -> None:
        coded = base64.b64encode(content).decode()
        self.page.evaluate("(args) => customer.sendAttachment(...args)", [name, content_type, coded])

    def download(self, attachment_id: str) -> bytes:
        return base64.b64decode(self.page.evaluate("(id) => customer.downloadAttachment(id)", attachment_id))

    def refusal(self, verb: str, args: dict[str, Any] | None = None) -> Any:
        """What ChatJS rejects a call with; its stack and metadata left out."""
        return self.page.evaluate("([verb, args]) => customer.refusal(verb, args)", [verb, args or {}])

    def transcript(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("() => customer.getTranscript()"))

    def connections(self) -> int:
        """How often ChatJS has called CreateParticipantConnection."""
        asked = "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('/participant/connection')).length"
        return int(self.page.evaluate(asked))

    def end(self) -> None:
        self.page.evaluate("() => customer.disconnectParticipant()")

    def log(self, what: str) -> list[Any]:
        """Everything ChatJS has reported of this kind: message, typing, read, delivered, idle, returned, autodisconnection,
        established, healthy, lost, broken, ended.
        """
        return list(
            self.page.evaluate("(what) => customer.log.filter((one) => one.what === what).map((one) => one.data)", what)
        )

    def texts(self) -> list[str]:
        return [item["Content"] for item in self.log("message") if item.get("Type") == "MESSAGE"]

    def events(self) -> list[tuple[str, str | None]]:
        """(event, role) of what onMessage was told besides messages."""
        return [
            (item["ContentType"].removeprefix(EVENT), item.get("ParticipantRole"))
            for item in self.log("message")
            if item["Type"] == "EVENT"
        ]

    def wait_for(self, what: str, times: int = 1, seconds: float = 30) -> list[Any]:
        self.page.wait_for_function(
            "([what, times]) => customer.log.filter((one) => one.what === what).length >= times",
            arg=[what, times],
            timeout=seconds * 1000,
        )
        return self.log(what)

    def wait_for_text(self, text: str, seconds: float = 30) -> dict[str, Any]:
        found = "(text) => customer.log.find((one) => one.what === 'message' && one.data.Content === text)?.data"
        return dict(self.page.wait_for_function(found, arg=text, timeout=seconds * 1000).json_value())
