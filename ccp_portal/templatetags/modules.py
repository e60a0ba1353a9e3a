"""`{% module "desk/js/shell/main.js" %}`: a page's script, and links that fetch everything it imports in one round."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_IMPORT = re.compile(
    r"""^(?:import|export)\b[^"'\n(]*["'](\.{1,2}/[^"'\n]+)["']|^} from ["'](\.{1,2}/[^"'\n]+)["']""", re.MULTILINE
)


@register.simple_tag
def module(entry: str) -> SafeString:
    names = _imported_by.__wrapped__(entry) if settings.DEBUG else _imported_by(entry)
    links = format_html_join("", '<link rel="modulepreload" href="{}">', ((static(name),) for name in names))
    return format_html('{}<script type="module" src="{}"></script>', links, static(entry))


@lru_cache
def _imported_by(entry: str) -> tuple[str, ...]:
    """The names of all modules that this one imports, itself or through others, nearest first."""
    names = [entry]
    for name in names:  # grows while it is walked
        path = finders.find(name)
        if path is None:
            raise template.TemplateSyntaxError(f"there is no script {name}")
        for found in _IMPORT.finditer(Path(path).read_text(encoding="utf-8")):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[1] or found[2]))
            if imported not in names:
                names.append(imported)
    return tuple(names[1:])
