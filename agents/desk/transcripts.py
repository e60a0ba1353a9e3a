"""Reading for whoever may see a contact: pages of its transcript, and what else the customer had with us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from agents.models import AgentContact
from agents.protocol import GetTranscript
from agents.protocol.refusals import Refusal
from chats import transcripts
from chats.models import Contact
from chats.transcripts import customer_history


def get_transcript(user_id: int, request: GetTranscript) -> dict[str, Any]:
    """A page of the transcript of a contact this user may see, as protocol.Transcript."""
    contact = _visible(get_user_model().objects.get(pk=user_id), request.contact_id)
    start = request.start_position
    try:
        start_time = datetime.fromisoformat(start.absolute_time) if start.absolute_time else None
    except ValueError:
        raise Refusal("startPosition", "%(time)s is not a time of the calendar.", time=start.absolute_time) from None
    wanted = transcripts.PageRequest(
        max_results=request.max_results,
        sort_order=request.sort_order,
        scan_direction=request.scan_direction,
        start_id=start.id,
        start_time=start_time,
        most_recent=start.most_recent,
        next_token=request.next_token,
    )
    try:
        page = transcripts.page(contact.conversation, wanted)
    except transcripts.BadToken:
        raise Refusal("nextToken", "nextToken is not one that getTranscript gave") from None
    return {
        "InitialContactId": contact.conversation.initial_contact_id,
        "Transcript": page.items,
        "NextToken": page.next_token,
    }


def get_earlier_contacts(user_id: int, contact_id: str) -> dict[str, Any]:
    """What else this customer had with us, as far as this user may see it, as protocol.EarlierContacts."""
    user = get_user_model().objects.get(pk=user_id)
    found = customer_history.contacts(user, _visible(user, contact_id).conversation)
    came_of = AgentContact.dispositions_of([one["contactId"] for one in found.contacts])
    told = [{**one, "disposition": came_of.get(one["contactId"], "")} for one in found.contacts]
    return {"by": found.by, "contacts": told}


def _visible(user: User, contact_id: str) -> Contact:
    contact = transcripts.visible_to(user).select_related("conversation").filter(pk=contact_id).first()
    if contact is None:
        raise Refusal("contactNotFound", "There is no such contact, or you may not see it.")
    return contact
