"""The addresses that the participant API gives out, on the host that was asked: of its socket, and of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from agents.desk import sealed
from agents.desk.connection_tokens import ConnectionToken

SOCKET = "/participant/socket"
TICKET = "ticket"
TICKET_LIVES = timedelta(
    seconds=100
)  # CreateParticipantConnection: "connect within 100 seconds"; ChatJS tries it for 85


@dataclass(frozen=True, slots=True)
class Urls:
    """`host` is the Host header of the request, already among ALLOWED_HOSTS."""

    host: str
    secure: bool

    @classmethod
    def of(cls, headers: dict[str, str], scheme: str) -> Urls:
        forwarded = settings.CCP_BEHIND_PROXY and headers.get("x-forwarded-proto") == "https"
        return cls(headers.get("host", ""), secure=bool(forwarded or scheme == "https"))

    def socket(self, token: ConnectionToken) -> str:
        """ChatJS takes ws:// only from 127.0.0.1."""
        host = self.host
        name, _, port = host.rpartition(":") if ":" in host and not host.endswith("]") else (host, "", "")
        if not self.secure and name in {"localhost", "[::1]"}:
            host = f"127.0.0.1:{port}" if port else "127.0.0.1"
        ticket = sealed.seal("socket", [token.agent_contact_id, token.session_key, token.number], timezone.now())
        return f"{'wss' if self.secure else 'ws'}://{host}{SOCKET}?{TICKET}={ticket}"

    def file(self, purpose: str, values: Sequence[str | int]) -> str:
        link = sealed.seal(purpose, values, timezone.now())
        return f"{'https' if self.secure else 'http'}://{self.host}/participant/{purpose}/{link}"


def ticket(text: str) -> ConnectionToken:
    """Whose socket it is. sealed.NotOurs."""
    part, session_key, number = sealed.unseal("socket", text, TICKET_LIVES, timezone.now())
    return ConnectionToken(int(part), str(session_key), str(number))
