"""Django's admin: every list is quick, what was said is read-only, tokens are never shown, desks hear of changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.utils import timezone

from agents.models import (
    AgentContact,
    AgentState,
    AgentStateChange,
    Alert,
    Disposition,
    QueueAlias,
    QueueTopic,
    QuickResponse,
    RoutingProfile,
    Team,
    Threshold,
    UnknownQueue,
    Wallboard,
)
from agents.models.queue_alias import MOST_KEPT
from chats import audit, contact_state
from chats.models import (
    AuditAction,
    Contact,
    Conversation,
    CustomerRating,
    HelpRequest,
    HoursOfOperation,
    Item,
    Note,
    OpeningHours,
    OutboundMessage,
    Participant,
    Queue,
    RefusedCall,
    SignIn,
    Text,
    Transfer,
    UnreadableMessage,
)
from chats.reasons import Reason
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

READ_ONLY = [
    ("chats", "auditentry"),
    ("agents", "alert"),
    ("chats", "contact"),
    ("chats", "conversation"),
    ("chats", "note"),
    ("chats", "helprequest"),
    ("chats", "transfer"),
    ("chats", "refusedcall"),
    ("chats", "unreadablemessage"),
    ("chats", "customerrating"),
    ("chats", "signin"),
    ("agents", "agentcontact"),
    ("agents", "unknownqueue"),
    ("agents", "agentstatechange"),
]
EDITED = [
    ("auth", "user"),
    ("agents", "agentstate"),
    ("agents", "disposition"),
    ("agents", "queuealias"),
    ("agents", "queuetopic"),
    ("agents", "quickresponse"),
    ("agents", "routingprofile"),
    ("agents", "team"),
    ("agents", "threshold"),
    ("agents", "wallboard"),
    ("chats", "hoursofoperation"),
    ("chats", "queue"),
]


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    return client


def url(app, model, *rest):
    return "/".join(["/admin", app, model, *map(str, rest), ""])


def row(number):
    """One row of everything, each beside its own relatives."""
    profile = factories.routing_profile(factories.queue(f"Queue {number}"), name=f"Profile {number}")
    agent = factories.agent(profile=profile, first_name="Mira", last_name=f"Okafor {number}")
    AgentState.objects.create(name=f"State {number}")
    Disposition.objects.create(name=f"Refund {number}").queues.add(profile.queues.get())
    QuickResponse.objects.create(shortcut=f"hello-{number}", name="Hello", content="Hi!").queues.add(
        profile.queues.get()
    )
    QueueTopic.objects.create(topic=f"topic {number}", queue=profile.queues.get())
    QueueAlias.objects.create(name=f"47{number}", queue=profile.queues.get())
    UnknownQueue.keep(f"48{number}", "Attributes.queueId", contact_id="c", now=NOW)
    weekly = HoursOfOperation.objects.create(name=f"Hours {number}")
    OpeningHours.objects.create(hours=weekly, weekday=0, opens="08:00", closes="18:00")
    contact = factories.contact(
        queue=profile.queues.get(),
        state=contact_state.State.ENDED,
        owner=agent.user,
        ended_at=NOW,
        end_reason="customer",
    )
    factories.item(contact)
    Note.write(contact, agent.user, "Called twice.", f"note-{number}", NOW)
    Transfer.queued(contact, contact.queue, (str(contact.queue.pk), contact.queue.name), "Knows chairs.", NOW)
    AgentContact.objects.create(agent=agent, contact=contact, round=1, state="ended", offered_at=NOW, seq=1)
    AgentStateChange.objects.create(agent=agent, old_state="Offline", new_state="Available", by=agent.user, at=NOW)
    HelpRequest.raise_hand(contact, agent.user, "I do not know", NOW).change(lowered_at=NOW)
    Team.objects.create(group=Group.objects.create(name=f"Team {number}"))
    audit.record(AuditAction.SIGNED_IN, agent.user)
    Threshold.objects.create(queue=profile.queues.get(), kind="waiting", limit=5)
    wallboard = Wallboard(name=f"Wall {number}", made_by=agent.user)
    wallboard.new_token(NOW)
    wallboard.save()
    wallboard.queues.set(profile.queues.all())
    Alert.objects.create(queue=profile.queues.get(), kind="waiting", limit=5, value=5, began_at=NOW, ended_at=NOW)
    CustomerRating.objects.create(conversation=contact.conversation, stars=4, comment="Quick", rated_at=NOW)
    session = Session.objects.create(session_key=f"key-{number}", expire_date=timezone.now() + timedelta(hours=1))
    SignIn.objects.create(session=session, user=agent.user, address="192.0.2.1")
    RefusedCall.objects.create(operation="DescribeContact", code=f"{number}", first_at=NOW, last_at=NOW)
    UnreadableMessage.objects.create(message_id=f"message-{number}", body="{}", why="not a chat event")


@pytest.mark.parametrize(("app", "model"), EDITED + READ_ONLY)
def test_fifty_rows_cost_no_more_queries_than_one(admin, app, model, django_assert_max_num_queries):
    for number in range(50):
        row(number)
    with django_assert_max_num_queries(14):
        answer = admin.get(url(app, model))
    assert answer.status_code == 200
    assert len(answer.context["cl"].result_list) >= 50


@pytest.mark.parametrize(("app", "model"), EDITED + READ_ONLY)
def test_every_list_can_be_searched(admin, app, model):
    row(1)
    assert admin.get(url(app, model), {"q": "mira"}).status_code == 200


@pytest.mark.parametrize(("app", "model"), EDITED + READ_ONLY)
def test_every_row_has_a_page(admin, app, model):
    row(1)
    for pk in admin.get(url(app, model)).context["cl"].queryset.values_list("pk", flat=True):
        assert admin.get(url(app, model, pk, "change")).status_code == 200


@pytest.mark.parametrize(("app", "model"), READ_ONLY)
def test_what_happened_cannot_be_added_changed_or_deleted(admin, app, model):
    row(1)
    pk = admin.get(url(app, model)).context["cl"].queryset.values_list("pk", flat=True)[0]
    assert admin.get(url(app, model, "add")).status_code == 403
    assert admin.post(url(app, model, pk, "change"), {}).status_code == 403
    assert admin.post(url(app, model, pk, "delete"), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin.get(url(app, model)).content.decode()


def test_an_unknown_queue_is_given_to_one_of_ours_and_is_unknown_no_more(admin):
    queue = factories.queue()
    UnknownQueue.keep("4711", "Attributes.queueId", "c-1", NOW)
    form = f"{url('agents', 'queuealias', 'add')}?name=4711"
    assert form in admin.get(url("agents", "unknownqueue")).content.decode()
    assert 'value="4711"' in admin.get(form).content.decode()
    assert admin.post(form, {"name": "4711", "queue": queue.pk}).status_code == 302
    assert (QueueAlias.queues(), UnknownQueue.objects.count()) == ({"4711": queue.pk}, 0)


def test_of_unknown_queues_the_newest_are_kept_and_one_is_written_seldom():
    for number in range(MOST_KEPT + 3):
        UnknownQueue.keep(f"{number}", "Attributes.queueId", "c-1", NOW + timedelta(seconds=number))
    assert not UnknownQueue.objects.filter(name__in=["0", "1", "2"]).exists()
    assert UnknownQueue.objects.count() == MOST_KEPT
    UnknownQueue.keep("9", "Attributes.queueId", "c-2", NOW + timedelta(minutes=9))
    assert UnknownQueue.objects.get(name="9").contact_id == "c-1"
    UnknownQueue.keep("9", "Attributes.queueId", "c-2", NOW + timedelta(minutes=11))
    assert UnknownQueue.objects.get(name="9").contact_id == "c-2"


# ---- transcripts -----------------------------------------------------------------------------------------------------


@pytest.fixture
def told():
    """A contact with a transcript, our participant with tokens, and a message that failed."""
    contact, mira = factories.contact("Sanna <b>V</b>"), factories.user("mira", first_name="Mira", last_name="Okafor")
    factories.item(contact, "My <b>lamp</b> flickers", absolute_time=NOW)
    later = {"absolute_time": NOW + timedelta(seconds=5), "role": "CUSTOM_BOT", "display_name": "Fenmark Home"}
    factories.item(contact, "I am looking into it", author=mira, **later)
    file = [{"AttachmentName": "lamp.jpg", "AttachmentId": "a-1"}]
    factories.item(contact, None, type="ATTACHMENT", attachments=file, absolute_time=NOW + timedelta(seconds=9))
    Participant.objects.create(
        conversation=contact.conversation,
        participant_id="p-1",
        contact_id=contact.pk,
        role="CUSTOM_BOT",
        display_name="Fenmark Home",
        round=1,
        participant_token="the-participant-token",
        connection_token="the-connection-token",
    )
    OutboundMessage.objects.create(
        conversation=contact.conversation, contact=contact, round=1, client_token="t", content="unheard words",
        state="failed", why=Reason("not_sent", why=Reason("chat_had_ended")), due_at=NOW, created_at=NOW, position=9, seq=9,
    )  # fmt: skip
    return contact


def pages(admin, contact):
    return [
        admin.get(url("chats", "contact", contact.pk, "change")).content.decode(),
        admin.get(url("chats", "conversation", contact.conversation_id, "change")).content.decode(),
    ]


def test_the_transcript_says_who_said_what_in_order(admin, told):
    for page in pages(admin, told):
        places = [page.index(words) for words in ("My &lt;b&gt;lamp", "I am looking into it", "lamp.jpg")]
        assert places == sorted(places)
        assert "Mira Okafor (Fenmark Home)" in page
        assert "<b>lamp</b>" not in page
        assert "<b>V</b>" not in page


def test_what_was_not_sent_stands_there_with_the_reason(admin, told):
    assert "Not sent: the chat had ended." in pages(admin, told)[1]


def test_no_page_shows_a_token(admin, told):
    stored = Participant.objects.get()
    assert stored.connection_token == "the-connection-token"
    for page in pages(admin, told):
        for secret in ("the-participant-token", "the-connection-token", "gAAAA"):
            assert secret not in page


def test_a_long_transcript_costs_no_more_queries(admin, told, django_assert_max_num_queries):
    mira = factories.user()
    for _ in range(100):
        factories.item(told, author=mira)
    with django_assert_max_num_queries(16):
        admin.get(url("chats", "conversation", told.conversation_id, "change"))
    with django_assert_max_num_queries(13):
        admin.get(url("chats", "contact", told.pk, "change"))


def test_notes_and_transfers_stand_beside_what_was_said(admin, told):
    mira = factories.user("jonas", first_name="Jonas", last_name="Kessler")
    Note.write(told, mira, "Prefers to be <b>called</b>", "n-1", NOW)
    Note.write(told, mira, "A secret", "n-2", NOW).delete_words(NOW)
    Transfer.ask(told, mira, ("7", "Jonas Kessler"), "Speaks Finnish", NOW).settle("declined", "declined", NOW)
    for address in (url("chats", "conversation", told.conversation_id, "change"), url("chats", "note")):
        page = admin.get(address).content.decode()
        assert "Prefers to be &lt;b&gt;called&lt;/b&gt;" in page
        assert "A secret" not in page
    for address in (url("chats", "contact", told.pk, "change"), url("chats", "transfer")):
        page = admin.get(address).content.decode()
        assert ("Jonas Kessler" in page, "declined" in page) == (True, True)
    assert f'href="{url("chats", "contact", told.pk, "change")}"' in admin.get(url("chats", "note")).content.decode()


def test_a_contact_says_who_was_offered_it_why_it_was_missed_and_who_read_it(admin, client, told):
    missed = Reason("no_answer", seconds="20", cause=Reason("desk_lost_connection"))
    mira = factories.agent(first_name="Mira", last_name="Stone")
    AgentContact.objects.create(
        agent=mira, contact=told, round=1, state="missed", outcome="missed", why=missed, offered_at=NOW, seq=1
    )
    audit.record(AuditAction.TRANSCRIPT_READ, factories.user(first_name="Ayo", last_name="Mensah"), contact=told)
    shown = admin.get(url("chats", "contact", told.pk, "change")).content.decode()
    assert "no answer within 20 s: the desk had lost its connection" in shown
    assert f'href="/admin/auth/user/{mira.user_id}/change/">Mira Stone</a>' in shown
    assert "Ayo Mensah" in shown
    reader = factories.supervisor(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_contact"]))
    client.force_login(reader)
    assert "Ayo Mensah" not in client.get(url("chats", "contact", told.pk, "change")).content.decode()


def test_missed_offers_are_found_by_their_cause(admin, told):
    mira = factories.agent()
    for cause in ("desk_lost_connection", "offer_not_shown"):
        why = Reason("no_answer", seconds="20", cause=Reason(cause))
        fields = {"round": 1, "state": "missed", "outcome": "missed", "why": why, "offered_at": NOW, "seq": 1}
        AgentContact.objects.create(agent=mira, contact=told, **fields)
    found = admin.get(url("agents", "agentcontact"), {"cause": "offer_not_shown"}).context["cl"].result_list
    assert [one.why.params["cause"].code for one in found] == ["offer_not_shown"]


def test_staff_see_only_the_contacts_they_may_see(client, told):
    """With the right to the admin's lists but not to every contact: readers of a queue see that queue's."""
    foreign = factories.contact(queue=factories.queue("VIP"))
    reader = factories.supervisor(is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_conversation"))
    client.force_login(reader)
    listed = client.get(url("chats", "conversation")).context["cl"].queryset
    assert list(listed) == [told.conversation]
    assert client.get(url("chats", "conversation", foreign.conversation_id, "change")).status_code == 302
    assert client.get(url("chats", "contact")).status_code == 403
    notes = [Note.write(contact, reader, "Called twice.", contact.pk, NOW) for contact in (told, foreign)]
    reader.user_permissions.set(Permission.objects.filter(codename="view_note"))
    assert list(client.get(url("chats", "note")).context["cl"].queryset) == notes[:1]
    assert client.get(url("chats", "note", notes[1].pk, "change")).status_code == 302


# ---- what is edited --------------------------------------------------------------------------------------------------


def forms(prefix, rows, initial=0):
    """The fields of an inline formset."""
    head = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    return head | {f"{prefix}-{i}-{name}": value for i, one in enumerate(rows) for name, value in one.items()}


def test_a_changed_profile_is_told_to_its_desks_and_no_other(admin, heard):
    agent, stranger = factories.agent("mira"), factories.agent("jonas")
    profile = agent.routing_profile
    served = profile.profile_queues.get()
    rows = [{"id": served.pk, "routing_profile": profile.pk, "queue": served.queue_id, "priority": 2}]
    rules = {"grace_seconds": 0, "absence": "offline", "acw": "optional", "acw_seconds": 60}
    fields = {"name": profile.name, "chat_concurrency": 5, **rules} | forms("profile_queues", rows, initial=1)
    with heard.committed():
        answer = admin.post(url("agents", "routingprofile", profile.pk, "change"), fields)
    assert answer.status_code == 302, answer.context["errors"]
    assert heard.last(agent.stream, "agent")["agent"]["capacity"] == 5
    assert heard.of(stranger.stream) == []


def test_a_new_state_is_told_to_every_desk(admin, heard):
    agent = factories.agent("mira")
    with heard.committed():
        admin.post(url("agents", "agentstate", "add"), {"name": "Lunch", "type": "not_routable", "order": 30})
    states = [state["name"] for state in heard.last(agent.stream, "agent")["agent"]["states"]]
    assert states == ["Available", "Lunch"]


def test_a_queues_names_and_texts_are_edited(admin):
    queue = factories.queue()
    fields = {"name": "Returns", "public_name": "Fenmark", "max_waiting": 7, "joined_text": ""}
    fields |= {"closed_text": "Zu.", "full_text": "Voll."}
    fields |= {"previous_agent_seconds": 0, "rescue": "requeue", "rescue_seconds": 300}
    fields |= {"waiting_every": 60, "nudge_after": 0, "silent_after": 0}
    fields |= {"answer_within": 30, "service_level_goal": 80, "service_level_minutes": 30}
    fields |= {"service_level_abandons": "by_time", "short_abandon_seconds": 5}
    fields |= forms("texts", [{"kind": "closed", "language": "DE", "text": "Geschlossen."}])
    for rows in ("thresholds", "aliases", "topics"):
        fields |= forms(rows, [])
    answer = admin.post(url("chats", "queue", queue.pk, "change"), fields)
    assert answer.status_code == 302, answer.context["errors"]
    queue.refresh_from_db()
    assert (queue.public_name, queue.max_waiting, queue.closed_text, queue.joined_text) == ("Fenmark", 7, "Zu.", "")
    assert (queue.waiting_every, queue.words(Text.CLOSED, "de-AT")) == (60, "Geschlossen.")


def test_a_queue_with_contacts_is_not_deleted_and_the_page_says_what_is_in_the_way(admin):
    contact = factories.contact("Sanna Virtanen")
    page = admin.post(url("chats", "queue", contact.queue_id, "delete"), {"post": "yes"})
    assert (page.status_code, Queue.objects.count()) == (200, 1)
    assert "Cannot delete queue" in page.content.decode()
    assert f"/admin/chats/contact/{contact.pk}/change/" in page.content.decode()


def profile_form(profile, rows, **changes):
    rules = {"grace_seconds": 0, "absence": "offline", "acw": "optional", "acw_seconds": 60}
    fields = {"name": profile.name, "chat_concurrency": 3, **rules, **changes}
    return fields | forms("profile_queues", rows, initial=len([one for one in rows if "id" in one]))


def test_a_profile_without_queues_is_refused(admin):
    profile = factories.routing_profile()
    served = profile.profile_queues.get()
    row = {"id": served.pk, "routing_profile": profile.pk, "queue": served.queue_id, "priority": 1, "delay": 0}
    page = admin.post(
        url("agents", "routingprofile", profile.pk, "change"), profile_form(profile, [{**row, "DELETE": "on"}])
    )
    assert "Name at least one queue" in page.content.decode()
    assert profile.profile_queues.count() == 1


def test_who_is_absent_cannot_be_sent_to_a_routable_state(admin):
    profile = factories.routing_profile()
    served = profile.profile_queues.get()
    rows = [{"id": served.pk, "routing_profile": profile.pk, "queue": served.queue_id, "priority": 1}]
    for state, status in [(factories.state("Available"), 200), (factories.state("Break"), 302)]:
        fields = profile_form(profile, rows, absence="next_state", absence_state=state.pk)
        assert admin.post(url("agents", "routingprofile", profile.pk, "change"), fields).status_code == status


def test_a_time_zone_that_does_not_exist_is_refused_with_what_is_right(admin):
    fields = {"name": "Office", "time_zone": "Berlin"} | forms("holidays", [])
    page = admin.post(url("chats", "hoursofoperation", "add"), fields).content.decode()
    assert "There is no time zone “Berlin”: write it like Europe/Berlin or UTC." in page
    assert HoursOfOperation.objects.count() == 0


def test_the_story_of_an_offer_is_told_line_by_line(admin):
    contact = factories.contact()
    part = AgentContact.objects.create(
        agent=factories.agent(), contact=contact, round=1, state="missed", offered_at=NOW, seq=1,
        offer_events=[{"at": "12:00", "what": "sent"}, {"at": "12:01", "what": "<missed>"}],
    )  # fmt: skip
    page = admin.get(url("agents", "agentcontact", part.pk, "change")).content.decode()
    assert "12:00 sent<br>12:01 &lt;missed&gt;" in page


def test_everything_registered_is_tested_here():
    from django.contrib import admin as django_admin

    ours = {model for model in django_admin.site._registry if model._meta.app_label in {"agents", "chats", "auth"}}
    named = {(model._meta.app_label, model._meta.model_name) for model in ours}
    assert named == {*EDITED, *READ_ONLY, ("auth", "group")}
    assert not {Item, OutboundMessage, Participant} & ours  # shown only within their conversation
    assert {Contact, Conversation, Queue, RoutingProfile} <= ours
