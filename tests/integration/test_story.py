"""The main job over real wires: customers by boto3, agents on their sockets, the emulator and the portal as processes."""

from __future__ import annotations

from tests.emulating import EVENT, Customer, customer, eventually
from tests.portal import Desk, Held, Product


def test_a_customer_and_an_agent_talk(product: Product) -> None:
    with customer(product.emulator, "Ada", "My lamp flickers") as ada, product.portal.desk("mira") as mira:
        mira.available()
        contact_id = mira.accept()
        assert contact_id == ada.contact_id
        assert mira.held.contacts[contact_id]["customerName"] == "Ada"
        mira.until(lambda held: held.viewing == contact_id, "the accepted contact is in view")
        mira.hears("My lamp flickers")  # it was said before the hand-over
        ada.event("typing")
        mira.until(lambda held: held.typing, "the customer types")
        assert (mira.held.typing[0]["role"], mira.held.typing[0]["displayName"]) == ("CUSTOMER", "Ada")
        ada.say("since yesterday")
        mira.hears("since yesterday")
        mira.call("sendEvent", contactId=contact_id, contentType=EVENT + "typing")
        ada.wait_for(lambda item: (item["ContentType"], item["ParticipantRole"]) == (EVENT + "typing", "CUSTOM_BOT"))
        mira.say(contact_id, "I am looking into it")
        ada.wait_for_text("I am looking into it")
        mira.until(lambda held: _author(held, "I am looking into it") == "Mira Okafor", "who said it")
        mira.until(lambda held: not held.outgoing, "nothing is owed")
        assert [item["DisplayName"] for item in ada.items if item.get("Content") == "I am looking into it"] == [
            "Fenmark Home"
        ]


def test_an_agent_switches_between_two_customers_and_unread_counts_are_right(product: Product) -> None:
    with (
        customer(product.emulator, "Ada", "one") as ada,
        product.portal.desk("mira") as mira,
        product.portal.desk("mira") as second_tab,
    ):
        mira.available()
        first = mira.accept()
        with customer(product.emulator, "Bob", "two") as bob:
            other = mira.accept()
            assert (first, other) == (ada.contact_id, bob.contact_id)
            mira.until(lambda held: held.viewing == other, "the accepted contact is in view")
            _read_all(mira, first)
            _read_all(mira, other)
            ada.say("are you there?")
            ada.say("hello?")
            mira.hears("hello?")
            mira.until(lambda held: (_unread(held, first), _unread(held, other)) == (2, 0), "two unread of Ada")
            mira.call("viewContact", contactId=first)
            _read_all(mira, first)
            second_tab.until(lambda held: held.viewing == first, "both tabs look at Ada")
            second_tab.until(lambda held: (_unread(held, first), _unread(held, other)) == (0, 0), "read in both tabs")
            second_tab.say(first, "I am here")
            mira.hears("I am here")
            ada.wait_for_text("I am here")
            bob.say("me too")
            mira.until(lambda held: (_unread(held, first), _unread(held, other)) == (0, 1), "one unread of Bob")
        assert mira.held.agent["load"] == 2


def test_the_customer_comes_back_twice_in_the_same_contact_and_the_flow_ends_it(product: Product) -> None:
    with customer(product.emulator, "Ada", "first question") as ada, product.portal.desk("mira") as mira:
        mira.available()
        for number, question in enumerate(["first question", "second question", "third question"], 1):
            if number > 1:
                ada.say(question)
            contact_id = mira.accept()
            assert contact_id == ada.contact_id
            mira.hears(question)
            assert mira.held.contacts[contact_id]["round"] == number
            ada.wait_for_text("Mira has joined.", times=number)
            mira.say(contact_id, f"answer {number}")
            ada.wait_for_text(f"answer {number}")
            mira.call("destroyConnection", contactId=contact_id)
            ada.wait_for_text("Mira has left.", times=number)
            ada.wait_for_text(
                "The conversation with us has ended. Write within 15 minutes and it goes on.", times=number
            )
            mira.until(lambda held: held.agent_contacts[ada.contact_id]["state"] == "ended", "it has ended")
            mira.call("clearContact", contactId=contact_id)
            mira.until(lambda held: not held.agent_contacts, "the card has left")
            assert mira.held.viewing == ""
        product.emulator.advance(901)
        ada.wait_for_event("chat.ended")
        assert ada.texts()[-1] == "We have not heard from you for a while. Goodbye."
        _supervisor_reads_all_of_it(product, ada)


