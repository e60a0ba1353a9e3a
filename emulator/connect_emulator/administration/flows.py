"""Contact flows: created, described, listed, changed; what the engine runs is what is published here."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from connect_emulator.flows import Flow, InvalidFlow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.flows.language import MODULE, TRANSFERABLE
from connect_emulator.instance import last_part
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

from .paging import page
from .shown import MOST, require_instance

CONTENT_CHARACTERS = 256_000  # API_CreateContactFlow
_SAVED = "$SAVED"
_log = logging.getLogger("connect_emulator.flows")


class Published(Mapping[str, Flow]):
    """The flows and modules of the instance by id, as the engine wants them; a document is read once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._read: dict[tuple[str, str], Flow] = {}

    def __getitem__(self, flow_id: str) -> Flow:
        found = register.find(self._world, register.FLOW, flow_id) or register.find(
            self._world, register.MODULE, flow_id
        )
        text = found.body["published"] if found else None
        if text is None:
            raise KeyError(flow_id)
        key = text, found.body["type"] if found else ""
        if key not in self._read:
            self._read[key] = _parsed(flow_id, *key)
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        found = [f for kind in (register.FLOW, register.MODULE) for f in register.all_of(self._world, kind)]
        return iter([f.id for f in found if f.body["published"] is not None])

    def __len__(self) -> int:
        return len(list(iter(self)))


def _parsed(flow_id: str, text: str, flow_type: str) -> Flow:
    try:
        return parse(text, CHECKS, flow_type)
    except InvalidFlow as error:  # it was valid for the version of the emulator that published it
        _log.error("flow %s is no longer one the emulator can run: %s", flow_id, error)
        raise KeyError(flow_id) from None


def load(world: World, flow_id: str, flow: Flow) -> None:
    """A flow of the command line: its file is the truth until the API changes the flow, and again when the file does."""
    kind = register.MODULE if flow.type == MODULE else register.FLOW
    digest, known = sha256(flow.text), register.find(world, kind, flow_id)
    if known is None:
        body = {**blank(flow.type), "published": flow.text, "loaded": digest}
        register.add(world, kind, _free_name(world, flow), body, resource_id=flow_id)
    elif known.body.get("loaded") != digest:
        register.change(world, known, published=flow.text, saved=None, loaded=digest, type=flow.type)


def blank(flow_type: str) -> dict[str, Any]:
    """The body of a flow of which nothing is known but its type."""
    return {"type": flow_type, "state": "ACTIVE", "description": "", "published": None, "saved": None}


def handlers(world: World) -> dict[str, Handler]:
    return {**_create_and_show(world), **_update(world)}


