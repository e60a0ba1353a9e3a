"""The texts of a queue in its form: which variables each knows, and how they read in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.models import Queue, QueueText, Text
from chats.models.queue import languages_for

AGENT = ("Agent",)
VARIABLES: Mapping[str, tuple[str, ...]] = {
    Text.JOINED: AGENT,
    Text.LEFT: AGENT,
    Text.ENDED: AGENT,
    Text.RESCUE: AGENT,
    Text.BARGE: AGENT,
    Text.WAITING: ("position", "wait"),
}
SAID: Mapping[str, Any] = {
    Text.JOINED: gettext_lazy("Said when an agent accepts the contact."),
    Text.LEFT: gettext_lazy("Said when an agent hands the contact on."),
    Text.ENDED: gettext_lazy("Said last when an agent ends the chat."),
    Text.CLOSED: gettext_lazy("Said by the flow when the queue is closed; the contact does not wait."),
    Text.FULL: gettext_lazy("Said by the flow when as many wait as may."),
    Text.WAITING: gettext_lazy("Said to who waits, as often as “waiting text every” says."),
    Text.NUDGE: gettext_lazy("Said to a customer who does not answer."),
    Text.SILENT: gettext_lazy("Said last to a customer who did not answer the nudge either."),
    Text.RESCUE: gettext_lazy("Said when the agent is gone for good."),
    Text.BARGE: gettext_lazy("Said before a supervisor's first words in a chat."),
}
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def check_variables(kind: str, text: str) -> None:
    """ValidationError for what would reach the customer in braces."""
    known = VARIABLES.get(kind, ())
    for name in IN_BRACES.findall(text):
        if name not in known:
            there_are = ", ".join("{" + one + "}" for one in known) or _("none")
            raise forms.ValidationError(
                _("“{%(name)s}” is no variable of this text, customers would read it so. There are: %(known)s."),
                params={"name": name, "known": there_are},
            )


def help_text(kind: str) -> str:
    known = ", ".join("{" + one + "}" for one in VARIABLES.get(kind, ()))
    return f"{SAID[kind]} {_('Variables: %(known)s.') % {'known': known}}" if known else str(SAID[kind])


def preview(queue: Queue) -> str:
    """HTML: each text as a customer reads it, in the portal's languages and those that the queue has words for."""
    rows: dict[str, dict[str, str]] = {}
    for kind, language, text in queue.texts.values_list("kind", "language", "text"):
        rows.setdefault(kind, {})[language] = text
    own = {language for texts in rows.values() for language in texts}
    languages = sorted({code for code, _name in settings.LANGUAGES} | own)
    example = {"Agent": "Mira", "position": 3, "wait": _("about %(minutes)d minutes") % {"minutes": 4}}
    lines = []
    for kind in Text:
        texts = [queue.text_in(kind, languages_for(one), rows.get(kind, {})) for one in languages]
        lines.append((kind.label, [_filled(text, example) for text in texts]))
    return render_to_string("admin/queue/preview.html", {"languages": languages, "lines": lines})


def _filled(text: str, example: Mapping[str, object]) -> str:
    for name, value in example.items():
        text = text.replace("{" + name + "}", str(value))
    return text.strip()


class QueueForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    class Meta:
        model = Queue
        fields: tuple[str, ...] = ()  # the page names them
        widgets = {f"{kind}_text": forms.Textarea(attrs={"rows": 2, "cols": 60}) for kind in Text.values}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for kind in Text:
            field = self.fields.get(f"{kind.value}_text")
            if field is not None:
                field.help_text = help_text(kind)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for kind in Text.values:
            _check(self, f"{kind}_text", kind)
        return cleaned


class QueueTextForm(forms.ModelForm):  # type: ignore[type-arg]  # as above
    class Meta:
        model = QueueText
        fields = ["kind", "language", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2, "cols": 60})}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        _check(self, "text", self.cleaned_data.get("kind", ""))
        return cleaned


def _check(form: Any, name: str, kind: str) -> None:
    try:
        check_variables(kind, form.cleaned_data.get(name) or "")
    except forms.ValidationError as error:
        form.add_error(name, error)
