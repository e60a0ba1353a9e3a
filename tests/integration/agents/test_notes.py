"""Internal notes: colleagues read them in the thread, their authors change them, the customer never gets one."""

from __future__ import annotations

import pytest

from agents import routing
from agents.desk import notes
from agents.protocol.refusals import Refusal
from chats import serialisers
from chats.models import Note, OutboundMessage
from tests import factories
from tests.emulating import customer
from tests.hearing import listening
from tests.portal import Answer, Desk, Product


@pytest.fixture
def served(clock):
    """A contact that Mira serves."""
    mira, contact = factories.agent("mira", first_name="Mira", last_name="Okafor"), factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    OutboundMessage.objects.all().delete()
    contact.refresh_from_db()
    return contact


@pytest.fixture
def mira(served):
    return served.owner.pk


def refused(call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    return caught.value.reason


@pytest.mark.django_db
class TestRules:
    def test_a_note_is_a_numbered_row_of_the_conversation_and_nothing_that_connect_is_owed(self, clock, served, mira):
        served.conversation.refresh_from_db()
        before = served.conversation.seq
        note_id = notes.add(mira, served.pk, "  Called twice.\n", None, clock.now)
        note = Note.objects.get()
        assert serialisers.note(note) == {
            "noteId": note_id,
            "contactId": served.pk,
            "clientToken": note.client_token,
            "author": {"id": mira, "name": "Mira Okafor"},
            "text": "  Called twice.",
            "createdAt": "2026-11-20T12:00:00.000Z",
            "editedAt": None,
            "deleted": False,
        }
        assert (note.seq, OutboundMessage.objects.count()) == (before + 1, 0)

    def test_whoever_comes_later_holds_what_whoever_followed_holds(self, clock, served, mira, heard):
        with listening(served.conversation) as ear:
            with heard.committed():
                first = notes.add(mira, served.pk, "one", "t-1", clock.now)
            with heard.committed():
                second = notes.add(mira, served.pk, "two", "t-2", clock.tick(1))
            with heard.committed():
                notes.edit(mira, served.pk, first, "one, corrected", clock.tick(1))
            with heard.committed():
                notes.delete(mira, served.pk, second, clock.tick(1))
        assert ear.numbers == ear.expected_numbers
        assert ear.held() == ear.fresh()
        assert [(note["text"], note["editedAt"]) for note in ear.fresh()["notes"].values()] == [
            ("one, corrected", "2026-11-20T12:00:02.000Z")
        ]

    def test_a_deleted_note_leaves_no_words_behind(self, clock, served, mira):
        note_id = notes.add(mira, served.pk, "4111 1111 1111 1111", None, clock.now)
        for _ in range(2):
            notes.delete(mira, served.pk, note_id, clock.now)
        assert (Note.objects.get().text, serialisers.note(Note.objects.get())["deleted"]) == ("", True)
        assert refused(notes.edit, mira, served.pk, note_id, "again", clock.now) == "noteNotFound"

    def test_the_same_token_is_the_same_note(self, clock, served, mira):
        first = notes.add(mira, served.pk, "one", "t-1", clock.now)
        notes.edit(mira, served.pk, first, "two", clock.now)
        assert notes.add(mira, served.pk, "one", "t-1", clock.now) == first
        assert Note.objects.get().text == "two"

    def test_the_same_words_again_take_no_number(self, clock, served, mira):
        note_id = notes.add(mira, served.pk, "one", None, clock.now)
        seq = Note.objects.get().seq
        notes.edit(mira, served.pk, note_id, "one\n", clock.tick(1))
        assert (Note.objects.get().seq, Note.objects.get().edited_at) == (seq, None)

    def test_only_who_may_see_the_contact_writes_and_only_the_author_changes(self, clock, served, mira):
        boss, stranger = factories.supervisor(reads=served.queue), factories.user()
        note_id = notes.add(mira, served.pk, "mine", "t-1", clock.now)
        assert refused(notes.add, stranger.pk, served.pk, "mine too", None, clock.now) == "contactNotFound"
        assert refused(notes.edit, boss.pk, served.pk, note_id, "yours", clock.now) == "noteNotFound"
        assert refused(notes.delete, boss.pk, served.pk, note_id, clock.now) == "noteNotFound"
        assert refused(notes.delete, stranger.pk, served.pk, note_id, clock.now) == "contactNotFound"
        assert refused(notes.add, boss.pk, served.pk, "another", "t-1", clock.now) == "clientTokenReused"
        notes.add(boss.pk, served.pk, "well done", None, clock.now)
        assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == ["mine", "well done"]

    @pytest.mark.parametrize("text", ["", "   ", "\n\t"])
    def test_a_note_without_a_word_is_refused(self, clock, served, mira, text):
        note_id = notes.add(mira, served.pk, "words", None, clock.now)
        assert refused(notes.add, mira, served.pk, text, None, clock.now) == "empty"
        assert refused(notes.edit, mira, served.pk, note_id, text, clock.now) == "empty"

    @pytest.mark.parametrize("note_id", ["", "x", "00000000-0000-4000-8000-000000000000", "é"])
    def test_a_note_that_does_not_exist_is_said_to_be_so(self, clock, served, mira, note_id):
        assert refused(notes.delete, mira, served.pk, note_id, clock.now) == "noteNotFound"

    def test_a_note_of_another_contact_is_not_reached_through_this_one(self, clock, served, mira):
        other = factories.contact(owner=served.owner)
        note_id = notes.add(mira, other.pk, "elsewhere", None, clock.now)
        assert refused(notes.delete, mira, served.pk, note_id, clock.now) == "noteNotFound"


def texts(held):
    return [one["text"] for one in held.notes.values()]


def test_a_note_is_read_on_every_desk_and_floor_that_may_and_never_by_the_customer(product: Product) -> None:
    portal = product.portal
    with (
        customer(product.emulator, "Ada", "hello") as ada,
        portal.desk("mira") as mira,
        portal.desk("mira") as second_tab,
        Desk(portal, portal.log_in("ida"), "/ws/floor/") as floor,
    ):
        mira.available()
        contact_id = mira.accept()
        floor.call("watchContact", contactId=contact_id)
        note_id = mira.call("addNote", contactId=contact_id, text="Wants a *refund*", clientToken="n-1")["noteId"]
        for desk in (mira, second_tab, floor):
            desk.until(lambda held: texts(held) == ["Wants a *refund*"], "the note")
        mira.call("editNote", contactId=contact_id, noteId=note_id, text="Wants a replacement")
        for desk in (mira, second_tab, floor):
            desk.until(lambda held: texts(held) == ["Wants a replacement"], "the other words")
        with Desk(portal, portal.log_in("ida"), "/ws/floor/") as late:
            late.call("watchContact", contactId=contact_id)
            late.until(lambda held: texts(held) == ["Wants a replacement"], "in the snapshot")
        portal.restart()
        mira.connect()
        assert texts(mira.held) == ["Wants a replacement"]
        mira.call("deleteNote", contactId=contact_id, noteId=note_id)
        mira.until(lambda held: texts(held) == [], "it is gone")
        with pytest.raises(Answer) as caught:
            mira.call("addNote", contactId=contact_id, text="x" * 4001)
        assert (caught.value.code, "at most 4000 characters" in caught.value.message) == (-32602, True)
        mira.say(contact_id, "One moment")
        ada.wait_for_text("One moment")
        heard = [*ada.texts(), *(item.get("Content") or "" for item in ada.transcript())]
        assert not [text for text in heard if "refund" in text or "replacement" in text]
