"""How far a page of others has been told of a chat, so that it goes on from there when its line was cut."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from .agent_contact import AgentContact


class ChatPosition(models.Model):
    """Of one connection token and those renewed from it: the number of the last item that went to its socket."""

    KEPT = timedelta(days=2)  # longer than a token lives

    connection = models.CharField(primary_key=True, max_length=32)  # connection_tokens.ConnectionToken.number
    agent_contact = models.ForeignKey(AgentContact, models.CASCADE, related_name="chat_positions")
    number = models.PositiveBigIntegerField()  # Item.number
    told_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["told_at"], name="chat_position_age")]

    def __str__(self) -> str:
        return f"{self.connection}: {self.number}"

    @classmethod
    def keep(cls, connection: str, part: int, number: int, now: datetime) -> None:
        """Forward only: of two sockets that overlap, the one that is behind says nothing."""
        moved = cls.objects.filter(pk=connection, number__lte=number).update(number=number, told_at=now)
        if not moved:
            cls.objects.filter(told_at__lt=now - cls.KEPT).delete()
            cls.objects.get_or_create(
                pk=connection, defaults={"agent_contact_id": part, "number": number, "told_at": now}
            )
