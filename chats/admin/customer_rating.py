"""How customers found their chats, as the widget of a website asks them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats import transcripts
from chats.models import CustomerRating

from .base import ReadOnlyAdmin, plain_text


@admin.register(CustomerRating)
class CustomerRatingAdmin(ReadOnlyAdmin):
    """Of the conversations a reader may see."""

    list_display = ["rated_at", "conversation", "stars", "words"]
    list_filter = ["stars", "rated_at"]
    list_select_related = ["conversation"]
    search_fields = ["comment", "conversation__customer_name", "conversation__initial_contact_id"]
    date_hierarchy = "rated_at"
    ordering = ["-rated_at"]
    fields = ["conversation", "stars", "words", "rated_at"]
    readonly_fields = ["words"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomerRating]:
        visible = transcripts.visible_to(request.user).values("conversation")
        return super().get_queryset(request).filter(conversation__in=visible)

    @admin.display(description=_("comment"), ordering="comment")
    def words(self, rating: CustomerRating) -> SafeString:
        return plain_text(rating.comment)
