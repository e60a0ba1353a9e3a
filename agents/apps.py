"""The desks' app."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from chats import realtime

        from . import queue_messages, routing
        from .desk.stream import AgentStreams

        realtime.register_streams("agent", AgentStreams())
        routing.listen()
        routing.absent_agents.listen()
        queue_messages.listen()
