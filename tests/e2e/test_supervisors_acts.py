"""What supervisors are told and do, in a real Chromium on real rows: alerts, forced states, lost rights, two at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.accessible import found
from tests.e2e.browsing import window
from tests.e2e.desks import DeskPage
from tests.e2e.test_contact_list import EARS, LOOK
from tests.emulating import free_port
from tests.portal import PASSWORD, RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZE = {"width": 1440, "height": 900}
# Of the demo's people jonas supervises as well; noor is an agent who supervises. Nobody is offered anything.
PEOPLE = f"""
from django.contrib.auth.models import Group, User
from chats.models import Queue
from agents.models import Agent
from tests import factories
supervisors = Group.objects.get(name="Supervisors")
noor = factories.agent("noor", profile=Agent.objects.first().routing_profile, first_name="Noor", last_name="Haddad", in_state="Offline")
noor.user.set_password({PASSWORD!r}); noor.user.save()
for user in (noor.user, User.objects.get(username="jonas")):
    user.groups.add(supervisors)
factories.queue("Claims").readers.add(supervisors)
"""
ROWS = """
import itertools
from datetime import timedelta
from django.utils import timezone
from django.contrib.auth.models import Group, User
from agents.models import Agent, AgentContact, Alert, Threshold
from chats.contact_state import Move
from chats.models import Contact, Queue
from tests import factories
now = timezone.now()
factories._numbers = itertools.count(int(now.timestamp() * 1000))  # no two processes make rows of the same number
ago = lambda **by: now - timedelta(**by)
def waits(name, queue="Claims"):
    c = factories.contact(name, state="JOINING", queue=Queue.objects.get(name=queue), handed_over_at=ago(minutes=2))
    c.move(Move.JOINED, ago(minutes=2))
    return c
def served(name, by, queue="Returns"):
    c, agent = waits(name, queue), Agent.objects.get(user__username=by)
    c.move(Move.ACCEPT, ago(minutes=1), owner=agent.user)
    AgentContact.objects.create(agent=agent, contact=c, round=1, state="connected", offered_at=ago(minutes=1), accepted_at=ago(minutes=1))
    Agent.objects.filter(pk=agent.pk).update(load=agent.load + 1)
    factories.item(c, f"{name} is here")
    return c
def named(name):
    return Contact.objects.get(conversation__customer_name=name)
