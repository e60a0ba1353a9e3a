"""One real Chromium for a test: headless, quiet on the network, and its pages' errors are the test's errors."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


def missing(what: str) -> None:
    """A machine without it skips; CI does not."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI needs {what}")
    pytest.skip(f"needs {what}")


@contextmanager
def chromium() -> Iterator[Browser]:
    found = _program()
    if found is None:
        missing("Chromium (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGS)
        yield browser
        browser.close()


def another(browser: Browser) -> Browser:
    """One more Chromium, with processes of its own, beside this one. Whoever asks closes it."""
    return browser.browser_type.launch(executable_path=_program(), args=ARGS)


def _program() -> str | None:
    return CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium") or shutil.which("google-chrome")


@contextmanager
def window(browser: Browser, **options: object) -> Iterator[Page]:
    """A fresh profile with one page. A page that throws fails the test."""
    context: BrowserContext = browser.new_context(locale="en-GB", **options)  # type: ignore[arg-type] -- Playwright's own names
    page = context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    yield page
    context.close()
    assert thrown == [], "the page threw"
