"""Routing over real wires: what a tab tells of an offer, work after a contact, attributes, presence, a killed worker."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulating import INSTANCE, customer, eventually
from tests.frames import is_of_the_protocol
from tests.portal import Answer, Desk, Product

QUICK = {"CCP_ASK_SECONDS": "0.5", "CCP_LEASE_SECONDS": "9"}  # the clock turned: five times as fast
SEED = """
from agents.models import Disposition, QuickResponse, RoutingProfile
from chats.models import Queue
for place, name in enumerate(["Solved", "Refund"]):
    Disposition.objects.create(name=name, order=place)
QuickResponse.objects.create(shortcut="hi", name="Greeting", content="Good morning {customer}, I am {agent}. {link}")
Queue.objects.update(disposition_required=True)
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with Product(tmp_path_factory.mktemp("routing"), portal_environment=QUICK) as product:
        product.portal.shell(SEED)
        yield product


@pytest.fixture
def mira(running: Product) -> Iterator[Desk]:
    with running.portal.desk("mira") as mira:
        mira.available()
        yield mira
        for contact_id, part in dict(mira.held.agent_contacts).items():
            if part["state"] == "connected":
                mira.call("destroyConnection", contactId=contact_id)
            mira.call("clearContact", contactId=contact_id, disposition="Solved")
        mira.call("setAgentState", state="Offline", enqueueNextState=True)


def story(product: Product, contact_id: str) -> list[str]:
    code = f"""
import json
from agents.models import AgentContact
print(json.dumps([one["what"] for one in AgentContact.objects.filter(contact="{contact_id}").latest("pk").offer_events]))
"""
    told: list[str] = json.loads(product.portal.shell(code))
    return told


def tell(desk: Desk, method: str, **params: Any) -> None:
    """A notification: no answer comes."""
    desk.send(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}))


def test_a_tab_tells_that_it_shows_an_offer_and_another_tab_that_it_went(running: Product, mira: Desk) -> None:
    with running.portal.desk("mira") as second, customer(running.emulator, "Ada", "hello"):
        contact_id = mira.offered()
        tell(mira, "offerSeen", contactId=contact_id, visible=False)
        tell(mira, "offerSeen", contactId=contact_id, visible=True)
        mira.call("ping")
        second.cut()
        eventually(lambda: "socketDown" in story(running, contact_id), 15, "the line that went down is told")
        mira.call("rejectContact", contactId=contact_id)
        assert story(running, contact_id) == ["sent", "painted", "hidden", "shown", "socketDown", "declined"]


def test_work_after_a_contact_says_what_came_of_it(running: Product, mira: Desk) -> None:
    with customer(running.emulator, "Ada", "hello"):
        contact_id = mira.accept()
        assert mira.call("getDispositions", contactId=contact_id) == {
            "dispositions": ["Solved", "Refund"],
            "required": True,
        }
        ready = mira.call("getQuickResponses", contactId=contact_id)["quickResponses"]
        assert {"shortcut": "hi", "name": "Greeting", "content": "Good morning Ada, I am Mira. {link}"} in ready
        assert [one["shortcut"] for one in ready] == ["bye", "hello", "hi", "moment", "photo", "track"]
        mira.call("destroyConnection", contactId=contact_id)
        for params, reason in [({}, "dispositionRequired"), ({"disposition": "Fax"}, "dispositionNotFound")]:
            with pytest.raises(Answer) as refused:
                mira.call("clearContact", contactId=contact_id, **params)
            assert refused.value.reason == reason
        mira.call("clearContact", contactId=contact_id, disposition="Refund", note="Sent today.")
        mira.until(lambda held: contact_id not in held.agent_contacts, "the card leaves")
        with pytest.raises(Answer) as refused:
            mira.call("getDispositions", contactId=contact_id)
        assert refused.value.reason == "contactNotFound"


def test_attributes_are_read_again_when_the_contact_is_viewed(running: Product, mira: Desk) -> None:
    with customer(running.emulator, "Ada", "hello") as ada:
        contact_id = mira.accept()
        running.emulator.client("connect").update_contact_attributes(
            InstanceId=INSTANCE, InitialContactId=ada.contact_id, Attributes={"connect_order": "4711"}
        )
        mira.call("viewContact", contactId="")
        with running.portal.desk("mira") as other:  # the tab that accepted has asked less than 10 s ago
            other.call("viewContact", contactId=contact_id)
            mira.until(
                lambda held: held.contacts[contact_id]["attributes"].get("connect_order") == "4711", "the new attribute"
            )


