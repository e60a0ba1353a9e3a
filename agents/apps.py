"""The desks' app: what of it `chats` and Django notify is registered here, and nowhere else."""

from django.apps import AppConfig
from django.db.models.signals import post_save


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = "Agents"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        from chats import observers, realtime, transcripts

        from . import queue_messages, routing
        from .desk.stream import AgentStreams
        from .supervision import help_requests
        from .supervision.scope import TeamContacts
        from .supervision.whispers import WhisperStreams

        realtime.register_streams("agent", AgentStreams())
        realtime.register_streams("whispers", WhisperStreams())
        transcripts.register_scope(TeamContacts())
        observers.contact_observers[:] = [  # in this order
            routing.transfers.contact_changed,  # a colleague's offer is withdrawn before the sender's part ends
            routing.contact_events.contact_changed,
            queue_messages.contact_changed,
            help_requests.contact_changed,
        ]
        post_save.connect(
            routing.absent_agents.account_changed, sender=get_user_model(), dispatch_uid="agents.account_changed"
        )
