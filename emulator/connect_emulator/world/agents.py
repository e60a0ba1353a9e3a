"""Agents of the instance: the contacts on their CCPs, and the status they are in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connect_emulator import limits
from connect_emulator.clock import moment
from connect_emulator.restjson import ServiceError

from . import register, reservations
from .register import Resource
from .rows import Contact, Row
from .world import Due, World

CLEARABLE = ("MISSED", "REJECTED", "ENDED")  # API_DismissUserContact; an ERROR does not come about here


@dataclass(frozen=True, slots=True)
class AgentContact(Row):
    seq: int
    contact_id: str
    user_id: str
    participant_id: str | None
    state: str
    answer_by: int | None
    offered_at: int
    connected_at: int | None
    changed_at: int
    cleared_at: int | None


def user(world: World, named: str) -> Resource:
    """By id, ARN or name."""
    row = world.store.one("SELECT id FROM resource WHERE kind = ? AND name = ?", register.USER, named)
    return register.get(world, register.USER, row["id"] if row else named)


def display_name(agent: Resource) -> str:
    """How an agent is called in a chat."""
    info = agent.body.get("IdentityInfo", {})
    return str(info.get("FirstName") or agent.name)


def of_user(world: World, user_id: str) -> list[AgentContact]:
    """What is on the agent's CCP, in the order it came."""
    rows = world.store.all("SELECT * FROM agent_contact WHERE user_id = ? AND cleared_at IS NULL ORDER BY seq", user_id)
    return [AgentContact.of(row) for row in rows]


def serving(world: World, initial_id: str) -> list[AgentContact]:
    """Who has accepted a contact of this chat and has it on the CCP still."""
    rows = world.store.all(
        "SELECT a.* FROM agent_contact a JOIN contact c ON c.id = a.contact_id"
        " WHERE c.initial_id = ? AND a.connected_at IS NOT NULL AND a.cleared_at IS NULL ORDER BY a.seq",
        initial_id,
    )
    return [AgentContact.of(row) for row in rows]


def of_contact(world: World, contact_id: str) -> list[AgentContact]:
    rows = world.store.all("SELECT * FROM agent_contact WHERE contact_id = ? ORDER BY seq", contact_id)
    return [AgentContact.of(row) for row in rows]


def find(world: World, seq: int) -> AgentContact | None:
    row = world.store.one("SELECT * FROM agent_contact WHERE seq = ?", seq)
    return AgentContact.of(row) if row else None


def on_ccp(world: World, contact_id: str, user_id: str, *states: str) -> AgentContact:
    """This contact on this agent's CCP, in one of these states."""
    found = [each for each in of_user(world, user_id) if each.contact_id == contact_id and each.state in states]
    if not found:
        wanted = " or ".join(states)
        raise ServiceError("InvalidRequestException", f"the agent has no contact {contact_id} that is {wanted}")
    return found[-1]


def last_of_chat(world: World, initial_id: str) -> Resource | None:
    """The agent who served the chat last, or serves it now."""
    found = world.store.value(
        "SELECT a.user_id FROM agent_contact a JOIN contact c ON c.id = a.contact_id"
        " WHERE c.initial_id = ? AND a.connected_at IS NOT NULL ORDER BY a.seq DESC LIMIT 1",
        initial_id,
    )
    return None if found is None else register.find(world, register.USER, str(found))


def offer(world: World, contact: Contact, user_id: str) -> AgentContact:
    now = world.clock.now()
    world.store.insert(
        "agent_contact",
        contact_id=contact.id,
        user_id=user_id,
        state="CONNECTING",
        answer_by=now + limits.AGENT_ANSWERS_WITHIN,
        offered_at=now,
        changed_at=now,
    )
    world.store.notice(Due())
    made = of_user(world, user_id)[-1]
    reservations.make(world, made.seq)
    return made


def set_state(world: World, entry: AgentContact, state: str) -> None:
    sql = "UPDATE agent_contact SET state = ?, answer_by = NULL, changed_at = ? WHERE seq = ?"
    world.store.run(sql, state, world.clock.now(), entry.seq)
    world.store.notice(Due())  # another agent may be asked


def set_connected(world: World, entry: AgentContact, participant_id: str) -> None:
    set_state(world, entry, "CONNECTED")
    sql = "UPDATE agent_contact SET participant_id = ?, connected_at = ? WHERE seq = ?"
    world.store.run(sql, participant_id, world.clock.now(), entry.seq)


