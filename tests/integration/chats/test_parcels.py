"""Files of agents against a real emulator on a line that fails: in their turn, once, and told when they cannot go."""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from chats import connect, contact_state, outbox, participation, reconcile, stored_files, transcripts
from chats.db import db_write
from chats.joining import agent_token, hand_over
from chats.models import Capability, Contact, Item, OutboundMessage, Participant
from chats.participation import HandOver
from chats.sending import attachment_upload, sender
from tests import factories
from tests.attaching import into_connects_queue
from tests.ccp import Agent
from tests.emulating import INSTANCE, Customer, RunningEmulator, eventually
from tests.line import AFTER, BEFORE, Line

pytestmark = pytest.mark.django_db(transaction=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 200_000


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """Every chat waits in a queue of Connect, for an agent there or for us."""
    folder = tmp_path_factory.mktemp("emulator")
    with RunningEmulator(folder, flows=[into_connects_queue(folder)]) as running:
        yield running


@pytest.fixture(autouse=True)
def _media(tmp_path: Path, settings: Any) -> None:
    settings.CCP_MEDIA_DIR = tmp_path


@pytest.fixture
async def relayed(line: Line, emulator: RunningEmulator, ada: Customer) -> AsyncIterator[Contact]:
    """Connect has given the contact to Grace, whose token we speak with."""
    token = await asyncio.to_thread(lambda: Agent.of(emulator, f"grace{time.monotonic_ns()}").serves(ada.contact_id))
    about = await asyncio.to_thread(emulator.contact, ada.contact_id)
    agent_id = [one["participantId"] for one in about["participants"] if one["role"] == "AGENT"][-1]
    order = HandOver(ada.contact_id, ada.contact_id, await db_write(factories.queue)(), "Ada")
    given = agent_token.RelayedContact(order, agent_id, token)
    yield await db_write(_stand_in)(given, await agent_token.verify(given))
    connect.close()


@transaction.atomic
def _stand_in(given: agent_token.RelayedContact, proof: agent_token.VerifiedToken) -> Contact:
    owner = factories.user(first_name="Mira")
    contact, _, _ = agent_token.begin_participation(given, proof, owner, timezone.now())
    contact.move(contact_state.Move.RELAY, timezone.now(), owner=owner)
    return contact


@pytest.fixture
async def custom(line: Line, ada: Customer) -> AsyncIterator[Contact]:
    """A flow has given the contact to us: we are its custom participant."""
    order = HandOver(ada.contact_id, ada.contact_id, await db_write(factories.queue)(), "Ada")
    await hand_over.join(order)
    yield await db_write(_accept)(ada.contact_id)
    connect.close()


@transaction.atomic
def _accept(contact_id: str) -> Contact:
    contact = participation.lock_contact(contact_id)
    contact.move(contact_state.Move.ACCEPT, timezone.now(), owner=factories.user(first_name="Mira"))
    return contact


@db_write
def send(contact: Contact, content: bytes = PNG, name: str = "parcel.png", token: str = "t") -> OutboundMessage:
    key, size = stored_files.save(io.BytesIO(content), 10**8, lambda _: None)
    with transaction.atomic():
        held = participation.lock_contact(contact.pk)
        assert held.owner is not None
        return outbox.enqueue_file(held, outbox.Message(held.owner_id, held.pk, name, "image/png", token, key, size))


@db_write
@transaction.atomic
def say(contact: Contact, text: str) -> OutboundMessage:
    return outbox.enqueue(participation.lock_contact(contact.pk), text, author=contact.owner)


@db_write
def row(outgoing: OutboundMessage) -> OutboundMessage:
    return OutboundMessage.objects.get(pk=outgoing.pk)


async def one_round(later: float = 0) -> int:
    rows = await db_write(sender.claim)(timezone.now() + timedelta(seconds=later), 10)
    for outgoing in rows:
        await sender.deliver(outgoing)
    return len(rows)


async def work_off() -> None:
    for later in range(30, 600, 60):
        if not await one_round(later):
            return


@db_write
def ours(contact: Contact) -> Participant:
    return Participant.objects.select_related("conversation").get(contact_id=contact.pk, round=contact.round)


async def heard(contact: Contact) -> list[tuple[str, str]]:
    """What we know of the agent's items after comparing with Connect: text or file name, and author."""
    await reconcile.transcript(await ours(contact))
    return await db_write(_heard)(contact)


def _heard(contact: Contact) -> list[tuple[str, str]]:
    mine = Item.objects.filter(conversation=contact.conversation, role="AGENT").exclude(type="EVENT")
    rows = mine.select_related("author").order_by("absolute_time", "pk")
    names = [one.attachments[0]["AttachmentName"] if one.attachments else one.content or "" for one in rows]
    return [(name, one.author.first_name if one.author else "") for name, one in zip(names, rows, strict=True)]


def got(ada: Customer) -> list[str]:
    """Files and words of the agent, as the customer's side of Connect has them."""
    items = [i for i in ada.transcript() if i.get("ParticipantRole") == "AGENT" and i["Type"] != "EVENT"]
    return [i["Attachments"][0]["AttachmentName"] if i["Type"] == "ATTACHMENT" else i["Content"] for i in items]


def kept() -> list[str]:
    return [one.name for one in stored_files.folder().glob("*")]


# ---- in its turn, once -----------------------------------------------------------------------------------------------


async def test_a_file_goes_in_its_turn_among_words_and_its_bytes_are_dropped(relayed: Contact, ada: Customer) -> None:
    await say(relayed, "before")
    file = await send(relayed)
    await say(relayed, "after")
    await work_off()
    assert got(ada) == ["before", "parcel.png", "after"]
    assert (await row(file)).state == "taken"  # Connect has it; that it is an item, a notification says
    told = (await db_write(transcripts.snapshot)(relayed.conversation))["outgoing"]
    assert [(one["kind"], one["state"], one["size"]) for one in told] == [("ATTACHMENT", "taken", len(PNG))]
    assert await heard(relayed) == [("before", "Mira"), ("parcel.png", "Mira"), ("after", "Mira")]
    sent = await row(file)
    assert (sent.state, bool(sent.item_id), kept()) == ("sent", True, [])
    item = await db_write(Item.objects.get)(pk=sent.item_id)
    assert item.attachments[0]["AttachmentSizeInBytes"] == len(PNG)


STEPS = ("StartAttachmentUpload", "PutAttachment", "CompleteAttachmentUpload")
FEW = {("PutAttachment", 500, BEFORE), ("CompleteAttachmentUpload", 0, AFTER)}
TROUBLE = [
    pytest.param((step, status, when), marks=[] if (step, status, when) in FEW else pytest.mark.full)
    for step in STEPS
    for status, when in ((500, BEFORE), (0, BEFORE), (0, AFTER))
]


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_after_trouble_at_any_step_the_customer_gets_it_once(
    relayed: Contact, ada: Customer, line: Line, trouble: tuple[str, int, str]
) -> None:
    line.fail(*trouble, times=2)
    file = await send(relayed)
    await say(relayed, "after")
    await one_round(later=60)
    waiting = await row(file)
    assert (waiting.state, waiting.why) == ("queued", sender.TRYING_AGAIN)
    await work_off()
    assert got(ada) == ["parcel.png", "after"]
    await heard(relayed)
    assert (await row(file)).state == "sent"
    assert len({call.client_token for call in line.of("CompleteAttachmentUpload")}) == 1


@pytest.mark.parametrize(
    ("step", "when"),
    [
        pytest.param(
            step,
            when,
            marks=[]
            if (step, when) in {("PutAttachment", AFTER), ("CompleteAttachmentUpload", AFTER)}
            else pytest.mark.full,
        )
        for step in STEPS
        for when in (BEFORE, AFTER)
    ],
)
async def test_a_courier_that_dies_at_any_step_leaves_it_to_the_next(
    relayed: Contact, ada: Customer, line: Line, step: str, when: str
) -> None:
    hold = line.hold(step, when)
    file = await send(relayed)
    (leased,) = await db_write(sender.claim)(timezone.now(), 10)
    dying = asyncio.create_task(sender.deliver(leased))
    await asyncio.to_thread(hold.wait)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    hold.lose()
    assert (await row(file)).state == "sending"  # nobody wrote down what became of it; the lease ends
    await work_off()
    assert got(ada) == ["parcel.png"]
    await heard(relayed)
    assert (await row(file)).state == "sent"


async def test_two_couriers_with_one_row_complete_one_upload(relayed: Contact, ada: Customer) -> None:
    await send(relayed)
    first = (await db_write(sender.claim)(timezone.now(), 10))[0]
    second = (await db_write(sender.claim)(timezone.now() + timedelta(minutes=11), 10))[0]
    second.first_tried_at = timezone.now() - timedelta(minutes=11)  # so that it does start an upload of its own
    await asyncio.gather(sender.deliver(first), sender.deliver(second))
    assert got(ada) == ["parcel.png"]


async def test_while_bytes_are_on_their_way_the_lease_is_renewed(
    relayed: Contact, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment_upload, "lease", lambda now: now + timedelta(seconds=0.3))
    hold = line.hold("PutAttachment")
    file = await send(relayed)
    (leased,) = await db_write(sender.claim)(timezone.now(), 10)
    bringing = asyncio.create_task(sender.deliver(leased))
    await asyncio.to_thread(hold.wait)
    before = (await row(file)).due_at
    await asyncio.to_thread(eventually, lambda: asyncio.run(row(file)).due_at > before, 20, "another lease")
    hold.release()
    await bringing
    assert (await row(file)).state == "taken"


async def test_the_item_that_comes_before_the_answer_is_the_file(relayed: Contact, line: Line) -> None:
    hold = line.hold("CompleteAttachmentUpload", AFTER)
    file = await send(relayed)
    (leased,) = await db_write(sender.claim)(timezone.now(), 10)
    bringing = asyncio.create_task(sender.deliver(leased))
    await asyncio.to_thread(hold.wait)
    assert await heard(relayed) == [("parcel.png", "Mira")]
    hold.release()
    await bringing
    assert (await row(file)).state == "sent"


async def test_the_same_token_is_the_same_file(relayed: Contact, ada: Customer) -> None:
    first, again = await send(relayed), await send(relayed)
    assert first.pk == again.pk
    with pytest.raises(outbox.NotSendable, match="used for another message"):
        await send(relayed, PNG + b"y")
    await work_off()
    assert got(ada) == ["parcel.png"]


# ---- refused ---------------------------------------------------------------------------------------------------------


async def test_a_refusal_fails_with_the_reason_lets_the_next_go_and_can_be_tried_again(
    relayed: Contact, ada: Customer, line: Line
) -> None:
    line.fail("CompleteAttachmentUpload", 400)
    file = await send(relayed)
    await say(relayed, "after")
    await work_off()
    failed = await row(file)
    assert (failed.state, str(failed.why)) == ("failed", "Not sent: Amazon Connect refused it (a fault was asked for).")
    await db_write(_retry)(file)
    await work_off()
    assert got(ada) == ["after", "parcel.png"]


@transaction.atomic
def _retry(outgoing: OutboundMessage) -> None:
    outgoing.refresh_from_db()
    outgoing.conversation.lock()
    outbox.retry(outgoing, timezone.now())


async def test_what_the_storage_says_is_told(relayed: Contact, ada: Customer) -> None:
    """Another size than announced: the signature does not fit."""
    file = await send(relayed)
    stored_files.path_of(file.file).write_bytes(PNG + b"more")
    await work_off()
    failed = await row(file)
    assert str(failed.why) == "Not sent: Amazon Connect refused it (its storage for files says SignatureDoesNotMatch)."
    assert got(ada) == []


async def test_a_file_that_is_no_longer_here_says_so(relayed: Contact) -> None:
    file = await send(relayed)
    stored_files.delete(file.file)
    await work_off()
    assert ((await row(file)).state, str((await row(file)).why)) == ("failed", f"Not sent: {attachment_upload.GONE}.")


async def test_a_custom_participant_hears_why_stays_in_the_chat_and_is_known_from_then_on(
    custom: Contact, ada: Customer
) -> None:
    """Connect answers AccessDenied, which otherwise means that we are out."""
    file = await send(custom)
    await say(custom, "Here is a link instead")
    await work_off()
    assert ((await row(file)).state, str((await row(file)).why)) == (
        "failed",
        f"Not sent: {attachment_upload.NOT_OURS_TO_SEND}.",
    )
    ada.wait_for_text("Here is a link instead")
    assert (await db_write(Contact.objects.get)(pk=custom.pk)).state == "CONNECTED"
    now = timezone.now()
    assert await db_write(attachment_upload.are_refused_to)("CUSTOM_BOT", now)
    assert not await db_write(attachment_upload.are_refused_to)("AGENT", now)
    assert not await db_write(attachment_upload.are_refused_to)(
        "CUSTOM_BOT", now + timedelta(days=1, seconds=1)
    )  # asked again


async def test_when_we_are_out_the_file_fails_for_that_reason(custom: Contact, ada: Customer) -> None:
    await asyncio.to_thread(ada.connect.stop_contact, ContactId=ada.contact_id, InstanceId=INSTANCE)
    file = await send(custom)
    await work_off()
    assert ((await row(file)).state, str((await row(file)).why)) == ("failed", "Not sent: the chat had ended.")
    assert not await db_write(Capability.objects.exists)()


async def test_a_chat_that_ends_while_connect_scans_leaves_the_outcome_open(relayed: Contact) -> None:
    file = await send(relayed)
    await work_off()
    await db_write(_end)(relayed)
    why = "Perhaps not sent, Amazon Connect was still looking at it: the chat had ended."
    assert ((await row(file)).state, str((await row(file)).why)) == ("failed", why)
    await heard(relayed)  # and there it is after all
    assert (await row(file)).state == "sent"


@transaction.atomic
def _end(contact: Contact) -> None:
    participation.end(
        participation.lock_contact(contact.pk), contact_state.EndReason.CHAT_ENDED, timezone.now(), leave=False
    )


# ---- what is left behind ---------------------------------------------------------------------------------------------


async def test_a_discarded_file_is_gone_from_the_disk(relayed: Contact) -> None:
    file = await send(relayed)
    await db_write(_discard)(file)
    assert ((await row(file)).state, kept()) == ("discarded", [])


@transaction.atomic
def _discard(outgoing: OutboundMessage) -> None:
    outgoing.conversation.lock()
    outbox.discard(outgoing)


async def test_files_nobody_needs_are_swept_and_those_that_wait_or_may_be_retried_stay(relayed: Contact) -> None:
    waits, failed = await send(relayed, token="a"), await send(relayed, token="b")
    await db_write(OutboundMessage.objects.filter(pk=failed.pk).update)(state="failed")
    stored_files.save(io.BytesIO(b"cut off"), 100, lambda _: None)
    half = stored_files.path_of("0" * 32).with_suffix(".part")
    half.write_bytes(b"half")
    assert await db_write(attachment_upload.drop_forgotten)(timezone.now()) == 0  # they may be on their way just now
    for path in stored_files.folder().glob("*"):
        os.utime(path, (0, 0))
    assert await db_write(attachment_upload.drop_forgotten)(timezone.now()) == 2
    assert sorted(kept()) == sorted([waits.file, failed.file])
    assert await db_write(attachment_upload.drop_forgotten)(timezone.now() + timedelta(days=8)) == 1
    assert kept() == [waits.file]


def test_what_is_larger_than_allowed_or_wrong_leaves_nothing(tmp_path: Path) -> None:
    def refuse(_file: Any) -> None:
        raise ValueError("wrong")

    with pytest.raises(stored_files.TooLarge):
        stored_files.save(io.BytesIO(b"12345"), 4, lambda _: None)
    with pytest.raises(ValueError, match="wrong"):
        stored_files.save(io.BytesIO(b"12345"), 5, refuse)
    assert kept() == []
    key, _ = stored_files.save(io.BytesIO(b"12345"), 5, lambda _: None)
    assert stored_files.path_of(key).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "../secret", "a" * 31, "A" * 32, "/etc/passwd"])
def test_a_key_never_leads_out_of_the_folder(key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        stored_files.path_of(key)


# ---- the state of attachments ----------------------------------------------------------------------------------------


async def test_a_scan_that_ends_later_is_a_new_state_of_the_item_and_never_goes_back(custom: Contact) -> None:
    def told(status: str) -> list[Any]:
        from chats import wire

        attachment = {"AttachmentId": "a", "AttachmentName": "x.png", "ContentType": "image/png", "Status": status}
        about = {"Id": "i", "Type": "ATTACHMENT", "ContentType": "image/png", "ContactId": custom.pk}
        said = {"ParticipantRole": "CUSTOMER", "AbsoluteTime": "2026-11-20T12:00:00.000Z", "Attachments": [attachment]}
        return [wire.read_item({**about, **said})]

    from chats import ingest

    seen = []
    for status in ("IN_PROGRESS", "APPROVED", "IN_PROGRESS", "REJECTED"):
        await db_write(ingest.write)(told(status))
        item = await db_write(Item.objects.get)(pk="i")
        seen.append((item.attachments[0]["Status"], item.seq > item.number))
    assert seen == [("IN_PROGRESS", False), ("APPROVED", True), ("APPROVED", True), ("APPROVED", True)]
