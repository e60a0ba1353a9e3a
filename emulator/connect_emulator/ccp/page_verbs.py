"""What the CCP's page asks for its agent: the Backend of frontend/ccp/desk.d.ts, each verb once, in one change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_emulator import limits
from connect_emulator.clock import iso
from connect_emulator.restjson import ServiceError
from connect_emulator.world import (
    Contact,
    World,
    agents,
    contacts,
    participants,
    queueing,
    register,
    reservations,
    signed_in,
)
from connect_emulator.world.agents import AgentContact
from connect_emulator.world.register import Resource

from . import desk, shown

Params = dict[str, Any]
Verb = Callable[[World, Resource, Params], Any]


class Refused(Exception):
    """The page is told why; `kind` is one of Streams' CTIExceptions."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


_KINDS = {
    "ResourceNotFoundException": "ContactNotFoundException",
    "InvalidRequestException": "InvalidStateException",
    "InvalidParameterException": "InvalidParameterException",
    "LimitExceededException": "LimitExceededException",
}


def ask(world: World, agent: Resource, method: str, params: Params) -> Any:
    """The answer of one verb, or Refused."""
    verb = _VERBS.get(method)
    if verb is None:
        raise Refused("UnsupportedOperationException", f"the CCP has {', '.join(sorted(_VERBS))}")
    try:
        with world.store.change():
            return verb(world, agent, params)
    except ServiceError as error:
        raise Refused(_KINDS.get(error.code, "InternalServiceException"), error.message) from None


def _set_state(world: World, agent: Resource, params: Params) -> Params:
    status = register.get(world, register.STATUS, _text(params, "stateId"))
    act = agents.set_next_status if params.get("next") is True else agents.set_status
    act(world, agent.id, status.id)
    return {}


def _accept(world: World, agent: Resource, params: Params) -> Params:
    desk.accept(world, _contact(world, agent, params), agent)
    return {}


def _reject(world: World, agent: Resource, params: Params) -> Params:
    desk.reject(world, _contact(world, agent, params), agent)
    return {}


def _leave(world: World, agent: Resource, params: Params) -> Params:
    """What rings is rejected by it: Streams' connection.destroy() in place of contact.reject()."""
    contact = _contact(world, agent, params)
    ringing = _entry(world, agent, contact.id).state == "CONNECTING"
    (desk.reject if ringing else desk.leave)(world, contact, agent)
    return {}


def _clear(world: World, agent: Resource, params: Params) -> Params:
    desk.clear(world, _contact(world, agent, params), agent)
    return {}


def _connection_token(world: World, agent: Resource, params: Params) -> Params:
    """Of an offer, too: what it is good for begins with the acceptance."""
    entry = _entry(world, agent, _text(params, "contactId"))
    reserved = reservations.of(world, entry.seq)
    if entry.state == "CONNECTING" and reserved:
        return _token(reserved.connection_token, world.clock.now() + limits.CONNECTION_TOKEN_LIVES)
    participant = participants.find(world, entry.participant_id or "")
    if entry.state != "CONNECTED" or participant is None:
        raise Refused("InvalidStateException", "the agent is not in this chat any more")
    return _token(*participants.new_connection(world, participant))


def _endpoints(world: World, agent: Resource, _params: Params) -> Params:
    return {"endpoints": shown.endpoints(world, agent)}


def _transfer(world: World, agent: Resource, params: Params) -> Params:
    named = _text(params, "endpointId")
    to_agent = register.find(world, register.USER, named)
    queue_id = queueing.OF_AGENT + to_agent.id if to_agent else queueing.named(world, named)
    if queue_id is None:
        raise Refused("EndpointNotFoundException", "endpoint must be one of agent.getEndpoints()")
    desk.transfer(world, _contact(world, agent, params), agent, queue_id)
    return {}


def _set_preferences(world: World, agent: Resource, params: Params) -> Params:
    given = params.get("preferences")
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()) or len(given) > 50:
        raise Refused("InvalidParameterException", "preferences must be up to 50 texts by name")
    signed_in.set_preferences(world, agent, given)
    return {}


def _set_attributes(world: World, agent: Resource, params: Params) -> Params:
    given = params.get("attributes")
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise Refused("InvalidParameterException", "attributes must be texts by name")
    contacts.add_attributes(world, _contact(world, agent, params).initial_id, given)
    return {}


_VERBS: dict[str, Verb] = {
    "setState": _set_state,
    "accept": _accept,
    "reject": _reject,
    "leave": _leave,
    "clear": _clear,
    "connectionToken": _connection_token,
    "endpoints": _endpoints,
    "transfer": _transfer,
    "setPreferences": _set_preferences,
    "setAttributes": _set_attributes,
}


def _entry(world: World, agent: Resource, contact_id: str) -> AgentContact:
    found = [each for each in agents.of_user(world, agent.id) if each.contact_id == contact_id]
    if not found:
        raise Refused("ContactNotFoundException", "this agent has no contact with this contactId")
    return found[-1]


def _contact(world: World, agent: Resource, params: Params) -> Contact:
    """On this agent's CCP, and on nobody else's."""
    return contacts.get(world, _entry(world, agent, _text(params, "contactId")).contact_id)


def _token(token: str, expires: int) -> Params:
    return {"token": token, "expires": iso(expires)}


def _text(params: Params, name: str) -> str:
    value = params.get(name)
    if not isinstance(value, str) or not value:
        raise Refused("InvalidParameterException", f"{name} must be a text")
    return value
