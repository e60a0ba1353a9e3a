"""What happens when an idle or auto-disconnect timer fires: told to everybody, and kept in no transcript."""

from __future__ import annotations

from connect_emulator import chat
from connect_emulator.world import World, contacts, idling, participants

IDLE_DISCONNECT = "IDLE_DISCONNECT"


def fire(world: World, participant_id: str) -> None:
    timer, participant = idling.find(world, participant_id), participants.find(world, participant_id)
    if timer is None or participant is None or timer.due_at is None or timer.due_at > world.clock.now():
        return
    contact = contacts.get(world, participant.contact_id)
    if timer.due == idling.IDLE:
        chat.signals(world, contact, "participant.idle", participant)
        idling.goes_idle(world, timer)
    else:
        chat.signals(world, contact, "participant.autodisconnection", participant)
        idling.drop(world, contact)
        _only_the_customer_stays(world, contact.initial_id)


def _only_the_customer_stays(world: World, initial_id: str) -> None:
    """An agent's chat goes to its disconnect flow; a custom participant's flow goes on."""
    rows = world.store.all(
        "SELECT p.id FROM participant p JOIN contact c ON c.id = p.contact_id"
        " WHERE c.initial_id = ? AND p.state != 'LEFT' AND p.role != 'CUSTOMER' ORDER BY p.created_at, p.id",
        initial_id,
    )
    for row in rows:
        participant = participants.find(world, row["id"])
        if participant and participant.state != "LEFT":
            chat.leaves(world, contacts.get(world, participant.contact_id), participant, IDLE_DISCONNECT)
