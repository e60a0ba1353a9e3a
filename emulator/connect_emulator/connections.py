"""The ways into a chat: a token for the calls of one day, a URL for a socket."""

from __future__ import annotations

from collections.abc import Collection

from connect_emulator import limits
from connect_emulator.clock import iso
from connect_emulator.restjson import Params, Request
from connect_emulator.world import Participant, World, participants


def issue(world: World, participant: Participant, kinds: Collection[str], request: Request) -> Params:
    """Of these kinds, as CreateParticipantConnection and StartChatContact answer them."""
    answer: Params = {}
    if "CONNECTION_CREDENTIALS" in kinds:
        token, expires = participants.new_connection(world, participant)
        answer["ConnectionCredentials"] = {"ConnectionToken": token, "Expiry": iso(expires)}
    if "WEBSOCKET" in kinds:
        expires = world.clock.now() + limits.CONNECTION_TOKEN_LIVES
        url = socket_url(request, participants.new_ticket(world, participant))
        answer["Websocket"] = {"Url": url, "ConnectionExpiry": iso(expires)}
    return answer


def socket_url(request: Request, ticket: str) -> str:
    """Where the request came to, as a websocket. ChatJS takes ws:// only from 127.0.0.1."""
    host = request.headers.get("host", "127.0.0.1")
    scheme = "wss" if request.headers.get("x-forwarded-proto") == "https" else "ws"
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if (name or host) in {"localhost", "[::1]"} and scheme == "ws":
        host = f"127.0.0.1:{port}" if name else "127.0.0.1"
    return f"{scheme}://{host}/socket?ticket={ticket}"