def test_references_are_read_again_when_the_contact_is_viewed_and_a_refusal_costs_nothing_else(
    running: Product, mira: Desk
) -> None:
    connect = running.emulator.client("connect")
    with customer(running.emulator, "Ada", "hello") as ada, running.portal.desk("mira") as other:
        contact_id = mira.accept()

        def learns(**given: Any) -> None:
            connect.update_contact(InstanceId=INSTANCE, ContactId=ada.contact_id, References=given)

        def values() -> dict[str, str]:
            return {one["name"]: one["value"] for one in mira.held.contacts[contact_id]["references"]}

        learns(Order={"Type": "URL", "Value": "https://shop.example/7"}, Items={"Type": "NUMBER", "Value": "2"})
        other.call("viewContact", contactId=contact_id)
        mira.until(lambda _: values() == {"Items": "2", "Order": "https://shop.example/7"}, "the references")
        for frame in [one for one in mira.frames if one["method"] == "contact"]:
            is_of_the_protocol(frame)
        with running.portal.desk("mira") as fresh:
            assert fresh.held.contacts[contact_id] == mira.held.contacts[contact_id]
            refuse(running, "ListContactReferences")
            learns(Items={"Type": "NUMBER", "Value": "3"})
            connect.update_contact_attributes(
                InstanceId=INSTANCE, InitialContactId=ada.contact_id, Attributes={"connect_order": "7"}
            )
            fresh.call("viewContact", contactId=contact_id)
            mira.until(lambda held: held.contacts[contact_id]["attributes"].get("connect_order") == "7", "attributes")
        eventually(lambda: told_in_the_log(running) == 1, 10, "the refusal is told in the log")
        with running.portal.desk("mira") as later:  # a tab that has not asked yet: nobody is asked for the next while
            later.call("viewContact", contactId=contact_id)
            mira.say(contact_id, "good morning")
            ada.wait_for_text("good morning")
        assert (values()["Items"], told_in_the_log(running)) == ("2", 1)


def refuse(product: Product, operation: str) -> None:
    """As AWS does when the portal's role lacks the permission."""
    product.emulator.control("faults", {"operation": operation, "status": 403})


def told_in_the_log(product: Product) -> int:
    return product.portal.log.read_text().count("connect:ListContactReferences")


def test_a_closed_laptop_takes_the_agent_out_of_routing_and_a_background_tab_does_not(running: Product) -> None:
    with running.portal.desk("mira") as mira, running.portal.desk("jonas") as jonas:
        mira.available()
        jonas.available()
        jonas.hidden = True
        mira.silent = True
        code = """
import json
from agents.models import Agent
print(json.dumps(dict(Agent.objects.values_list("user__username", "state__name"))))
"""
        mira.until(lambda _held: mira.close_code == 4008, "her tab is closed, which did not answer")
        eventually(lambda: json.loads(running.portal.shell(code))["mira"] == "Offline", 25, "mira goes Offline")
        assert json.loads(running.portal.shell(code))["jonas"] == "Available"
        with customer(running.emulator, "Ada", "hello"):
            contact_id = jonas.offered()
            jonas.call("rejectContact", contactId=contact_id)
        jonas.call("setAgentState", state="Offline")


@pytest.mark.skipif(
    not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")),
    reason="a worker beside the server needs DATABASE_URL (PostgreSQL) and REDIS_URL",
)
def test_a_killed_worker_is_followed_by_another_that_carries_on(tmp_path: Any) -> None:
    product = Product(tmp_path)
    product.portal.command = (*product.portal.command, "--no-work")
    with product, customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.available()
        with product.portal.beside("work") as first:
            contact_id = mira.accept()
            first.kill()
        mira.say(contact_id, "good morning")
        with customer(product.emulator, "Bea", "me too"):
            with pytest.raises(AssertionError):
                mira.offered(3)  # nobody works
            with product.portal.beside("work"):
                assert mira.accept() != contact_id
                ada.wait_for_text("good morning")
