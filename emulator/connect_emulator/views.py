"""The views AWS manages in every instance, and the message that shows one in a chat.

Their names and actions are those of adminguide/view-resources-managed-view; their templates are AWS's own and not here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connect_emulator import messages
from connect_emulator.instance import last_part
from connect_emulator.world import Contact, World


@dataclass(frozen=True, slots=True)
class View:
    id: str
    name: str
    actions: tuple[str, ...]


_MANAGED: Final[Mapping[str, View]] = {
    view.id: view
    for view in (
        View("detail", "Detail", ("ActionSelected", "Back", "Next")),
        View("list", "List", ("ActionSelected", "Back", "Next")),
        View("form", "Form", ("Submit", "Back", "Cancel", "Edit", "Next", "Previous")),
        View("confirmation", "Confirmation", ("Next",)),
        View("cards", "Cards", ("ActionSelected", "Back", "NoMatchFound")),
    )
}


def find(id_or_arn: str) -> View | None:
    """By its id, its ARN, or either with a version or `:$LATEST` behind it."""
    return _MANAGED.get(last_part(id_or_arn).partition(":")[0])


def message(view: View, data: Any, token: str) -> dict[str, Any]:
    """The interactive message of a view: what shows it asks DescribeView with the token."""
    content = {"viewId": view.id, "viewToken": token, "viewData": data}
    return {"templateType": "ViewResource", "version": "1.0", "data": {"content": content}}


def shown(world: World, contact: Contact, token: str) -> View | None:
    """The view that a flow has shown in this chat with the token."""
    sql = "SELECT content FROM item WHERE initial_id = ? AND role = 'SYSTEM' AND content_type = ?"
    for row in world.store.all(sql, contact.initial_id, messages.INTERACTIVE):
        content = json.loads(row["content"]).get("data", {}).get("content", {})
        if content.get("viewToken") == token:
            return find(str(content["viewId"]))
    return None


def described(world: World, view: View) -> dict[str, Any]:
    """As DescribeView of connectparticipant has it."""
    return {
        "Id": view.id,
        "Arn": f"arn:aws:connect:{world.instance.region}:aws:view/{view.id}:1",
        "Name": view.name,
        "Version": 1,
        "Content": {"Actions": list(view.actions)},
    }
