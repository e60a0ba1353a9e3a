"""Forms of Django's admin, as a browser posts them."""

from __future__ import annotations

from typing import Any

from django.test import Client


def filled(client: Client, address: str) -> dict[str, Any]:
    """What a browser would post of this page, untouched."""
    page = client.get(address)
    inlines = page.context["inline_admin_formsets"]
    bound = [*page.context["adminform"].form]
    for one in inlines:
        bound += [*one.formset.management_form, *(field for form in one.formset for field in form)]
    values = {field.html_name: field.value() for field in bound}
    kept = {name: value for name, value in values.items() if value is not None and value is not False}
    return kept | {"_shown": page.context.get("shown", "")}


def errors(answer: Any) -> list[str]:
    """What stands above the form."""
    return [str(one) for one in answer.context["adminform"].form.non_field_errors()]
