"""Who holds the connection token of a call, and in which contact; once per ClientToken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connect_emulator import undocumented
from connect_emulator.restjson import Params, ServiceError
from connect_emulator.world import Contact, Participant, World, contacts, idempotency, participants


@dataclass(frozen=True, slots=True)
class Speaker:
    participant: Participant
    contact: Contact


class Speakers:
    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, params: Params) -> Speaker:
        participant = self._holder(params)
        contact = contacts.get(self._world, participant.contact_id)
        if participant.state == "LEFT" or contact.ended:
            raise ServiceError("AccessDeniedException", "the participant has left or the chat has ended")
        return Speaker(participant, contact)

    def once(self, operation: str, params: Params, act: Callable[[Speaker], Params]) -> Params:
        """The first answer again for a known ClientToken, even when the participant has left since."""
        participant = self._holder(params)
        scope, client_token = f"{operation} {participant.id}", params.get("ClientToken")
        return idempotency.once(self._world, scope, client_token, lambda: act(self.of(params)))

    def _holder(self, params: Params) -> Participant:
        participant = participants.by_connection(self._world, params["ConnectionToken"])
        if participant is None:
            raise ServiceError("AccessDeniedException", "the connection token is unknown or has expired")
        return participant


def require_connected(speaker: Speaker) -> None:
    if not speaker.participant.connected:
        raise ServiceError(
            undocumented.SPEAKING_BEFORE_CONNECTING,
            "the participant is not connected: open and subscribe the Websocket, or ask for ConnectParticipant",
        )