def _supervisor_reads_all_of_it(product: Product, ada: Customer) -> None:
    session = product.portal.log_in("ida")
    with Desk(product.portal, session, "/ws/floor/") as floor:
        floor.call("watchContact", contactId=ada.contact_id)
        floor.until(lambda held: held.contacts[ada.contact_id]["chatEnded"], "the chat's end")
        said = [
            (item["ParticipantRole"], (item["Author"] or {}).get("name"), item["Content"]) for item in _messages(floor)
        ]
    assert said == [(item["ParticipantRole"], _who(item), item["Content"]) for item in _customer_saw(ada)]
    assert ada.contact_id in session.get("/floor/?q=Ada")


def _customer_saw(ada: Customer) -> list[dict[str, str]]:
    messages = {item["Id"]: item for item in ada.items if item["Type"] == "MESSAGE"}
    return sorted(messages.values(), key=lambda item: (item["AbsoluteTime"], item["Id"]))


def _who(item: dict[str, str]) -> str | None:
    """Mira's own words carry her name; the portal's texts and the flow's prompts carry nobody's."""
    return "Mira Okafor" if item["Content"].startswith("answer") else None


def _messages(desk: Desk) -> list[dict[str, str]]:
    return [item for item in desk.held.transcript() if item["Type"] == "MESSAGE"]


def _author(held: Held, text: str) -> str | None:
    return next(
        (item["Author"]["name"] for item in held.transcript() if item["Content"] == text and item["Author"]), None
    )


def _unread(held: Held, contact_id: str) -> int:
    seen = held.agent_contacts[contact_id]["readNumber"]
    return sum(
        item["Number"] > seen and item["Type"] == "MESSAGE" and item["ParticipantRole"] == "CUSTOMER"
        for item in held.transcript(contact_id)
    )


def _read_all(desk: Desk, contact_id: str) -> None:
    newest = max(
        (item for item in desk.held.transcript(contact_id) if item["ParticipantRole"] == "CUSTOMER"),
        key=lambda item: item["Number"],
    )
    content = f'{{"messageId":"{newest["Id"]}"}}'
    desk.call("sendEvent", contactId=contact_id, contentType=EVENT + "message.read", content=content)
    desk.until(lambda held: _unread(held, contact_id) == 0, "all is read")


def test_a_declined_offer_reaches_somebody_else(product: Product) -> None:
    with product.portal.desk("mira") as mira, product.portal.desk("jonas") as jonas:
        mira.available()
        with customer(product.emulator, "Ada", "hello"):
            contact_id = mira.offered()
            jonas.available()
            mira.call("rejectContact", contactId=contact_id)
            assert jonas.accept() == contact_id
            mira.until(lambda held: not held.agent_contacts, "the offer has left the desk")
            eventually(lambda: mira.held.agent["load"] == 0)


def test_the_card_of_an_earlier_round_can_be_cleared_while_the_next_one_is_served(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.available()
        contact_id = mira.accept()
        mira.call("destroyConnection", contactId=contact_id)
        ada.wait_for_text("The conversation with us has ended. Write within 15 minutes and it goes on.")
        ada.say("I am back")
        mira.until(lambda held: held.agent_contacts[contact_id]["round"] == 2, "the next round is offered")
        mira.call("acceptContact", contactId=contact_id)
        mira.call("clearContact", contactId=contact_id)  # the card of round 1
        ada.say("still here?")
        mira.hears("still here?")  # the conversation is followed as long as one of its rounds is on the desk
        assert mira.held.agent_contacts[contact_id]["state"] == "connected"
        mira.call("destroyConnection", contactId=contact_id)
        mira.call("clearContact", contactId=contact_id)
        mira.until(lambda held: not held.agent_contacts, "the desk is empty")
