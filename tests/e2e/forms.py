"""Interactive messages as Connect has them, one of each template, with an answer to it and what the desk then marks."""

from __future__ import annotations

import json
from typing import Any

from tests.e2e.fed_desk import item

ADA = "ada"
INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
SHELVES = {"title": "Which one?", "elements": [{"title": "Oak", "subtitle": "180 cm"}, {"title": "Ash"}]}
SLOTS = [{"date": f"2026-11-23T{hour}:00+00:00", "duration": 3600} for hour in (15, 16)]
CARDS = [
    {"templateType": "Panel", "data": {"content": {"title": f"Shelf {n}", "elements": [{"title": f"Choose {n}"}]}}}
    for n in (1, 2)
]
TEMPLATES = {
    "ListPicker": (SHELVES, "Ash", "Ash"),
    "Panel": (SHELVES, "Oak", "Oak"),
    "QuickReply": (SHELVES, "Oak", "Oak"),
    "TimePicker": ({"title": "When?", "timeZoneOffset": -420, "timeslots": SLOTS}, SLOTS[1]["date"], "09:00"),
    "Carousel": ({"title": "Shelves", "elements": CARDS}, "Choose 2", "Choose 2"),
}


def form(number: int, template: str, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = json.dumps({"templateType": template, "version": "1.0", "data": {"content": content}})
    said = {"ContentType": INTERACTIVE, "ParticipantRole": "SYSTEM", "DisplayName": "BOT"}
    return item(number, ADA, told, **said | changes)
