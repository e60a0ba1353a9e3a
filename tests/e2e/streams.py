"""An integrator's page with the real npm amazon-connect-streams and ChatJS, on another site than the emulator's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.chatjs import CHATJS_5, PAGES, Package, library, site


def streams(version: str, integrity: str) -> Package:
    return Package(version, integrity, "amazon-connect-streams", "package/release/connect-streams-min.js")


NEWEST = streams(
    "2.28.2", "sha512-YbGgGBmva2f9bUJEy8e/QLDbOLKO0WdaTh7c1slVdExn961BMR+sCa2ObbCt0JfcZeAbIWgKqiTaNA8hEmjQ4g=="
)
OLDER = [  # 2.17 was never published
    streams("1.8.3", "sha512-l/00ckZY42T6Jppfp5Xjlm3GtoYgi6DDb9JCSKwgXAk4a6D5QwWTmvyUYngtuTJfLq3o5h7afQzFIacB2/fRiQ=="),
    streams("2.7.4", "sha512-18UrtiVcuHvI/WQ+ILhO7nX1b2UtVIQ0oJXTguGtjwWvXhDM+Cci1s6scpkOwlEMfLnvPz/Gwcfu8U5gW9nhDQ=="),
    streams(
        "2.14.0", "sha512-WPzhOFwdMch8yosU2qszsBMfDFoxAHMFLr1COKDMTpvmL6QaRkJNHvRYj3TBIrpov28IO+HEoiLI9DeRf01akw=="
    ),
    streams(
        "2.16.0", "sha512-gt66qzBvSe4F7C4zv3mUDUQRFudlbN5AaorqDXlS3/Y5zWBy14NBz5Gum+EJ/f55nRNYlmNHUljB1JM8oMJOuQ=="
    ),
    streams(
        "2.18.1", "sha512-VgcMQi21C8/i6pqW+WiLDlYzxJUdkxtgeaXlIP5ztUS5GcMzCQJLZVAIB/76M5HqdRwrSiayjN4poLIM2DnG3g=="
    ),
]


@contextmanager
def streams_site(package: Package) -> Iterator[str]:
    """The page's address: by the name localhost, which is another site than 127.0.0.1."""
    pages = {name: PAGES / name for name in ("streams.html", "streams.js")}
    libraries = {"amazon-connect-streams.js": library(package), "amazon-connect-chat.js": library(CHATJS_5)}
    with site({**pages, **libraries}) as url:
        yield f"{url.replace('127.0.0.1', 'localhost')}/streams.html"


class Crm:
    """What an agent does on that page; every wait is on what Streams itself reports."""

    def __init__(self, page: Page, where: str, emulator_url: str, path: str = "/connect/ccp-v2/", **more: Any) -> None:
        self.page = page
        page.goto(where)
        page.evaluate("(args) => crm.start(...args)", [f"{emulator_url}{path}", emulator_url, more])

    @property
    def frame(self) -> FrameLocator:
        return self.page.frame_locator("#ccp iframe")

    def do(self, javascript: str, *args: Any) -> Any:
        """An expression of `crm` and `args`."""
        return self.page.evaluate(f"(args) => {javascript}", list(args))

    def ask(self, on: str, name: str, *args: Any) -> Any:
        """A method of the agent or of a contact that takes callbacks: what success was given, or {"failed": …}."""
        return self.do(f"crm.ask({on}, args[0], ...args.slice(1))", name, *args)

    def log(self, what: str) -> list[Any]:
        return list(self.do("crm.log.filter((one) => one.what === args[0]).map((one) => one.data)", what))

    def order(self, *names: str) -> list[str]:
        """Which of these have happened, in their order."""
        return list(self.do("crm.log.map((one) => one.what).filter((what) => args.includes(what))", *names))

    def wait_for(self, what: str, data: Any = None, times: int = 1, seconds: float = 30) -> None:
        self.page.wait_for_function(
            "([what, data, times]) => crm.log.filter((one) => one.what === what && (data === null"
            " || JSON.stringify(one.data) === JSON.stringify(data))).length >= times",
            arg=[what, data, times],
            timeout=seconds * 1000,
        )

    def wait_for_text(self, text: str) -> dict[str, Any]:
        found = "(text) => crm.log.find((one) => one.what === 'onMessage' && one.data.Content === text)?.data"
        return dict(self.page.wait_for_function(found, arg=text, timeout=30_000).json_value())

    def until(self, javascript: str, *args: Any) -> Any:
        return self.page.wait_for_function(f"(args) => {javascript}", arg=list(args), timeout=30_000).json_value()

    def shows(self, text: str) -> None:
        expect(self.frame.get_by_text(text, exact=True)).to_be_visible()
