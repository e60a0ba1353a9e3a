"""The admin's pages of conversations: they read no more rows than they show, keep lines, and show nobody's contacts to others."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin import site as admin_site
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.models import AgentContact, Disposition
from chats.admin import rows
from chats.models import Item, Note, OutboundMessage, Transfer, UnreadableMessage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MANY = 2 * rows.PAGE + 30


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


def url(model, *rest):
    return "/".join(["/admin", *model.split("."), *map(str, rest), ""])


def staff(*codenames):
    """Somebody who reads the contacts of the queue Returns, and has these permissions in the admin."""
    reader = factories.supervisor(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return reader


@pytest.fixture
def long_talk():
    """A contact with many items, as many messages of ours, notes and transfers; each says its place."""
    contact = factories.contact()
    for place in range(MANY):
        at = NOW + timedelta(seconds=place)
        factories.item(contact, f"item {place:03}", absolute_time=at)
        OutboundMessage.objects.create(
            conversation=contact.conversation, contact=contact, round=1, client_token=str(place), due_at=at,
            content=f"outgoing {place:03}", created_at=at, position=place, seq=place, state="sent",
        )  # fmt: skip
        Note.write(contact, None, f"note {place:03}", str(place), at)
        Transfer.queued(contact, contact.queue, (str(contact.queue_id), "Returns"), f"transfer {place:03}", at)
    return contact


def places(page, kind):
    """In their order; Django heads a row with its name as well."""
    return list(dict.fromkeys(int(place) for place in re.findall(rf"\b{kind} (\d{{3}})", page)))


@pytest.mark.parametrize(
    ("owner", "part", "kind"),
    [
        ("chats.conversation", "item", "item"),
        ("chats.conversation", "outboundmessage", "outgoing"),
        ("chats.conversation", "note", "note"),
        ("chats.contact", "item", "item"),
        ("chats.contact", "transfer", "transfer"),
    ],
)
def test_a_page_has_the_newest_rows_and_leads_to_all(admin, long_talk, owner, part, kind):
    pk = long_talk.pk if owner == "chats.contact" else long_talk.conversation_id
    page = admin.get(url(owner, pk, "change")).content.decode()
    assert places(page, kind) == list(range(MANY - rows.TAIL, MANY))
    link = url(owner, pk, "rows", part)
    assert f'href="{link}"' in page
    found = [
        place for number in (1, 2, 3) for place in places(admin.get(link, {"page": number}).content.decode(), kind)
    ]
    assert found == list(range(MANY))


def test_no_page_reads_more_rows_than_it_shows(admin, long_talk):
    for address in (
        url("chats.conversation", long_talk.conversation_id, "change"),
        url("chats.conversation", long_talk.conversation_id, "rows", "item"),
        url("chats.contact", long_talk.pk, "change"),
        url("chats.contact", long_talk.pk, "rows", "transfer"),
    ):
        with CaptureQueriesContext(connection) as made:
            assert admin.get(address).status_code == 200
        tables = ("chats_item", "chats_outboundmessage", "chats_note", "chats_transfer")
        read = [one["sql"] for one in made if any(f'FROM "{table}"' in one["sql"] for table in tables)]
        assert read
        assert [sql for sql in read if "LIMIT" not in sql and "COUNT(" not in sql] == []
        assert len(made) <= 16


def test_what_fits_on_the_page_has_no_link(admin):
    contact = factories.contact()
    for place in range(rows.TAIL):
        factories.item(contact, f"item {place:03}")
    for owner, pk in (("chats.conversation", contact.conversation_id), ("chats.contact", contact.pk)):
        page = admin.get(url(owner, pk, "change")).content.decode()
        assert (len(places(page, "item")), "rows/item" in page) == (rows.TAIL, False)


def test_all_rows_of_what_one_may_not_see_or_of_nothing_are_not_found(client, long_talk):
    foreign = factories.contact(queue=factories.queue("VIP"))
    client.force_login(staff("view_conversation"))
    address = url("chats.conversation", long_talk.conversation_id, "rows", "item")
    assert client.get(address).status_code == 200
    assert client.get(url("chats.conversation", foreign.conversation_id, "rows", "item")).status_code == 404
    assert client.get(url("chats.conversation", long_talk.conversation_id, "rows", "nothing")).status_code == 404
    assert client.get(url("chats.contact", long_talk.pk, "rows", "item")).status_code == 403
    client.force_login(staff("view_queue"))
    assert client.get(address).status_code == 403


WRITTEN = "first line\nsecond <b>line</b>"
KEPT = "first line\nsecond &lt;b&gt;line&lt;/b&gt;</span>"


def test_what_people_wrote_keeps_its_lines_wherever_it_stands(admin):
    contact, mira = factories.contact(), factories.agent("mira")
    factories.item(contact, WRITTEN)
    note = Note.write(contact, mira.user, WRITTEN, "n", NOW)
    handed = Transfer.ask(contact, mira.user, ("7", "Jonas"), WRITTEN, NOW)
    part = AgentContact.objects.create(
        agent=mira,
        contact=contact,
        round=1,
        state="ended",
        offered_at=NOW,
        seq=1,
        note=WRITTEN,
        why="the customer left",
    )
    raw = UnreadableMessage.objects.create(message_id="m", body=WRITTEN, why="no")
    for address in (
        url("chats.contact", contact.pk, "change"),
        url("chats.contact", contact.pk, "rows", "item"),
        url("chats.conversation", contact.conversation_id, "change"),
        url("chats.note"),
        url("chats.note", note.pk, "change"),
        url("chats.transfer", handed.pk, "change"),
        url("agents.agentcontact", part.pk, "change"),
        url("chats.unreadablemessage", raw.pk, "change"),
    ):
        assert KEPT in admin.get(address).content.decode(), address
    assert (
        '<span class="plain-text" dir="auto">the customer left</span>'
        in admin.get(url("agents.agentcontact")).content.decode()
    )


# ---- nobody's contacts are shown to others ---------------------------------------------------------------------------


@pytest.fixture
def foreign():
    """A contact of the queue VIP, with everything that speaks of it."""
    contact = factories.contact("Amelia Hart", queue=factories.queue("VIP"))
    refund = Disposition.objects.create(name="Refund")
    part = {"round": 1, "state": "ended", "offered_at": NOW, "seq": 1, "disposition": refund}
    AgentContact.objects.create(agent=factories.agent("mira"), contact=contact, **part)
    UnreadableMessage.objects.create(message_id="m", body="I am Amelia Hart", why="no")
    return contact


def test_the_parts_that_agents_had_in_contacts_are_shown_to_who_may_see_the_contact(client, foreign):
    part = foreign.agent_contacts.get()
    reader = staff("view_agentcontact")
    client.force_login(reader)
    listed = client.get(url("agents.agentcontact"))
    assert (listed.status_code, list(listed.context["cl"].queryset)) == (200, [])
    assert client.get(url("agents.agentcontact", part.pk, "change")).status_code == 302
    assert list(client.get(url("agents.agentcontact"), {"q": "Amelia"}).context["cl"].queryset) == []
    foreign.queue.readers.add(reader.groups.get())
    assert list(client.get(url("agents.agentcontact")).context["cl"].queryset) == [part]


def test_unreadable_messages_are_for_who_may_see_every_contact(client, foreign):
    pk = UnreadableMessage.objects.get().pk
    addresses = [url("chats.unreadablemessage"), url("chats.unreadablemessage", pk, "change")]
    client.force_login(staff("view_unreadablemessage"))
    assert [client.get(address).status_code for address in addresses] == [403, 403]
    assert "unreadablemessage" not in client.get("/admin/").content.decode()
    client.force_login(staff("view_unreadablemessage", "view_contact"))
    assert [client.get(address).status_code for address in addresses] == [200, 200]


@pytest.mark.parametrize("kept", ["chats.queue", "agents.disposition"])
def test_what_contacts_refer_to_is_not_deleted_and_they_are_counted_not_named(client, foreign, kept):
    row = foreign.queue if kept == "chats.queue" else foreign.agent_contacts.get().disposition
    name = kept.partition(".")[2]
    client.force_login(staff(f"delete_{name}", f"view_{name}"))
    answers = [
        client.post(url(kept, row.pk, "delete"), {"post": "yes"}),
        client.post(url(kept), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}),
    ]
    for answer in answers:
        page = answer.content.decode()
        assert ("1 contact" in page, "Amelia" in page, foreign.pk in page) == (True, False, False)
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_queue_with_many_contacts_says_how_many_and_names_a_few(admin):
    for _ in range(30):
        contact = factories.contact()
    page = admin.get(url("chats.queue", contact.queue_id, "delete")).content.decode()
    assert (page.count("/admin/chats/contact/contact-"), "10 contacts" in page) == (20, True)


def test_no_page_of_the_admin_names_a_contact_to_staff_who_may_not_see_it(client, foreign):
    """Whatever is registered: with every permission but the one to see every contact, and as reader of another queue."""
    factories.item(foreign, "I am Amelia Hart")
    Note.write(foreign, None, "Amelia called", "n", NOW)
    Transfer.ask(foreign, None, ("7", "Jonas"), "Amelia is angry", NOW)
    everything = Permission.objects.exclude(codename="view_contact").values_list("codename", flat=True)
    client.force_login(staff(*everything))
    for model in admin_site._registry:
        label = f"{model._meta.app_label}.{model._meta.model_name}"
        addresses = [url(label)] + [
            url(label, str(pk).replace("_", "_5F"), page)
            for pk in model._default_manager.values_list("pk", flat=True)[:5]
            for page in ("change", "delete", "history")
        ]
        for address in addresses:
            assert "Amelia" not in client.get(address, follow=True).content.decode(), address
    assert Item.objects.count() == 1
