"""The participant API for agents: what ChatJS and the AWS SDKs call in place of `participant.connect.<region>.amazonaws.com`.

Thin callers of agents/commands, by an agent's connection token (agents.desk.connection_tokens): the page that holds the CCP
in a frame speaks here, and its socket hears the chat. docs/streams.md says what is answered.
"""

from .app import MAX_BODY_BYTES, PATHS, asgi_app, refusal
from .socket import ChatSocket

__all__ = ["MAX_BODY_BYTES", "PATHS", "ChatSocket", "asgi_app", "refusal"]
