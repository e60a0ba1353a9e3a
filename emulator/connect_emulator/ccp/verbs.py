"""The verbs of the control API that play an agent's CCP; none of them exists in AWS.

Each takes {"user": <id, ARN or name>, "contactId": …} and what it says below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_emulator.clock import iso
from connect_emulator.restjson import ServiceError
from connect_emulator.world import Contact, World, agents, contacts, queueing, register
from connect_emulator.world.agents import AgentContact
from connect_emulator.world.register import Resource

from . import desk

Body = dict[str, Any]
PROFILE = "Basic Routing Profile"


class Verbs:
    """Of GET agents, POST agents, and POST agent/<verb>."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.get: dict[str, Callable[[], Any]] = {"agents": self.agents, "queues": self.queues}
        self.post: dict[str, Callable[[Body], Any]] = {
            "agents": self._changed(self.hire),
            "agent/status": self._changed(self.status),
            "agent/offer": self._changed(self.offer),
            "agent/accept": self._changed(self.accept),
            "agent/reject": self._changed(self.reject),
            "agent/transfer": self._changed(self.transfer),
            "agent/leave": self._changed(self.leave),
            "agent/clear": self._changed(self.clear),
        }

    def agents(self) -> Body:
        return {"agents": [self._shown(user) for user in register.all_of(self._world, register.USER)]}

    def queues(self) -> Body:
        """Who waits where, the first to be served first."""
        world = self._world
        ids = [each.id for each in register.all_of(world, register.QUEUE)]
        ids += [queueing.OF_AGENT + each.id for each in register.all_of(world, register.USER)]
        waiting = {each: [q.contact_id for q in queueing.waiting(world, each)] for each in ids}
        return {
            "queues": [
                {"queueId": each, "name": queueing.name_of(world, each), "contactIds": waiting[each]} for each in ids
            ]
        }

    def hire(self, body: Body) -> Body:
        """{"username", "firstName"?}: a user with the basic profile, for who does not want to call CreateUser."""
        name = _text(body, "username")
        profile = next(r for r in register.all_of(self._world, register.ROUTING_PROFILE) if r.name == PROFILE)
        info = {"FirstName": str(body.get("firstName") or name), "LastName": ""}
        kept = {"RoutingProfileId": profile.id, "SecurityProfileIds": [], "IdentityInfo": info}
        made = register.add(self._world, register.USER, name, {**kept, "PhoneConfig": {"PhoneType": "SOFT_PHONE"}})
        return self._shown(made)

    def status(self, body: Body) -> Body:
        """{"user", "status": the name of an agent status}"""
        agent, name = self._agent(body), _text(body, "status")
        known = {each.name: each for each in register.all_of(self._world, register.STATUS)}
        if name not in known:
            raise ServiceError("InvalidParameterException", f"status must be one of {', '.join(known)}")
        agents.set_status(self._world, agent.id, known[name].id)
        return self._shown(agent)

    def offer(self, body: Body) -> Body:
        return self._entry(desk.offer(self._world, self._contact(body), self._agent(body)))

    def accept(self, body: Body) -> Body:
        """Answers the AGENT participant's token, for CreateParticipantConnection."""
        participant = desk.accept(self._world, self._contact(body), self._agent(body))
        return {"participantId": participant.id, "participantToken": participant.token}

    def reject(self, body: Body) -> Body:
        desk.reject(self._world, self._contact(body), self._agent(body))
        return {}

    def transfer(self, body: Body) -> Body:
        """With {"queueId"} or {"toUser"}: by a quick connect to a queue, or to an agent."""
        world, to_queue, to_user = self._world, body.get("queueId"), body.get("toUser")
        if (to_queue is None) == (to_user is None):
            raise ServiceError("InvalidParameterException", "a transfer takes queueId or toUser")
        queue_id = (
            queueing.named(world, str(to_queue))
            if to_user is None
            else queueing.OF_AGENT + agents.user(world, str(to_user)).id
        )
        if queue_id is None:
            raise ServiceError("ResourceNotFoundException", "the instance has no queue with this queueId")
        return {"contactId": desk.transfer(world, self._contact(body), self._agent(body), queue_id).id}

    def leave(self, body: Body) -> Body:
        desk.leave(self._world, self._contact(body), self._agent(body))
        return {}

    def clear(self, body: Body) -> Body:
        desk.clear(self._world, self._contact(body), self._agent(body))
        return {}

    def _changed(self, act: Callable[[Body], Body]) -> Callable[[Body], Body]:
        def in_one_change(body: Body) -> Body:
            with self._world.store.change():
                return act(body)

        return in_one_change

    def _contact(self, body: Body) -> Contact:
        return contacts.get(self._world, _text(body, "contactId"))

    def _agent(self, body: Body) -> Resource:
        return agents.user(self._world, _text(body, "user"))

    def _shown(self, agent: Resource) -> Body:
        return {
            "userId": agent.id,
            "username": agent.name,
            "status": agents.status(self._world, agent.id).name,
            "contacts": [self._entry(each) for each in agents.of_user(self._world, agent.id)],
        }

    def _entry(self, entry: AgentContact) -> Body:
        return {
            "contactId": entry.contact_id,
            "state": entry.state,
            "participantId": entry.participant_id,
            "offeredAt": iso(entry.offered_at),
            "answerBy": entry.answer_by and iso(entry.answer_by),
        }


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise ServiceError("InvalidParameterException", f"{name} must be a text")
    return value
