"""The conversation's app."""

from django.apps import AppConfig


class ChatsConfig(AppConfig):
    name = "chats"
    verbose_name = "Chats"

    def ready(self) -> None:
        from . import realtime, transcripts

        realtime.register_streams("conversation", transcripts.ConversationStreams())
        realtime.register_rights(transcripts.UserRights())
