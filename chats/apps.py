"""The conversation's app."""

from django.apps import AppConfig


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = "Chats"

    def ready(self) -> None:
        from . import fanout, transcripts

        fanout.register("conversation", transcripts.ConversationStreams())
        fanout.trust(transcripts.Visitors())
