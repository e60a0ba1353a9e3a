"""The wallboard in a real Chromium: it lives, says when it is old or taken away, and is read from afar on any screen."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e.accessible import found_in_both_themes
from tests.e2e.browsing import window
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
MAKE = """
from django.utils import timezone
from agents.models import Wallboard
from chats.models import Queue
one = Wallboard(name="Customer care")
print("token", one.new_token(timezone.now()))
one.save()
second = Queue.objects.create(name="Lamps", public_name="Lamps")
one.queues.set(Queue.objects.all())
"""
TELEVISION = {"width": 1920, "height": 1080}


def test_a_screen_on_the_wall_shows_figures_for_days(chromium_once: Browser, lone_portal: RunningPortal) -> None:
    token = re.search(r"token (\S+)", lone_portal.shell(MAKE))
    assert token is not None
    cut: list[bool] = []
    versions: list[str] = []

    def answer(route: Route) -> None:
        if cut:
            route.abort()
            return
        response = route.fetch()
        told: dict[str, Any] = response.json()
        route.fulfill(response=response, json={**told, **({"version": versions[-1]} if versions else {})})

    with window(chromium_once, viewport=TELEVISION, reduced_motion="reduce") as page:
        page.clock.install()
        page.route("**/wallboard/figures/", answer)
        page.goto(f"{lone_portal.url}/wallboard/#{token[1]}")
        expect(page.locator("h1")).to_have_text("Customer care")
        expect(page.locator("#kpis div")).to_have_count(5)
        expect(page.locator("#queues tbody th")).to_have_count(2)
        assert found_in_both_themes(page, "body") == []
        for width, height in ((3840, 2160), (1024, 768), (390, 844), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        number = page.locator("#kpis dd.num").first
        assert number.evaluate("number => parseFloat(getComputedStyle(number).fontSize)") > 80

        cut.append(True)
        page.clock.run_for(13_000)
        expect(page.locator("#told")).to_contain_text("No connection since")
        cut.clear()
        page.clock.run_for(3_000)
        expect(page.locator("#told")).to_be_hidden()

        page.evaluate("() => { window.before = true }")
        versions.append("another")
        page.clock.run_for(3_000)
        page.wait_for_function("() => window.before === undefined")
        versions.clear()
        expect(page.locator("h1")).to_have_text("Customer care")

        lone_portal.shell("from agents.models import Wallboard; Wallboard.objects.all().delete()")
        page.clock.run_for(3_000)
        expect(page.locator("#told")).to_contain_text("no such wallboard any more")
        expect(page.locator("#wall")).to_be_hidden()
