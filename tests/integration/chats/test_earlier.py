"""What else a customer had with us: the same key, newest first, and never more than the reader may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from agents import protocol
from agents.desk import transcripts as desk_transcripts
from agents.models import AgentContact, Disposition
from agents.protocol.refusals import Refusal
from chats import contact_state
from chats.models import Contact, Conversation
from chats.models.conversation import customer_key
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ida() -> User:
    return factories.supervisor("ida", first_name="Ida")


def had(days_ago: int, *, name: str = "Amelia", attributes: dict[str, str] | None = None, **columns: Any) -> Contact:
    """A contact that ended so many days ago."""
    chat = factories.conversation(name, attributes=attributes or {})
    moment = factories.NOW - timedelta(days=days_ago)
    Conversation.objects.filter(pk=chat.pk).update(created_at=moment)
    ended = {"state": contact_state.State.ENDED, "ended_at": moment, "end_reason": "customer", "handed_over_at": moment}
    return factories.contact(conversation=chat, **ended | columns)


def ask(user: User, contact: Contact) -> dict[str, Any]:
    told = desk_transcripts.get_earlier_contacts(user.pk, contact.pk)
    protocol.EarlierContacts.model_validate(told)
    return told


def ids(told: dict[str, Any]) -> list[str]:
    return [one["contactId"] for one in told["contacts"]]


@pytest.mark.parametrize(
    ("name", "attributes", "key"),
    [
        ("Amelia", {"customerId": "7", "email": "a@b"}, "customerId:7"),
        ("Amelia", {"email": "a@b"}, "email:a@b"),
        ("Amelia", {"customerId": ""}, "name:Amelia"),
        ("", {}, ""),
        ("x" * 400, {}, "name:" + "x" * 295),
    ],
)
def test_a_customer_is_known_by_the_surest_thing(name, attributes, key):
    assert customer_key(name, attributes) == key


def test_the_key_follows_the_attributes_that_come_later():
    chat = factories.conversation("Amelia")
    chat.attributes = {"customerId": "7"}
    chat.save(update_fields=["attributes"])
    assert Conversation.objects.get(pk=chat.pk).customer_key == "customerId:7"


def test_other_conversations_of_the_same_customer_come_newest_first(ida):
    known = {"customerId": "7"}
    old, newer = had(30, attributes=known), had(2, attributes=known)
    had(1, attributes={"customerId": "8"})
    had(1)
    told = ask(ida, had(0, attributes=known))
    assert (told["by"], ids(told)) == ("customerId", [newer.pk, old.pk])


def test_what_came_of_an_earlier_contact_is_told_by_the_last_agent_who_said_so(ida):
    old, silent = had(3), had(2)
    for days_ago, name in ((3, "Answered"), (2, "Refunded"), (1, "")):
        came_of = Disposition.objects.create(name=name) if name else None
        moment = factories.NOW - timedelta(days=days_ago)
        who = factories.agent(f"agent{days_ago}")
        AgentContact.objects.create(
            agent=who, contact=old, round=1, state="cleared", offered_at=moment, expires_at=moment, disposition=came_of
        )
    told = ask(ida, had(0))
    assert {one["contactId"]: one["disposition"] for one in told["contacts"]} == {silent.pk: "", old.pk: "Refunded"}


def test_without_an_id_the_exact_name_is_all_there_is_and_the_answer_says_so(ida):
    same, _other = had(3), had(3, name="amelia")
    told = ask(ida, had(0))
    assert (told["by"], ids(told)) == ("name", [same.pk])


def test_somebody_without_a_name_has_no_past(ida):
    had(3, name="")
    assert ask(ida, had(0, name="")) == {"by": None, "contacts": []}


def test_one_row_tells_what_it_was_about_and_who_served_it(ida):
    jonas = factories.user("jonas", first_name="Jonas", last_name="Weber")
    past = had(3, owner=jonas)
    factories.item(past, "Bot Transcript: (1\\1)\nBot: hello")
    factories.item(past, "Where is my parcel? " * 20, absolute_time=factories.NOW + timedelta(seconds=1))
    factories.item(past, "later words", absolute_time=factories.NOW + timedelta(seconds=2))
    (one,) = ask(ida, had(0))["contacts"]
    assert one["owner"] == {"id": jonas.pk, "name": "Jonas Weber"}
    assert (one["queue"], one["endReason"]) == ("Returns", "customer")
    assert one["opening"] == ("Where is my parcel? " * 20)[:140]
    assert one["startedAt"] == one["endedAt"] == "2026-11-17T12:00:00.000Z"


def test_a_chain_of_contacts_is_one_row_and_its_newest_contact(ida):
    first = had(5)
    second = factories.contact(
        conversation=first.conversation,
        state=contact_state.State.ENDED,
        handed_over_at=factories.NOW - timedelta(days=4),
    )
    assert ids(ask(ida, had(0))) == [second.pk]


def test_what_the_reader_may_not_see_is_not_told(ida):
    secret = factories.queue("Fraud")
    had(3, queue=secret)
    mine = had(4)
    assert ids(ask(ida, had(0))) == [mine.pk]
    nobody = factories.user("nobody")
    with pytest.raises(Refusal, match="no such contact"):
        desk_transcripts.get_earlier_contacts(nobody.pk, mine.pk)


def test_no_more_than_twenty(ida):
    all_of_them = [had(day).pk for day in range(1, 24)]
    assert ids(ask(ida, had(0))) == all_of_them[:20]


def test_the_number_of_queries_does_not_grow(ida, django_assert_max_num_queries):
    now = had(0)
    for day in range(1, 12):
        factories.item(had(day), "hello")
    with django_assert_max_num_queries(9):
        ask(ida, now)
