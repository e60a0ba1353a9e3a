"""Why something is so: a code and its parameters, which rows keep, and the one catalogue of sentences that readers see.

A reason becomes a sentence at the edge only: `translated()` in the language that is active (pages, admin), `data` for the
sockets, whose page translates it, `str()` in English for logs. Logic compares reasons or their codes, never sentences.
Each app registers the sentences of its codes when it is imported: chats at the end of this module, agents in agents.reasons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from django.db import models
from django.utils.translation import gettext

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    TextField = models.TextField["Reason", "Reason"]
else:
    TextField = models.TextField  # at run time Django's fields take no type arguments

Value: TypeAlias = "str | int | Reason"
GAP = re.compile(r"%\((\w+)\)")

_sentences: dict[str, str] = {"": ""}
_gaps: dict[str, frozenset[str]] = {"": frozenset()}


def register_reasons(sentences: Mapping[str, str]) -> None:
    """Add sentences to the catalogue. They are literals in a dict literal: `dev.py words` gathers them there."""
    for code, sentence in sentences.items():
        if _sentences.setdefault(code, sentence) != sentence:
            raise ValueError(f"the code {code!r} has a sentence already: {_sentences[code]!r}")
        _gaps[code] = frozenset(GAP.findall(sentence))


def registered() -> Mapping[str, str]:
    """The catalogue, for tests: every code and its sentence."""
    return {code: sentence for code, sentence in _sentences.items() if code}


@dataclass(frozen=True, slots=True, init=False)
class Sentence:
    """An English sentence that gettext translates, and what fills its %(named)s gaps: text, a number, or a reason."""

    sentence: str
    items: tuple[tuple[str, Value], ...]  # sorted by name: equal sentences are equal, and hash alike

    def __init__(self, sentence: str, /, **params: object) -> None:
        values = {name: one if isinstance(one, int | Reason) else str(one) for name, one in params.items()}
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "items", tuple(sorted(values.items(), key=lambda item: item[0])))

    @property
    def params(self) -> dict[str, Value]:
        return dict(self.items)

    def __bool__(self) -> bool:
        return bool(self.sentence)

    def __str__(self) -> str:
        """In English: for logs and whoever has no language."""
        return _filled(self.sentence, {name: str(value) for name, value in self.items})

    def translated(self) -> str:
        """In the language that is active now, that of the reader."""
        if not self.sentence:
            return ""  # gettext would answer with the head of its catalogue
        values = {name: one.translated() if isinstance(one, Reason) else one for name, one in self.items}
        return _filled(gettext(self.sentence), values)

    @property
    def data(self) -> dict[str, Any] | None:
        """As protocol.Reason, for a page that translates it; None: there is no reason."""
        if not self.sentence:
            return None
        values = {name: one.data if isinstance(one, Reason) else one for name, one in self.items}
        return {"sentence": self.sentence, "values": values}


@dataclass(frozen=True, slots=True, init=False)
class Reason(Sentence):
    """A code of the catalogue and the parameters of its sentence. `Reason()` is no reason, and false."""

    code: str

    def __init__(self, code: str = "", /, **params: object) -> None:
        """Raise ValueError for a code that nobody registered, and for parameters that its sentence does not have."""
        if code not in _sentences:
            raise ValueError(f"no reason has the code {code!r}: register its sentence in the app's reasons.py")
        if params.keys() != _gaps[code]:
            takes, given = ", ".join(sorted(_gaps[code])) or "none", ", ".join(sorted(params)) or "none"
            raise ValueError(f"the reason {code!r} takes these parameters: {takes}; given: {given}")
        Sentence.__init__(self, _sentences[code], **params)
        object.__setattr__(self, "code", code)

    @property
    def data(self) -> dict[str, Any] | None:
        data = Sentence.data.fget(self)  # type: ignore[attr-defined]  # super() does not know a class made anew for its slots
        return None if data is None else {"code": self.code, **data}

    def but(self, **params: object) -> Self:
        """The same with other parameters."""
        return type(self)(self.code, **{**self.params, **params})


def _filled(sentence: str, values: Mapping[str, object]) -> str:
    return sentence % values if values else sentence


class ReasonField(TextField):
    """Keeps a reason as JSON, {"code": …, "params": {…}}, one text for one reason; no reason is the empty text.

    Text without a code becomes the reason `text`, so that a row can always be read.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"blank": True, "default": Reason, **options})

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str):
            value = self.to_python(value)
        if isinstance(value, Reason):
            return json.dumps(_kept(value), ensure_ascii=False) if value else ""
        return value

    def from_db_value(self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        return _read(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        """For dumpdata, whose loaddata reads it by to_python."""
        return str(self.get_prep_value(self.value_from_object(obj)))


def _kept(reason: Reason) -> dict[str, Any]:
    params = {name: _kept(value) if isinstance(value, Reason) else value for name, value in reason.items}
    return {"code": reason.code, "params": params} if params else {"code": reason.code}


def _read(text: str) -> Reason:
    if not text:
        return Reason()
    try:
        kept = json.loads(text)
    except ValueError:
        kept = None
    return _reason_of(kept) if isinstance(kept, dict) and "code" in kept else Reason("text", text=text)


def _reason_of(kept: Mapping[str, Any]) -> Reason:
    """A code of another release of the portal is shown as such: a desk opens whatever its rows hold."""
    params = {
        name: _reason_of(value) if isinstance(value, dict) else value for name, value in kept.get("params", {}).items()
    }
    try:
        return Reason(kept["code"], **params)
    except ValueError:
        return Reason("unknown", code=kept["code"])


register_reasons(
    {
        "text": "%(text)s",  # what had no code: rows of before there were codes
        "unknown": "a reason that this release of the portal does not know (%(code)s)",
        # Why words are not taken (outbox.NotSendable).
        "content_type": "%(type)s cannot be sent: use %(use)s",
        "empty_message": "An empty message cannot be sent",
        "message_too_long": "The message has %(size)s bytes; Amazon Connect takes at most %(most)s",
        "token_reused": "This client token was used for another message: make a new one",
        # Why words are not sent yet, or failed: what became of them, and because of what.
        "trying_again": "Not sent yet: the chat service does not answer. Trying again.",
        "waits_its_turn": "Queued: its turn is in %(seconds)s s",
        "not_sent": "Not sent: %(why)s.",
        "perhaps_not_sent": "Perhaps not sent, Amazon Connect did not answer: %(why)s.",
        "perhaps_not_sent_scanning": "Perhaps not sent, Amazon Connect was still looking at it: %(why)s.",
        "refused_by_connect": "Amazon Connect refused it (%(told)s)",
        "cannot_speak": "Amazon Connect no longer lets us speak in this chat",
        "token_over": "Amazon Connect no longer lets the portal speak for the agent",
        "had_been_removed": "Amazon Connect took us out of the chat",
        "agent_had_left": "you had left the chat in Amazon Connect",
        "chat_had_ended": "the chat had ended",
        "customer_had_left": "the customer had left",
        "contact_had_ended": "the contact had ended",
        "portal_sends_no_files": (
            "Amazon Connect takes no files from the portal in this chat."
            " Put it where the customer can fetch it and send a link"
        ),
        "agent_sends_no_files": (
            "Amazon Connect does not let you send files. An administrator can switch attachments on there"
        ),
        "file_gone": "the file is no longer kept here. Attach it again",
    }
)
