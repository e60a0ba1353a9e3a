"""What was written in markdown reaches a viewer as a tree beside its words; every other kind has no such member."""

from __future__ import annotations

from typing import Any

import pytest

from agents import protocol
from chats import serialisers
from chats.models import Item, OutboundMessage
from tests import factories

pytestmark = pytest.mark.django_db
BOLD = [{"tag": "p", "children": [{"tag": "strong", "children": ["Done"]}]}]


def item(content: str | None, content_type: str) -> Item:
    row = factories.item(factories.contact(), content_type=content_type)
    row.content = content
    return row


def frame(row: Item | OutboundMessage) -> dict[str, Any]:
    """As a viewer gets it, after the closed protocol has looked at it."""
    method, params = serialisers.frame(row)
    protocol.STRICT[method].validate_python({"stream": row.stream, "seq": row.seq, **params})
    return dict(params[method])


def test_a_message_in_markdown_carries_its_words_and_their_tree():
    told = frame(item("**Done**", "text/markdown"))
    assert (told["Content"], told["Rich"]) == ("**Done**", BOLD)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [("**Done**", "text/plain"), ("**Done**", "application/json"), (None, "text/markdown"), ("", "text/markdown")],
)
def test_every_other_message_carries_its_words_alone(content, content_type):
    assert "Rich" not in frame(item(content, content_type))


def test_our_own_words_have_it_while_they_are_on_their_way():
    contact = factories.contact()
    words = OutboundMessage(
        conversation=contact.conversation,
        contact=contact,
        round=1,
        client_token="t",
        content_type="text/markdown",
        content="**Done**",
        position=1,
        seq=1,
        created_at=factories.NOW,
        due_at=factories.NOW,
    )
    assert frame(words)["rich"] == BOLD
