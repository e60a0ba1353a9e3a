"""Contacts that Amazon Connect itself gave to an agent: their CCP relays the token, the portal speaks with it.

The emulator's control API plays the CCP; nothing in the portal knows that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.amazon import BASIC_QUEUE
from tests.ccp import Ccp
from tests.emulating import EVENT, Customer, customer
from tests.flows import flow, queue, transfer
from tests.portal import Answer, Desk, Product, RunningPortal


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Every chat goes into a queue of Amazon Connect."""
    folder: Path = tmp_path_factory.mktemp("product")
    (folder / "queue.json").write_text(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    with Product(folder, flow=folder / "queue.json") as running:
        yield running


def part(desk: Desk, contact_id: str) -> dict[str, Any]:
    return desk.held.agent_contacts.get(contact_id, {})


def connected(desk: Desk, contact_id: str) -> None:
    desk.until(
        lambda held: part(desk, contact_id).get("state") == "connected" and contact_id in held.contacts,
        "it stands on the desk, with its conversation",
    )


def ended(desk: Desk, contact_id: str, reason: str) -> None:
    desk.until(lambda held: part(desk, contact_id).get("state") == "ended", "it ends")
    desk.until(lambda held: held.contacts[contact_id]["endReason"] == reason, reason)


def refusal(desk: Desk, method: str, **params: Any) -> tuple[str, str]:
    with pytest.raises(Answer) as caught:
        desk.call(method, **params)
    return caught.value.reason, caught.value.message


def test_a_relayed_contact_stands_on_the_desk_and_the_agent_speaks_as_themselves(product: Product) -> None:
    with customer(product.emulator, "Ada", "My lamp flickers") as ada, product.portal.desk("mira") as mira:
        relayed = Ccp(product, "grace").serves(ada.contact_id)
        assert mira.call("relayContact", **relayed) == {}
        connected(mira, ada.contact_id)
        mira.hears("My lamp flickers")
        contact = mira.held.contacts[ada.contact_id]
        assert (contact["relayed"], contact["state"], contact["attributes"]["topic"]) == (True, "CONNECTED", "lamps")
        assert contact["customerName"] == "Ada"
        assert [(one["name"], one["type"], one["value"]) for one in contact["references"]] == [
            ("Order", "URL", "https://shop.example/7")
        ]
        assert (mira.held.agent["load"], mira.held.viewing) == (1, ada.contact_id)
        mira.say(ada.contact_id, "I am looking into it")
        heard = ada.wait_for_text("I am looking into it")
        assert (heard["ParticipantRole"], heard["DisplayName"]) == ("AGENT", "Grace")
        mira.until(lambda held: not held.outgoing, "nothing is owed")
        mine = [one for one in mira.held.transcript() if one["Content"] == "I am looking into it"]
        assert [one["Author"]["name"] for one in mine] == ["Mira Okafor"]
        ada.say("thank you")
        mira.hears("thank you")  # by SNS, not by reconciling
        mira.call("sendEvent", contactId=ada.contact_id, contentType=EVENT + "typing")
        ada.wait_for(lambda item: (item["ContentType"], item["ParticipantRole"]) == (EVENT + "typing", "AGENT"))
        ada.event("typing")
        mira.until(lambda held: held.typing, "the customer types")
        assert {one["role"] for one in mira.held.typing} == {"CUSTOMER"}  # not what the agent typed
        assert not [text for text in ada.texts() if "has joined" in text]  # Connect tells that itself
        mira.call("destroyConnection", contactId=ada.contact_id)
        ada.wait_for_event("participant.left", role="AGENT")
        ended(mira, ada.contact_id, "agent")
        assert not [text for text in ada.texts() if "has left" in text]
        mira.call("clearContact", contactId=ada.contact_id)
        mira.until(lambda held: held.agent["load"] == 0, "the slot is free")


def test_what_the_portal_may_not_do_is_connects(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.call("relayContact", **Ccp(product, "heidi").serves(ada.contact_id))
        connected(mira, ada.contact_id)
        to = {"type": "queue", "id": "1"}
        assert refusal(mira, "transferContact", contactId=ada.contact_id, endpoint=to) == (
            "transferInConnect",
            "Amazon Connect gave you this contact: transfer it in the Contact Control Panel.",
        )
        mira.call("destroyConnection", contactId=ada.contact_id)
        ended(mira, ada.contact_id, "agent")


def test_the_end_in_the_ccp_ends_it_here(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        ccp = Ccp(product, "ivan")
        mira.call("relayContact", **ccp.serves(ada.contact_id))
        connected(mira, ada.contact_id)
        ccp.agent.leaves(ada.contact_id)
        mira.until(lambda held: part(mira, ada.contact_id)["state"] == "ended", "it ends")
        reasons = {"agentLeft", "chatEnded"}  # the second when the chat ended with the agent's leaving
        mira.until(lambda held: held.contacts[ada.contact_id]["endReason"] in reasons, "and why")
        mira.until(lambda held: held.agent["load"] == 0, "the slot is free")


@pytest.mark.parametrize("who", ["customer", "instance"])
def test_the_end_by_the_customer_or_by_connect_ends_it_with_its_reason(product: Product, who: str) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.call("relayContact", **Ccp(product, f"judy-{who}").serves(ada.contact_id))
        connected(mira, ada.contact_id)
        if who == "customer":
            ada.leave()
        else:
            stop(ada)
        ended(mira, ada.contact_id, "customer" if who == "customer" else "chatEnded")
        reason, message = refusal(mira, "sendMessage", contactId=ada.contact_id, message="?", clientToken=f"t-{who}")
        assert (reason, message) == ("contactNotConnected", "The contact has ended: this was not sent.")


def stop(ada: Customer) -> None:
    ada.connect.stop_contact(ContactId=ada.contact_id, InstanceId="11111111-2222-4333-8444-555555555555")


def test_a_token_that_is_over_is_found_out_when_we_speak(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        ccp = Ccp(product, "mallory")
        relayed = ccp.serves(ada.contact_id)
        mira.call("relayContact", **relayed)
        connected(mira, ada.contact_id)
        product.emulator.control("sns", {"paused": True})
        try:
            ccp.agent.leaves(ada.contact_id)  # nobody tells us
            token = mira.say(ada.contact_id, "are you there?")
            mira.until(lambda held: part(mira, ada.contact_id)["state"] == "ended", "it is found out")
            failed = mira.until(lambda held: held.outgoing.get(token), "the words")
            mira.until(lambda held: held.outgoing[token]["state"] == "failed", "they fail, visibly")
            assert failed["content"] == "are you there?"
            assert refusal(mira, "relayContact", **relayed)[0] == "relayRefused"
        finally:
            product.emulator.control("sns", {"paused": False})


def test_a_ccp_that_says_it_is_over_is_believed_after_asking_connect(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        ccp = Ccp(product, "niaj")
        relayed = ccp.serves(ada.contact_id)
        mira.call("relayContact", **relayed)
        connected(mira, ada.contact_id)
        mira.call("relayContact", **relayed | {"state": "ended"})
        assert part(mira, ada.contact_id)["state"] == "connected"  # Connect says otherwise
        product.emulator.control("sns", {"paused": True})
        try:
            ccp.agent.leaves(ada.contact_id)
            mira.call("relayContact", **relayed | {"state": "ended"})
            mira.until(lambda held: part(mira, ada.contact_id)["state"] == "ended", "it ends")
        finally:
            product.emulator.control("sns", {"paused": False})


def test_relayed_again_it_is_the_same_contact_also_after_the_portal_was_killed(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        relayed = Ccp(product, "olivia").serves(ada.contact_id)
        for _ in range(3):
            mira.call("relayContact", **relayed)
        connected(mira, ada.contact_id)
        assert (mira.held.agent["load"], mira.held.contacts[ada.contact_id]["round"]) == (1, 1)
        product.portal.restart()
        mira.connect()
        mira.call("relayContact", **relayed)
        mira.say(ada.contact_id, "still here")
        ada.wait_for_text("still here")
        assert (mira.held.agent["load"], mira.held.contacts[ada.contact_id]["round"]) == (1, 1)
        tokens = secrets_of(product.portal)
        assert relayed["participantToken"] not in tokens
        mira.call("destroyConnection", contactId=ada.contact_id)
        ended(mira, ada.contact_id, "agent")


def secrets_of(portal: RunningPortal) -> str:
    """What stands in the database, as a dump would show it."""
    return portal.shell(
        "from django.db import connection; c = connection.cursor();"
        "c.execute('SELECT participant_token, connection_token FROM chats_participant'); print(c.fetchall())"
    )


def test_what_the_ccp_transfers_goes_on_with_the_next_agent_in_a_contact_of_its_own(product: Product) -> None:
    with (
        customer(product.emulator, "Ada", "My lamp flickers") as ada,
        product.portal.desk("mira") as mira,
        product.portal.desk("jonas") as jonas,
    ):
        first = Ccp(product, "peggy")
        mira.call("relayContact", **first.serves(ada.contact_id))
        connected(mira, ada.contact_id)
        mira.say(ada.contact_id, "A colleague knows more")
        ada.wait_for_text("A colleague knows more")
        segment = first.agent.transfers(ada.contact_id, queueId=BASIC_QUEUE)
        mira.until(lambda held: part(mira, ada.contact_id)["state"] == "ended", "Mira's part ends")
        second = Ccp(product, "rupert").serves(segment)
        assert second["initialContactId"] == ada.contact_id
        jonas.call("relayContact", **second)
        connected(jonas, segment)
        jonas.hears("My lamp flickers")
        jonas.hears("A colleague knows more")
        jonas.say(segment, "I know lamps")
        ada.wait_for_text("I know lamps")
        ada.say("good")
        jonas.hears("good")
        assert [one["contactId"] for one in jonas.held.agent_contacts.values()] == [segment]
        jonas.call("destroyConnection", contactId=segment)
        ended(jonas, segment, "agent")


def test_connects_own_timers_watch_a_silent_customer_with_the_queues_patience(product: Product) -> None:
    """From the next agent on who joins there: a configuration that changes under one waits for the next."""
    product.portal.shell("from chats.models import Queue; Queue.objects.update(nudge_after=120, silent_after=180)")
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        first = Ccp(product, "xenia")
        mira.call("relayContact", **first.serves(ada.contact_id))
        connected(mira, ada.contact_id)
        segment = first.agent.transfers(ada.contact_id, queueId=BASIC_QUEUE)
        ended(mira, ada.contact_id, "agentLeft")
        mira.call("relayContact", **Ccp(product, "yara").serves(segment))
        connected(mira, segment)
        mira.say(segment, "Which lamp is it?")
        ada.wait_for_text("Which lamp is it?")
        product.emulator.advance(121)
        ada.wait_for_text("Are you still there?", 20)
        product.emulator.advance(181)
        ended(mira, segment, "silent")
        assert part(mira, segment)["why"]["sentence"] == "the customer did not answer any more"
    product.portal.shell("from chats.models import Queue; Queue.objects.update(nudge_after=0, silent_after=0)")


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["incoming", "pending", "connecting"])
def test_what_is_not_accepted_there_is_not_taken_in_here(product: Product, state: str) -> None:
    with product.portal.desk("mira") as mira:
        about = {"contactId": "c", "participantId": "p", "participantToken": "t", "state": state}
        assert refusal(mira, "relayContact", **about) == (
            "contactNotConnected",
            f"Amazon Connect says that this contact is {state}: accept it in the Contact Control Panel first.",
        )


def test_nobody_gets_into_a_chat_with_the_token_of_another(product: Product) -> None:
    with (
        customer(product.emulator, "Ada", "a secret") as ada,
        customer(product.emulator, "Bob", "hello") as bob,
        product.portal.desk("mira") as mira,
        product.portal.desk("jonas") as jonas,
    ):
        hers = Ccp(product, "sybil").serves(ada.contact_id)
        his = Ccp(product, "trent").serves(bob.contact_id)
        mira.call("relayContact", **hers)
        connected(mira, ada.contact_id)
        for lie in (
            his | {"contactId": ada.contact_id, "initialContactId": ada.contact_id},
            his | {"initialContactId": ada.contact_id},
            his | {"contactId": ada.contact_id},
            his | {"participantId": bob.participant_id},
            his | {"participantToken": "made up"},
            his | {"contactId": "nowhere", "initialContactId": "nowhere"},
        ):
            reason, message = refusal(jonas, "relayContact", **lie)
            assert (reason, bool(message)) == ("relayRefused", True)
        assert not {ada.contact_id, bob.contact_id} & {*jonas.held.agent_contacts, *jonas.held.contacts}
        assert ("a secret" in jonas.held.said(), jonas.held.agent["load"]) == (False, 0)
        assert refusal(jonas, "relayContact", **hers)[0] == "contactOpen"  # even with a token that is good
        jonas.call("relayContact", **his)
        connected(jonas, bob.contact_id)
        for desk, contact_id in ((mira, ada.contact_id), (jonas, bob.contact_id)):
            desk.call("destroyConnection", contactId=contact_id)
            ended(desk, contact_id, "agent")


def test_while_connect_is_slow_the_socket_goes_on(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        relayed = Ccp(product, "victor").serves(ada.contact_id)
        product.emulator.control("faults", {"operation": "DescribeContact", "latencyMs": 1500, "times": 1})
        slow = mira.request("relayContact", **relayed)
        mira.call("ping")
        assert part(mira, ada.contact_id) == {}
        assert mira.answer(slow) == {}
        connected(mira, ada.contact_id)
        mira.call("destroyConnection", contactId=ada.contact_id)
        ended(mira, ada.contact_id, "agent")


# ---- both ways in one chat -------------------------------------------------------------------------------------------


def test_a_chat_that_was_handed_over_first_is_taken_in_when_a_connect_agent_joins(tmp_path: Path) -> None:
    with (
        Product(tmp_path) as product,
        customer(product.emulator, "Ada", "hello") as ada,
        product.portal.desk("mira") as mira,
    ):
        mira.available()
        contact_id = mira.accept()
        product.emulator.control("sns", {"paused": True})  # the CCP is faster than the notification
        joined = product.emulator.control("join", {"contactId": contact_id, "role": "AGENT", "displayName": "Grace"})
        mira.call("relayContact", **joined, contactId=contact_id, state="connected")
        product.emulator.control("sns", {"paused": False})
        mira.until(lambda held: held.contacts[contact_id]["round"] == 2, "a round of its own")
        connected(mira, contact_id)
        mira.say(contact_id, "now as myself")
        assert ada.wait_for_text("now as myself")["ParticipantRole"] == "AGENT"
        mira.until(lambda held: "now as myself" not in [one["content"] for one in held.outgoing.values()], "it is sent")
        assert (mira.held.agent["load"], mira.held.contacts[contact_id]["state"]) == (1, "CONNECTED")


def test_when_the_token_is_over_and_the_chat_goes_on_it_says_so_and_the_next_token_takes_it_up(
    product: Product,
) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        relayed = Ccp(product, "zoe").serves(ada.contact_id)
        mira.call("relayContact", **relayed)
        connected(mira, ada.contact_id)
        product.emulator.control("faults", {"operation": "CreateParticipantConnection", "status": 403, "times": 1000})
        product.emulator.control("expire", {"contactId": ada.contact_id})
        try:
            mira.say(ada.contact_id, "are you there?")
            ended(mira, ada.contact_id, "tokenOver")
            assert part(mira, ada.contact_id)["why"]["code"] == "token_over"
        finally:
            product.emulator.control("faults", {"clear": True})
        mira.call("relayContact", **relayed)
        connected(mira, ada.contact_id)
        mira.say(ada.contact_id, "here again")
        ada.wait_for_text("here again")
        mira.call("destroyConnection", contactId=ada.contact_id)
        ended(mira, ada.contact_id, "agent")
