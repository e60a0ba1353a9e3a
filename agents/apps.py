"""The desks' app."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from chats import realtime

        from . import desk, queue_messages, routing

        realtime.register_streams("agent", desk.AgentStreams())
        routing.listen()
        routing.absent_agents.listen()
        queue_messages.listen()
