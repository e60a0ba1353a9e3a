"""What a contact refers to, as Connect lists it: read again, kept once, and never in the way of anything else."""

from __future__ import annotations

from typing import Any

import pytest

from chats.contact_data import references
from chats.db import db_write
from chats.models import Contact
from tests import factories
from tests.emulating import INSTANCE, Customer, RunningEmulator, customer
from tests.line import Line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("line")]


@pytest.fixture(autouse=True)
def _nothing_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "_asked_again_at", 0.0)


def refers(emulator: RunningEmulator, who: Customer, value: str) -> None:
    emulator.client("connect").update_contact(
        InstanceId=INSTANCE, ContactId=who.contact_id, References={"Order": {"Type": "STRING", "Value": value}}
    )


def row(contact_id: str, initial: str) -> Contact:
    return factories.contact(id=contact_id, conversation=factories.conversation(initial_contact_id=initial))


def kept(contact_id: str) -> tuple[list[Any], int]:
    contact = Contact.objects.get(pk=contact_id)
    return [one["value"] for one in contact.references], contact.seq


async def test_a_contact_without_references_of_its_own_has_those_of_the_first_of_its_chain(
    emulator: RunningEmulator,
) -> None:
    with customer(emulator, "Ada") as first, customer(emulator, "Ada") as later:
        contact_id = later.contact_id
        await db_write(row)(contact_id, first.contact_id)
        refers(emulator, first, "of the first")
        assert await references.refresh(contact_id)
        assert await db_write(kept)(contact_id) == (["of the first"], 1)
        refers(emulator, later, "its own")
        assert await references.refresh(contact_id)
        assert not await references.refresh(contact_id)  # the same again
        assert await db_write(kept)(contact_id) == (["its own"], 2)


async def test_what_was_known_stays_when_connect_does_not_know_the_contact_or_does_not_answer(
    emulator: RunningEmulator, line: Line
) -> None:
    with customer(emulator, "Ada") as ada:
        await db_write(row)(ada.contact_id, ada.contact_id)
        refers(emulator, ada, "known")
        assert await references.refresh(ada.contact_id)
        refers(emulator, ada, "newer")
        for status in (404, 429, 503):
            line.fail("ListContactReferences", status)
            assert not await references.refresh(ada.contact_id)
        assert await db_write(kept)(ada.contact_id) == (["known"], 1)
        line.fail("ListContactReferences", 403)
        assert not await references.refresh(ada.contact_id)
        asked = len(line.of("ListContactReferences"))
        assert not await references.refresh(ada.contact_id)
        assert len(line.of("ListContactReferences")) == asked == 5  # after a refusal not for a while
        assert await db_write(kept)(ada.contact_id) == (["known"], 1)
    assert not await references.refresh("nobody's")
