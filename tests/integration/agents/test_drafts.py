"""What an agent has begun to write follows them: numbered, private, limited, gone with the contact."""

from __future__ import annotations

import pytest

from agents import routing
from agents.desk import drafts
from agents.desk.stream import snapshot
from agents.models import AgentContact
from agents.protocol import MAX_DRAFT_BYTES, ScrollPosition
from agents.protocol.refusals import Refusal
from chats.models import OutboundMessage
from tests import factories
from tests.emulating import customer
from tests.portal import Answer, Product


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def served(clock, mira):
    """A contact that Mira serves."""
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    mira.refresh_from_db()
    return contact


def held(mira, contact):
    """What a tab of Mira's that opens now is told of the contact."""
    parts = AgentContact.objects.filter(agent=mira, contact=contact).exclude(state="cleared")
    return [one["draft"] for one in snapshot(mira, parts)["contacts"]]


def seq(mira):
    mira.refresh_from_db()
    return mira.seq


def refused(call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value.reason


@pytest.mark.django_db
class TestRules:
    def test_words_and_place_are_one_numbered_change_each_and_the_same_again_is_none(self, mira, served):
        before = seq(mira)
        drafts.save(mira.user_id, served.pk, "I have look\n", "Third time")
        drafts.save_scroll_position(mira.user_id, served.pk, ScrollPosition(key="m-1", top=-12))
        assert seq(mira) == before + 2
        drafts.save(mira.user_id, served.pk, "I have look\n", "Third time")
        drafts.save_scroll_position(mira.user_id, served.pk, ScrollPosition(key="m-1", top=-12))
        assert seq(mira) == before + 2
        expected = {"text": "I have look\n", "note": "Third time", "place": {"key": "m-1", "top": -12}}
        assert held(mira, served) == [expected]
        drafts.save_scroll_position(mira.user_id, served.pk, None)
        assert held(mira, served) == [{**expected, "place": None}]

    def test_three_messages_and_a_note_are_kept_and_a_byte_more_is_not(self, mira, served):
        note = "n" * 4_000
        longest = "ä" * ((MAX_DRAFT_BYTES - 4_000) // 2)
        drafts.save(mira.user_id, served.pk, longest, note)
        assert refused(drafts.save, mira.user_id, served.pk, longest, note + "x") == "tooLong"
        assert [(one["text"], one["note"]) for one in held(mira, served)] == [(longest, note)]

    def test_nobody_elses_contact_takes_a_draft(self, clock, mira, served):
        jonas = factories.agent("jonas")
        other = factories.contact()
        for who, contact in [(jonas.user_id, served.pk), (mira.user_id, other.pk), (mira.user_id, "nowhere")]:
            assert refused(drafts.save, who, contact, "x", "") == "contactNotFound"
            assert refused(drafts.save_scroll_position, who, contact, None) == "contactNotFound"
        stranger = factories.user("stranger")
        assert refused(drafts.save, stranger.pk, served.pk, "x", "") == "contactNotFound"

    def test_a_draft_outlives_the_end_of_the_chat_and_goes_with_the_contact(self, clock, mira, served):
        drafts.save(mira.user_id, served.pk, "half a sent", "half a note")
        drafts.save_scroll_position(mira.user_id, served.pk, ScrollPosition(key="m-1", top=0))
        routing.end(mira, served.pk, clock.now)
        assert [one["text"] for one in held(mira, served)] == ["half a sent"]
        routing.clear(mira, served.pk, clock.now)
        left = AgentContact.objects.get(agent=mira, contact=served)
        assert (left.state, left.draft, left.note_draft, left.scroll_position) == ("cleared", "", "", None)
        assert OutboundMessage.objects.filter(content="half a sent").count() == 0


def test_what_is_begun_on_one_machine_is_there_on_another_and_nobody_else_is_told(product: Product) -> None:
    portal = product.portal
    with portal.desk("mira") as here, portal.desk("mira") as there, portal.desk("jonas") as jonas:
        here.available()
        with customer(product.emulator, "Ada", "hello"):
            contact = here.accept()
            draft = {"text": "I have look", "note": "n", "place": None}
            here.call("saveDraft", contactId=contact, text="I have look", note="n")
            there.until(lambda held: held.agent_contacts.get(contact, {}).get("draft") == draft, "the other machine")
            with portal.desk("mira") as later:
                assert later.held.agent_contacts[contact]["draft"] == draft
            with pytest.raises(Answer) as refusal:
                jonas.call("saveDraft", contactId=contact, text="mine", note="")
            assert refusal.value.reason == "contactNotFound"
            assert "I have look" not in str([frame["params"] for frame in jonas.frames])
