"""The states that agents choose from."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from agents.models import Agent, AgentState
from chats.admin import Admin

from .telling import tell


@admin.register(AgentState)
class AgentStateAdmin(Admin):
    list_display = ["name", "type", "order"]
    list_filter = ["type"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell(Agent.objects.all())
