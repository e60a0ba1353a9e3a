"""The audit: what accounts do is recorded, and no page, cascade or code changes or removes an entry."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from chats import audit
from chats.models import AuditAction, AuditEntry
from chats.models.audit import AppendOnly
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "long enough to be one"


def entries() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("actor_name", "action", "agent_name"))


def test_sign_in_failed_sign_in_and_sign_out_are_recorded_with_their_address(client):
    factories.user("ida", password=PASSWORD)
    client.post("/login/", {"username": "ida", "password": "wrong"})
    client.post("/login/", {"username": "a password typed here", "password": "wrong"})
    client.post("/login/", {"username": "ida", "password": PASSWORD})
    client.post("/logout/")
    failed = AuditAction.SIGN_IN_FAILED
    assert entries() == [
        ("", failed, "ida"),
        ("", failed, ""),
        ("ida", AuditAction.SIGNED_IN, ""),
        ("ida", AuditAction.SIGNED_OUT, ""),
    ]
    assert set(AuditEntry.objects.values_list("address", flat=True)) == {"127.0.0.1"}
    assert "typed" not in str(list(AuditEntry.objects.values()))


def test_a_change_of_rights_names_who_made_it_and_what_it_is(admin_client, admin_user):
    ida, group = factories.user("ida"), Group.objects.create(name="Night shift")
    AuditEntry.objects.all()._raw_delete("default")
    page = {"username": "ida", "roles": [group.pk], "is_active": "on", "is_staff": "on"}
    page |= {f"date_joined_{part}": value for part, value in enumerate(("2026-11-20", "12:00:00"))}
    page |= {"agent-TOTAL_FORMS": 0, "agent-INITIAL_FORMS": 0}
    answer = admin_client.post(f"/admin/auth/user/{ida.pk}/change/", page)
    assert answer.status_code == 302, answer.context["errors"]
    found = AuditEntry.objects.order_by("pk").values_list("actor_id", "action", "agent_name", "details")
    changed = AuditAction.RIGHTS_CHANGED
    assert list(found) == [
        (admin_user.pk, changed, "ida", {"of": "ida", "is_staff": True}),
        (
            admin_user.pk,
            changed,
            "ida",
            {"of": "ida", "relation": "groups", "reverse": False, "added": ["Night shift"]},
        ),
    ]


def test_an_entry_outlives_what_it_names_and_is_never_changed():
    ida, contact = factories.user("ida"), factories.contact()
    entry = audit.record(AuditAction.TOOK_OVER, ida, contact=contact, queue=contact.queue, reason="Ill")
    key = contact.pk
    ida.delete()
    contact.delete()
    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.actor, kept.actor_name, kept.contact, kept.contact_key) == (None, "ida", None, key)
    for change in (
        kept.save,
        kept.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason=""),
    ):
        with pytest.raises(AppendOnly):
            change()


def test_the_pages_show_entries_and_change_none(admin_client):
    entry = audit.record(AuditAction.WHISPERED, factories.user("ida"), reason="Ill")
    base = "/admin/chats/auditentry/"
    assert admin_client.get(f"{base}?action=whispered&q=ida").status_code == 200
    assert admin_client.get(f"{base}{entry.pk}/change/").status_code == 200
    assert admin_client.get(f"{base}add/").status_code == 403
    assert admin_client.post(f"{base}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_client.post(f"{base}{entry.pk}/change/", {"reason": "Well"})
    admin_client.post(base, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert AuditEntry.objects.get(pk=entry.pk).reason == "Ill"
