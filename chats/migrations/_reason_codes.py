"""For chats 0012 and agents 0008: a row that kept a reason as an English sentence, with or without values, keeps its code.

Written out here, and not read from chats.reasons: a migration goes on doing what it did when the catalogue changes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from django.db import models

BATCH = 500  # rows in one transaction: others write between two of them
CODE, SENTENCE = '{"code": ', '{"sentence": '
GAP = re.compile(r"%\((\w+)\)")
CODES = {
    "%(type)s cannot be sent: use %(use)s": "content_type",
    "An empty message cannot be sent": "empty_message",
    "The message has %(size)s bytes; Amazon Connect takes at most %(most)s": "message_too_long",
    "This client token was used for another message: make a new one": "token_reused",
    "Not sent yet: the chat service does not answer. Trying again.": "trying_again",
    "Not sent: %(why)s.": "not_sent",
    "Perhaps not sent, Amazon Connect did not answer: %(why)s.": "perhaps_not_sent",
    "Perhaps not sent, Amazon Connect was still looking at it: %(why)s.": "perhaps_not_sent_scanning",
    "Amazon Connect refused it (%(told)s)": "refused_by_connect",
    "Amazon Connect no longer lets us speak in this chat": "cannot_speak",
    "Amazon Connect took us out of the chat": "had_been_removed",
    "you had left the chat in Amazon Connect": "agent_had_left",
    "the chat had ended": "chat_had_ended",
    "the customer had left": "customer_had_left",
    "the contact had ended": "contact_had_ended",
    "Amazon Connect takes no files from the portal in this chat."
    " Put it where the customer can fetch it and send a link": "portal_sends_no_files",
    "Amazon Connect does not let you send files."
    " An administrator can switch attachments on there": "agent_sends_no_files",
    "the file is no longer kept here. Attach it again": "file_gone",
    "the agent ended it": "agent_ended",
    "the customer left": "customer_left",
    "the chat ended": "chat_ended",
    "Amazon Connect took us out of the chat, because another agent or a bot joined": "was_removed",
    "it was ended or transferred in Amazon Connect": "ended_in_connect",
    "the customer did not answer any more": "customer_silent",
    "the chat could not be joined in time": "not_joined",
    "it has ended": "contact_ended",
    "handed on to %(name)s": "handed_on_to_agent",
    "handed on to the queue %(name)s": "handed_on_to_queue",
    "back to the queue: %(why)s": "back_to_queue",
    "declined": "declined",
    "a colleague took it": "colleague_took_it",
    "no room: the routing profile allows %(n)s chats at once": "no_room",
    "another offer before it was not answered": "earlier_offer_not_answered",
    "no answer within %(seconds)s s: %(cause)s": "no_answer",
    "the desk had lost its connection": "desk_lost_connection",
    "no tab of the desk reported that it showed it": "offer_not_shown",
    "every tab that showed it was in the background": "offer_in_background",
    "it was seen, then the tab went to the background": "offer_left_in_background",
    "it was shown in an open tab all the time": "offer_shown_all_the_time",
    "the sender took it back": "sender_took_it_back",
    "the colleague has no desk any more": "colleague_has_no_desk",
    "enqueued as the next state": "next_state",
    "%(n)s offers in a row were not answered": "offers_not_answered",
    "no open desk": "no_open_desk",
    "no open desk for %(seconds)s s": "no_open_desk_for",
    "%(name)s may not sign in any more": "may_not_sign_in",
    "%(name)s: %(why)s": "agent_absent",
    "you are serving it, end it first": "you_serve_it",
    "a colleague serves it and hands it on to you, accept or decline it first": "handed_to_you",
    "a colleague has it now": "colleague_has_it",
    "it went back to the queue": "went_back_to_queue",
    "it is still offered to you, accept or decline it first": "still_offered",
    "the time to answer is over, it goes back to the queue": "time_is_over",
    "none": "none",
    "none yet": "none_yet",
    "There is no such contact on your desk.": "not_on_your_desk",
    "The contact has ended: this was not sent.": "ended_not_sent",
    "Accept the contact before you write in it.": "accept_first",
}


def recode(text: str) -> str:
    """What a row keeps from now on for what it kept: a sentence, or one with values as JSON; "" is no reason."""
    if not text or text.startswith(CODE):
        return text
    kept = {"sentence": text, "values": {}}
    if text.startswith(SENTENCE):
        try:
            kept = json.loads(text)
        except ValueError:
            pass  # a text that only begins like it
    return json.dumps(_coded(kept), ensure_ascii=False)


def _coded(old: dict[str, Any]) -> dict[str, Any]:
    sentence, values = old["sentence"], dict(sorted(old["values"].items()))
    code = CODES.get(sentence)
    if code is None or values.keys() != set(GAP.findall(sentence)):
        return {"code": "text", "params": {"text": _filled(old)}}
    params = {name: _coded(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {"code": code, "params": params} if params else {"code": code}


def _filled(old: dict[str, Any]) -> str:
    """As chats.reasons showed it in English."""
    values = {name: _filled(value) if isinstance(value, dict) else value for name, value in old["values"].items()}
    sentence: str = old["sentence"]
    try:
        return sentence % values if values else sentence
    except (KeyError, ValueError, TypeError):
        return sentence


def recode_rows(model: type[models.Model], field: str, database: str) -> None:
    """Every row of this table, in batches by key. Once more, it changes nothing: what broke off can be run again."""
    rows = model._default_manager.using(database).annotate(kept=Cast(F(field), TextField()))
    old = rows.exclude(kept="").exclude(kept__startswith=CODE).order_by("pk")
    last = None
    while True:
        with transaction.atomic(using=database):
            following = old if last is None else old.filter(pk__gt=last)
            batch = list(following.select_for_update().values_list("pk", "kept")[:BATCH])
            _rewrite(model, field, database, batch)
        if len(batch) < BATCH:
            return
        last = batch[-1][0]


def _rewrite(model: type[models.Model], field: str, database: str, batch: list[tuple[Any, str]]) -> None:
    """One UPDATE for all rows of one reason: most tables hold few."""
    of: dict[str, list[Any]] = {}
    for key, text in batch:
        of.setdefault(text, []).append(key)
    for text, keys in of.items():
        new = Value(recode(text), output_field=TextField())
        model._default_manager.using(database).filter(pk__in=keys).update(**{field: new})
