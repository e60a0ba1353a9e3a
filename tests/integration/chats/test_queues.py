"""A queue's own rules: is it open, and what does it say in which language?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError

from chats.models import HoursOfOperation, OpeningHours, Queue, QueueText, Text
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """Open on Fridays (NOW is one, 12:00 UTC) from 9 to 13 in Berlin."""
    hours = HoursOfOperation.objects.create(name="Office", time_zone="Europe/Berlin")
    OpeningHours.objects.create(hours=hours, weekday=OpeningHours.Weekday.FRIDAY, opens="09:00", closes="13:30")
    return hours


def test_a_queue_without_hours_is_open_at_any_time():
    assert factories.queue().is_open_at(NOW)


def test_the_hours_decide_and_the_switch_closes_whatever_they_say(office):
    queue = Queue.objects.get(pk=factories.queue(hours=office).pk)
    assert [queue.is_open_at(NOW), queue.is_open_at(NOW + timedelta(minutes=30))] == [True, False]
    queue.is_open = False
    assert not queue.is_open_at(NOW)


def test_hours_in_use_are_not_deleted(office):
    factories.queue(hours=office)
    with pytest.raises(IntegrityError):
        office.delete()


def test_every_text_is_a_column_and_every_column_of_a_text_is_one():
    columns = {field.name.removesuffix("_text") for field in Queue._meta.get_fields() if field.name.endswith("_text")}
    assert columns == set(Text.values)


def test_names_in_braces_are_filled_in():
    queue = factories.queue(waiting_text="Place {position}, {wait}. {else}")
    assert queue.words(Text.WAITING, position=3, wait="2 min") == "Place 3, 2 min. {else}"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("", "Mira is here."),
        ("fr-FR", "Mira is here."),
        ("de-DE", "Mira ist da."),
        ("DE", "Mira ist da."),
        ("de-AT", "Servus, Mira da."),
        ("deutsch", "Mira is here."),
    ],
)
def test_the_customers_language_is_spoken_where_there_are_words_for_it(language, words):
    queue = factories.queue(joined_text="{Agent} is here.")
    QueueText.objects.create(queue=queue, kind="joined", language="de", text="{Agent} ist da.")
    QueueText.objects.create(queue=queue, kind="joined", language="de-AT", text="Servus, {Agent} da.")
    QueueText.objects.create(queue=queue, kind="left", language="fr", text="{Agent} est parti.")
    assert queue.words(Text.JOINED, language, Agent="Mira") == words


def test_silence_can_be_chosen_for_one_language():
    queue = factories.queue()
    QueueText.objects.create(queue=queue, kind="joined", language="de", text="")
    assert (queue.words(Text.JOINED, "de", Agent="Mira"), queue.words(Text.JOINED, "en", Agent="Mira")) == (
        "",
        "Mira has joined.",
    )