def participant_left(world: World, participant_id: str) -> None:
    """After contact work begins: the contact stays on the CCP until it is cleared."""
    world.store.run(
        "UPDATE agent_contact SET state = 'ENDED', changed_at = ? WHERE participant_id = ? AND state = 'CONNECTED'",
        world.clock.now(),
        participant_id,
    )


def withdraw(world: World, contact_id: str) -> None:
    """Nobody is asked any more for a contact that has ended."""
    for entry in of_contact(world, contact_id):
        if entry.state == "CONNECTING":
            world.store.run("DELETE FROM reserved_participant WHERE seq = ?", entry.seq)
            world.store.run("DELETE FROM agent_contact WHERE seq = ?", entry.seq)
            _has_room_again(world, entry.user_id)


def clear(world: World, entry: AgentContact) -> None:
    world.store.run("UPDATE agent_contact SET cleared_at = ? WHERE seq = ?", world.clock.now(), entry.seq)
    _has_room_again(world, entry.user_id)


def _has_room_again(world: World, user_id: str) -> None:
    """Other contacts may be offered; with nothing left on the CCP, the status comes that was put off till then."""
    later = next_status(world, user_id)
    if later and not of_user(world, user_id):
        set_status(world, user_id, later.status.id)
    world.store.notice(Due())


def status(world: World, user_id: str) -> Resource:
    """The status an agent has chosen; who has chosen none is offline."""
    chosen = world.store.value("SELECT status_id FROM agent_status WHERE user_id = ?", user_id)
    if chosen is not None:
        return register.get(world, register.STATUS, str(chosen))
    return next(each for each in register.all_of(world, register.STATUS) if each.body["Type"] == "OFFLINE")


def set_status(world: World, user_id: str, status_id: str) -> None:
    world.store.run("INSERT OR REPLACE INTO agent_status VALUES (?, ?, ?)", user_id, status_id, world.clock.now())
    world.store.run("DELETE FROM next_status WHERE user_id = ?", user_id)
    world.store.notice(Due())


def status_since(world: World, user_id: str) -> int:
    """Who never chose one is in it since they were hired."""
    chosen = world.store.value("SELECT since FROM agent_status WHERE user_id = ?", user_id)
    hired = "SELECT modified_at FROM resource WHERE kind = ? AND id = ?"
    return int(chosen if chosen is not None else world.store.value(hired, register.USER, user_id) or 0)


@dataclass(frozen=True, slots=True)
class NextStatus:
    status: Resource
    since: int


def next_status(world: World, user_id: str) -> NextStatus | None:
    """What the agent has chosen for the time when nothing is on the CCP any more."""
    row = world.store.one("SELECT status_id, since FROM next_status WHERE user_id = ?", user_id)
    return NextStatus(register.get(world, register.STATUS, row["status_id"]), row["since"]) if row else None


def set_next_status(world: World, user_id: str, status_id: str) -> None:
    """At once, when there is nothing to wait for."""
    if not of_user(world, user_id):
        set_status(world, user_id, status_id)
    else:
        world.store.run("INSERT OR REPLACE INTO next_status VALUES (?, ?, ?)", user_id, status_id, world.clock.now())


def room(world: World, agent: Resource) -> int:
    """How many more chats the agent can be offered: the profile's concurrency less what is on the CCP."""
    profile = register.get(world, register.ROUTING_PROFILE, agent.body["RoutingProfileId"])
    most = next((m.get("Concurrency", 1) for m in profile.body["MediaConcurrencies"] if m["Channel"] == "CHAT"), 0)
    return max(0, int(most) - len(of_user(world, agent.id)))


def serves(world: World, agent: Resource, queue_id: str) -> bool:
    profile = register.get(world, register.ROUTING_PROFILE, agent.body["RoutingProfileId"])
    served = {config["QueueReference"]["QueueId"] for config in profile.body["QueueConfigs"]}
    return queue_id in served or queue_id.removeprefix("agent/") == agent.id


def after_contact_work(entry: AgentContact) -> dict[str, Any]:
    """From the end of the contact for its agent until the agent clears it."""
    if entry.state != "ENDED":
        return {}
    work: dict[str, Any] = {"AfterContactWorkStartTimestamp": moment(entry.changed_at)}
    if entry.cleared_at is not None:
        work["AfterContactWorkEndTimestamp"] = moment(entry.cleared_at)
        work["AfterContactWorkDuration"] = (entry.cleared_at - entry.changed_at) // 1000
    return work


def served(world: World, contact_id: str) -> AgentContact | None:
    """The agent's part in a contact that was accepted, if one was."""
    found = [each for each in of_contact(world, contact_id) if each.connected_at is not None]
    return found[-1] if found else None