def _create_and_show(world: World) -> dict[str, Handler]:
    def create(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        text, saved_only = params["Content"], params.get("Status") == "SAVED"
        _require_content(world, text, params["Type"], valid=not saved_only)
        body = {
            **blank(params["Type"]),
            "description": params.get("Description", ""),
            "Tags": params.get("Tags"),
            "published": None if saved_only else text,
            "saved": text if saved_only else None,
        }
        made = register.add(world, register.FLOW, params["Name"], body)
        arn = register.arn(world, made.kind, made.id)
        return {"ContactFlowId": made.id, "ContactFlowArn": arn, "FlowContentSha256": sha256(text)}

    def describe(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        flow, qualifier = _named(world, params)
        saved = flow.body["saved"] if qualifier == _SAVED else None
        text = flow.body["published"] if saved is None else saved
        if text is None:
            raise ServiceError("ContactFlowNotPublishedException", "the flow has not been published; ask for :$SAVED")
        return {"ContactFlow": _shown(world, flow, text, "PUBLISHED" if saved is None else "SAVED")}

    def list_all(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        wanted = params.get("ContactFlowTypes")
        found = [f for f in register.all_of(world, register.FLOW) if not wanted or f.body["type"] in wanted]
        flows, token = page([(flow.seq, flow) for flow in found], params, MOST)
        return {"ContactFlowSummaryList": [_summary(world, flow) for flow in flows], "NextToken": token}

    return {"CreateContactFlow": create, "DescribeContactFlow": describe, "ListContactFlows": list_all}


def _update(world: World) -> dict[str, Handler]:
    def content(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        flow, qualifier = _named(world, params)
        _require_content(world, params["Content"], flow.body["type"], valid=qualifier != _SAVED)
        if qualifier == _SAVED:
            register.change(world, flow, saved=params["Content"])
        else:
            register.change(world, flow, published=params["Content"], saved=None)
        return {}

    def metadata(params: Params, _request: Request) -> Params:
        """UpdateContactFlowName takes the same members but for the state."""
        require_instance(world, params)
        flow, _ = _named(world, params)
        register.change(
            world,
            flow,
            name=params.get("Name"),
            description=params.get("Description", flow.body["description"]),
            state=params.get("ContactFlowState", flow.body["state"]),
        )
        return {}

    def delete(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        flow, _ = _named(world, params)
        if flow.body.get("default"):
            raise ServiceError("InvalidRequestException", "a default flow cannot be deleted")
        register.remove(world, flow)
        return {}

    return {
        "DeleteContactFlow": delete,
        "UpdateContactFlowContent": content,
        "UpdateContactFlowName": metadata,
        "UpdateContactFlowMetadata": metadata,
    }


def _named(world: World, params: Params) -> tuple[Resource, str]:
    """The flow, and the qualifier after its id: nothing or $SAVED; the emulator keeps no numbered versions."""
    flow_id, _, qualifier = last_part(params["ContactFlowId"]).partition(":")
    if qualifier not in {"", _SAVED}:
        raise ServiceError("ResourceNotFoundException", f"the emulator keeps no version {qualifier} of a flow")
    return register.get(world, register.FLOW, flow_id), qualifier


def problems_of(world: World, text: str, flow_type: str) -> list[str]:
    """What is wrong with a flow or a module, also with what it says of the other flows of the instance."""
    try:
        flow = parse(text, CHECKS, flow_type)
    except InvalidFlow as error:
        return error.problems
    named = [(a.id, a.parameters["ContactFlowId"]) for a in flow.actions.values() if a.type == "TransferToFlow"]
    known = [(action_id, register.find(world, register.FLOW, flow_id)) for action_id, flow_id in named]
    return [
        f"action {action_id}: TransferToFlow cannot go to {found.name}, a flow of type {found.body['type']}"
        for action_id, found in known
        if found is not None and found.body["type"] not in TRANSFERABLE
    ]


def _require_content(world: World, text: str, flow_type: str, *, valid: bool) -> None:
    """Saved content is not looked into (API_CreateContactFlow: Status)."""
    if not 1 <= len(text) <= CONTENT_CHARACTERS:
        raise ServiceError("InvalidParameterException", f"Content must have 1 to {CONTENT_CHARACTERS} characters")
    if not valid:
        return
    problems = [{"message": problem} for problem in problems_of(world, text, flow_type)]
    if problems:
        raise ServiceError("InvalidContactFlowException", "the flow is not valid", problems=problems)


def _shown(world: World, flow: Resource, text: str, status: str) -> dict[str, Any]:
    return {
        "Arn": register.arn(world, flow.kind, flow.id),
        "Id": flow.id,
        "Name": flow.name,
        "Type": flow.body["type"],
        "State": flow.body["state"],
        "Status": status,
        "Description": flow.body["description"],
        "Content": text,
        "Tags": flow.body.get("Tags"),
        "FlowContentSha256": sha256(text),
    }


def _summary(world: World, flow: Resource) -> dict[str, Any]:
    return {
        "Id": flow.id,
        "Arn": register.arn(world, flow.kind, flow.id),
        "Name": flow.name,
        "ContactFlowType": flow.body["type"],
        "ContactFlowState": flow.body["state"],
        "ContactFlowStatus": "SAVED" if flow.body["published"] is None else "PUBLISHED",
    }


def _free_name(world: World, flow: Flow) -> str:
    """The document's own name; a number after it where two files have the same."""
    metadata = json.loads(flow.text).get("Metadata")
    named = metadata.get("name") if isinstance(metadata, dict) else None
    name = named if isinstance(named, str) and named else "Flow of the command line"
    taken = {known.name for known in register.all_of(world, register.FLOW)}
    return next(n for n in (name, *(f"{name} ({k})" for k in range(2, len(taken) + 3))) if n not in taken)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
