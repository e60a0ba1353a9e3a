"""A participant: somebody in a conversation. Ours carry the tokens they speak with and the receipts they owe."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .conversation import Conversation
from .encrypted_field import EncryptedTextField


class Participant(models.Model):
    """Somebody in a conversation. Ours carry the round they were made for and the tokens to speak with."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    participant_id = models.CharField(max_length=256)
    contact_id = models.CharField(max_length=256)
    role = models.CharField(max_length=16)
    display_name = models.CharField(max_length=1024, blank=True)
    round = models.PositiveIntegerField(null=True)  # ours: the round of the contact it was made for
    participant_token = EncryptedTextField(blank=True, default="")
    connection_token = EncryptedTextField(blank=True, default="")
    connection_expires_at = models.DateTimeField(null=True)
    connection_made_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)  # ours: when GetTranscript was last compared
    compared_id = models.CharField(max_length=256, blank=True, default="")  # ours: up to this item nothing is missing
    renew_at = models.DateTimeField(null=True)  # ours: whoever renews its token has claimed it until then
    delivered_id = models.CharField(max_length=256, blank=True)
    read_id = models.CharField(max_length=256, blank=True)
    owes_read_id = models.CharField(max_length=256, blank=True)  # ours: the receipt Connect has not yet been told
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "participant_id"], name="one_participant_per_id"),
            models.UniqueConstraint(
                fields=["contact_id", "round"], condition=Q(round__isnull=False), name="one_of_ours_per_round"
            ),
        ]
        indexes = [models.Index(fields=["conversation", "seq"], name="participant_seq")]

    def __str__(self) -> str:
        return f"{self.display_name} ({self.role})"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    @property
    def is_ours(self) -> bool:
        return self.round is not None
