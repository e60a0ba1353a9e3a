"""HTML and SVG as text that was escaped where it was made: what is not Markup is somebody's words."""

from __future__ import annotations

import html
from collections.abc import Iterable

_VOID = {"meta", "link", "input", "br", "use", "path", "circle", "rect"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def el(tag: str, *children: object, **attributes: object) -> Markup:
    """An element. `class_` is class, `data_live` data-live, `viewBox` viewBox; True is a bare attribute, None and False none."""
    given = "".join(_attribute(name, value) for name, value in attributes.items() if value is not None)
    if tag in _VOID:
        return Markup(f"<{tag}{given}>" if tag in {"meta", "link", "input", "br"} else f"<{tag}{given}/>")
    return Markup(f"<{tag}{given}>{text(*children)}</{tag}>")


def text(*children: object) -> Markup:
    """All children, one after the other; lists are gone into, None and False are nothing."""
    return Markup("".join(map(_child, children)))


def _child(child: object) -> str:
    if child is None or child is False:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return html.escape(child)
    if isinstance(child, Iterable):
        return text(*child)
    return html.escape(str(child))


def _attribute(name: str, value: object) -> str:
    if value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{html.escape(str(value))}"'