"""
# As with CCP_WATCH_ASKS_PURPOSE, which is for a whole portal.
ASKS_PURPOSE = """
const parse = JSON.parse
JSON.parse = (text, ...more) => {
  const found = parse(text, ...more)
  if (found?.supervision) found.supervision.asksPurpose = true
  return found
}
"""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPortal]:
    quiet = {"CCP_SNS_CERT": "", "CCP_POLL_SECONDS": "1.5"}
    with RunningPortal(tmp_path_factory.mktemp("acts"), free_port(), environment=quiet) as running:
        running.shell(PEOPLE)
        yield running


@pytest.fixture
def windows(chromium_once: Browser) -> Iterator[Windows]:
    with ExitStack() as stack:
        yield Windows(chromium_once, stack)


class Windows:
    """Browser windows of different people, closed when the test is over."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser, self._stack = browser, stack

    def new(self, **look: object) -> Page:
        return self._stack.enter_context(window(self._browser, **{"viewport": SIZE, **look}))

    def floor(self, portal: RunningPortal, username: str, page: Page | None = None) -> Page:
        page = page or self.new()
        page.goto(f"{portal.url}/login/?next=/floor/%3Fown%3D0")
        page.locator("[name=username]").press_sequentially(username)
        page.locator("[name=password]").press_sequentially(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/floor/**")
        expect(page.locator("#floor")).not_to_have_attribute("aria-busy", "true")
        return page

    def desk(self, portal: RunningPortal, username: str) -> DeskPage:
        return DeskPage(self.new(), portal).log_in(username)


def do(portal: RunningPortal, code: str) -> None:
    portal.shell(ROWS + code)


def row(page: Page, table: str, name: str) -> Locator:
    return page.locator(f"#{table} tbody tr").filter(has_text=name)


def act(page: Page, table: str, name: str, action: str) -> Locator:
    """The dialog of an action, opened by keys."""
    row(page, table, name).locator("button[data-act]").focus()
    page.keyboard.press("Enter")
    choice = page.get_by_role("menuitem", name=action)
    expect(choice).to_be_visible()
    for _ in range(12):
        if choice.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.locator("#act-dialog")
    expect(dialog).to_be_visible()
    return dialog


def test_an_alert_fires_once_says_when_it_is_over_and_keeps_its_history(
    portal: RunningPortal, windows: Windows
) -> None:
    page = windows.new()
    page.add_init_script(EARS)
    windows.floor(portal, "ida", page)
    page.evaluate(LOOK, True)
    do(
        portal,
        "Threshold.objects.create(queue=Queue.objects.get(name='Claims'), kind='waiting', limit=2); waits('Al'); waits('Bo')",
    )
    words = "Claims: 2 contacts or more wait"
    standing, over = page.locator("#alerts .alert:not(.is-over)"), page.locator("#alerts .alert.is-over")
    expect(standing).to_have_text(re.compile(words))
    page.wait_for_function("words => window.heard.popups.length === 1 && window.heard.popups[0] === words", arg=words)
    expect(page.locator("#passed tbody tr")).to_have_text(re.compile(r"Claims.*still", re.DOTALL))
    do(portal, "waits('Cy')")
    expect(row(page, "queues", "Claims").locator("td").first).to_contain_text("3")
    expect(standing).to_have_count(1)
    do(portal, "[named(one).move(Move.END, now, end_reason='customer') for one in ('Al', 'Bo', 'Cy')]")
    expect(over).to_have_text(re.compile(f"{words}.*over", re.DOTALL))
    expect(page.locator("#announce")).to_contain_text(f"Over: {words}")
    expect(page.locator("#passed tbody tr")).not_to_contain_text("still")
    assert page.evaluate("window.heard.popups") == [words]
    assert found(page) == []


def test_a_forced_state_names_each_contact_is_told_and_holds_on_every_device(
    portal: RunningPortal, windows: Windows
) -> None:
    do(portal, "served('Dana Field', 'mira'); served('Emil Ost', 'mira')")
    desks = [windows.desk(portal, "mira"), windows.desk(portal, "mira")]
    desks[0].go("Available")
    floor = windows.floor(portal, "ida")
    dialog = act(floor, "agents", "Mira Okafor", "Set state…")
    expect(dialog.locator(".act__fates li")).to_have_text(
        [re.compile("Dana Field stays with Mira Okafor"), re.compile("Emil Ost stays with Mira Okafor")]
    )
    expect(dialog.locator("select[name=state]")).to_be_focused()
    floor.keyboard.type("Break")
    floor.keyboard.press("Tab")  # the radio buttons
    floor.keyboard.press("Tab")
    floor.keyboard.type("Lunch is late")
    assert found(floor) == []
    floor.keyboard.press("Tab")
    floor.keyboard.press("Tab")
    floor.keyboard.press("Enter")
    expect(floor.locator("#notice")).to_contain_text("The state is set.")
    expect(floor.locator("#notice")).to_contain_text("Dana Field stayed.")
    for desk in desks:
        expect(desk.page.locator("#state-button")).to_contain_text("Break")
        expect(desk.page.locator("#notice")).to_contain_text("Ida Reuter")
        expect(desk.page.locator("#notice")).to_contain_text("Lunch is late")
    desks[1].page.reload()
    desks[1].live()
    expect(desks[1].page.locator("#state-button")).to_contain_text("Break")
    desks[1].go("Available")  # the agent is free to choose another


def test_a_forced_sign_out_names_contacts_and_watchers_and_ends_every_device(
    portal: RunningPortal, windows: Windows
) -> None:
    do(portal, "served('Finn Roth', 'mira')")
    desks = [windows.desk(portal, "mira"), windows.desk(portal, "mira")]
    desks[0].go("Break")
    watcher = windows.floor(portal, "noor")
    row(watcher, "contacts", "Finn Roth").locator("a").press("Enter")
    expect(watcher.locator("#rows")).to_contain_text("Finn Roth is here")
    floor = windows.floor(portal, "ida")
    expect(row(floor, "contacts", "Finn Roth")).to_contain_text("Watched by Noor Haddad")
    dialog = act(floor, "agents", "Mira Okafor", "Sign out…")
    fate = dialog.locator(".act__fates li").filter(has_text="Finn Roth")
    expect(fate).to_have_text(
        "Finn Roth goes back to Returns, first in line. Watched by Noor Haddad, who go on watching."
    )
    dialog.locator("[name=openContacts][value=requeue]").focus()
    floor.keyboard.press("ArrowUp")
    expect(fate).to_contain_text("Finn Roth stays with Mira Okafor.")
    floor.keyboard.press("ArrowDown")
    dialog.get_by_role("button", name="Sign out").focus()
    floor.keyboard.press("Enter")
    expect(floor.locator("#notice")).to_contain_text("Finn Roth waits in the queue again.")
    for desk in desks:
        desk.page.wait_for_url("**/login/**")
    expect(watcher.locator("#head")).to_contain_text("Waiting for an agent")
    expect(watcher.locator("#rows")).to_contain_text("Finn Roth is here")
    expect(row(floor, "contacts", "Finn Roth")).to_contain_text("nobody yet")


def test_who_loses_the_right_while_watching_sees_nothing_more(portal: RunningPortal, windows: Windows) -> None:
    do(portal, "served('Gus Lang', 'jonas', 'Claims'); Group.objects.create(name='Of Claims')")
    do(
        portal,
        "of = Group.objects.get(name='Of Claims'); of.user_set.add(User.objects.get(username='ayo')); User.objects.get(username='ayo').groups.set([of]); Queue.objects.get(name='Claims').readers.add(of)",
    )
    page = windows.floor(portal, "ayo")
    row(page, "contacts", "Gus Lang").locator("a").press("Enter")
    expect(page.locator("#rows")).to_contain_text("Gus Lang is here")
    do(portal, "Queue.objects.get(name='Claims').readers.remove(Group.objects.get(name='Of Claims'))")
    expect(page.locator("#nothing")).to_contain_text("You may not see this contact any more.", timeout=5_000)
    expect(page.locator("#watch-name")).to_have_text("")
    expect(row(page, "contacts", "Gus Lang")).to_have_count(0, timeout=5_000)
    expect(page.locator("body")).not_to_contain_text("Gus Lang is here")
    do(portal, "served('Hana Seo', 'jonas', 'Claims')")
    do(portal, "factories.item(named('Gus Lang'), 'nobody reads this here')")
    expect(page.locator("body")).not_to_contain_text("nobody reads this here")
    expect(row(page, "contacts", "Hana Seo")).to_have_count(0)


def test_of_two_supervisors_who_take_over_at_once_one_does_and_the_other_is_told(
    portal: RunningPortal, windows: Windows
) -> None:
    do(portal, "served('Ivo Blau', 'mira')")
    pages = [windows.floor(portal, "noor"), windows.floor(portal, "jonas")]
    dialogs = [act(page, "contacts", "Ivo Blau", "Take over") for page in pages]
    for page, dialog in zip(pages, dialogs, strict=True):
        dialog.get_by_role("button", name="Take over").focus()
        page.keyboard.press("Enter")
    told = pages[1].locator("#act-dialog [role=alert]")
    expect(told).to_contain_text("Noor Haddad")
    expect(pages[0].locator("#notice")).to_contain_text("The contact is yours")
    for page in pages:
        expect(row(page, "contacts", "Ivo Blau")).to_contain_text("Noor Haddad")
    assert found(pages[1]) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("named(NAME).move(Move.END, now, end_reason='customer')", "not possible any more"),
        ("c = named(NAME); c.move(Move.REQUEUE, now, owner=None)", "Meanwhile"),
        (
            "c = named(NAME); Contact.objects.filter(pk=c.pk).update(owner=User.objects.get(username='jonas'))",
            "Jonas Kessler",
        ),
    ],
    ids=["ended", "requeued", "transferred"],
)
def test_what_changes_while_a_supervisor_steps_in_is_told_as_it_is_now(
    portal: RunningPortal, windows: Windows, change: str, told: str
) -> None:
    name = f"Kim {told.split(maxsplit=1)[0]}"
    do(portal, f"served({name!r}, 'mira')")
    page = windows.floor(portal, "noor")
    dialog = act(page, "contacts", name, "Take over")
    do(portal, f"NAME = {name!r}; {change}")
    dialog.get_by_role("button", name="Take over").focus()
    page.keyboard.press("Enter")
    expect(dialog.locator("[role=alert]")).to_contain_text(told)


def test_several_are_chosen_by_keys_and_acted_on_at_once(portal: RunningPortal, windows: Windows) -> None:
    do(portal, "waits('Lou Aber'); waits('Lou Berg'); waits('Lou Cain')")
    page = windows.floor(portal, "ida")
    page.locator("#floor-search").press_sequentially("lou")
    expect(page.locator("#contacts tbody tr")).to_have_count(3)
    row(page, "contacts", "Lou Aber").locator("a").focus()
    page.keyboard.press("x")
    row(page, "contacts", "Lou Berg").locator("[data-choose]").focus()
    page.keyboard.press("Space")
    expect(page.locator("#contacts .chosen")).to_contain_text("2 chosen")
    assert found(page) == []
    page.locator("#contacts .chosen [data-at=act]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Take over")).to_have_count(0)
    page.get_by_role("menuitem", name="Priority…").press("Enter")
    dialog = page.locator("#act-dialog")
    expect(dialog.locator(".act__names li")).to_have_text(["Lou Aber", "Lou Berg"])
    page.keyboard.press("Home")
    dialog.get_by_role("button", name="Set priority").press("Enter")
    expect(page.locator("#notice")).to_contain_text("The priority is set.")
    expect(page.locator("#contacts .chosen")).to_be_hidden()
    of = "from chats.models import Contact; print(list(Contact.objects.filter(conversation__customer_name__startswith='Lou').order_by('conversation__customer_name').values_list('priority', flat=True)))"
    assert portal.shell(of) == "[1, 1, 5]"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_in_german_one_watches_and_steps_in(portal: RunningPortal, windows: Windows, scheme: str) -> None:
    name = f"Uwe {scheme}"
    do(portal, f"served({name!r}, 'mira')")
    phone = windows.new(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    phone.context.add_cookies([{"name": "django_language", "value": "de", "url": portal.url}])
    windows.floor(portal, "ida", phone)
    row(phone, "contacts", name).locator("a").press("Enter")
    expect(phone.locator("#rows")).to_contain_text(f"{name} is here")
    expect(phone.locator("#how")).to_contain_text("Sie sehen zu.")
    assert found(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.locator("#join").press("Enter")
    expect(phone.locator("#barge-dialog")).to_be_visible()
    assert found(phone) == []
    phone.keyboard.press("Escape")
    phone.locator("#step-in [data-at=more]").press("Enter")
    phone.get_by_role("menuitem", name="Chat beenden").press("Enter")
    expect(phone.locator("#act-dialog")).to_be_visible()
    assert found(phone) == []
    phone.keyboard.press("Escape")
    phone.locator("#watch-close").press("Enter")
    expect(phone.locator("#contacts")).to_be_visible()


def test_who_has_to_say_what_for_says_it_before_each_watch_and_the_agent_reads_it(
    portal: RunningPortal, windows: Windows
) -> None:
    do(portal, "served('Vera Holt', 'mira'); served('Vera Jung', 'mira')")
    page = windows.new()
    page.add_init_script(ASKS_PURPOSE)
    windows.floor(portal, "ida", page)
    for name, purpose in (("Vera Holt", "Coaching"), ("Vera Jung", "Complaint")):
        row(page, "contacts", name).locator("a").press("Enter")
        expect(page.locator("#purpose-words")).to_be_focused()
        assert found(page) == []
        page.keyboard.type(purpose)
        page.keyboard.press("Enter")
        expect(page.locator("#rows")).to_contain_text(f"{name} is here")
    mira = windows.desk(portal, "mira")
    mira.page.goto(f"{portal.url}/desk/watched/")
    seen = mira.page.locator("#watched tbody tr")
    expect(seen.filter(has_text="Vera Holt")).to_contain_text("Coaching")
    expect(seen.filter(has_text="Vera Jung")).to_contain_text("Complaint")
    assert found(mira.page) == []
