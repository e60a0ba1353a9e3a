"""Puts the widget's scripts together from the modules of frontend/, without any tool: called by `chats.start_chat.widget`.

Every module becomes a function of its own, whose imports are constants. Comments and needless spaces go, nothing is
renamed: what a website's console shows can be found in frontend/. The modules keep to a style that this relies on:
imports of one line at the top, exports at declarations, no code after a comment that begins a line.
"""

from __future__ import annotations

import ast
import gettext
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FRONTEND = Path(settings.BASE_DIR) / "frontend"
WIDGET = FRONTEND / "widget"
IMPORT = re.compile(r'^import (?:\* as (\w+)|\{([^}]*)\}) from "(\.[^"]+)"\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function\*?|const|class) (\w+)", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"/\*\* @type (?:(?!\*/).)*\*/ ?")
STRING = r'"(?:[^"\\\n]|\\.)*"'
STRINGS = re.compile(f"({STRING})")
SPACES = re.compile(r" ?(=>|[=!<>&|?]=+|&&|\|\||[=?:,{}()\[\]<>;]) ?")
SENTENCE = re.compile(rf"\b(?:gettext|say)\(\s*({STRING})|\bngettext\(\s*({STRING}),\s*({STRING})")
REM = re.compile(r"(\d*\.?\d+)rem\b")
PIXELS_A_REM = 16  # how large a website's root has its letters is not ours
MENU_OF_THE_PORTAL = re.compile(r'^\[data-contrast="more"\] \{.*?^\}\n', re.MULTILINE | re.DOTALL)
PROPERTY = re.compile(r"(--[\w-]+):[^;{}]*;?")

Sentences = dict[str, str | list[str]]


def first(endpoint: str, window: str) -> str:
    """The button, and whatever decides when the window is wanted."""
    modules = _in_order(WIDGET / "main.js", [])
    second_css = _css("window.css")
    css = _with_tokens(_css("launcher.css"), f"{second_css}{_read(FRONTEND / 'chat' / 'bubbles.css')}")
    sentences = {language: _sentences(language, modules) for language in languages()}
    return _script(modules, {"css": css, "sentences": sentences, "endpoint": endpoint, "window": window})


def second(language: str) -> str:
    """The window, in one language."""
    modules = _in_order(WIDGET / "window.js", [])
    css = _css("window.css") + _plain_css(_read(FRONTEND / "chat" / "bubbles.css"))
    return _script(modules, {"css": css, "sentences": _sentences(language, modules)})


@cache
def languages() -> list[str]:
    """Beside English, in which the modules are written."""
    return sorted(path.parts[-3] for path in Path(settings.BASE_DIR).glob("locale/*/LC_MESSAGES/djangojs.mo"))


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# ---- JavaScript ------------------------------------------------------------------------------------------------------


def _script(modules: list[Path], built: dict[str, Any]) -> str:
    parts = "".join(_module(path, modules) for path in modules)
    call = f"{_name(modules[-1], modules)}.main(document.currentScript,{json.dumps(built, ensure_ascii=False, separators=(',', ':'))})"
    return f"(()=>{{'use strict'\n{parts}{call}\n}})()\n"


def _in_order(path: Path, done: list[Path]) -> list[Path]:
    """Whoever is imported comes first."""
    for _, _, where in IMPORT.findall(_read(path)):
        imported = (path.parent / where).resolve()
        if imported not in done:
            _in_order(imported, done)
    if path not in done:
        done.append(path)
    return done


def _module(path: Path, modules: list[Path]) -> str:
    def imported(found: re.Match[str]) -> str:
        whole, names, where = found.groups()
        name = _name((path.parent / where).resolve(), modules)
        return f"const {whole} = {name}\n" if whole else f"const {{{names.replace(' as ', ': ')}}} = {name}\n"

    source = _read(path)
    exported = [name for _, name in EXPORT.findall(source)]
    code = EXPORT.sub(r"\1 \2", IMPORT.sub(imported, source))
    lines = (squeezed(line.strip()) for line in INLINE.sub("", COMMENT.sub("", code)).splitlines())
    body = "\n".join(line for line in lines if line)
    return f"const {_name(path, modules)}=(()=>{{\n{body}\nreturn{{{','.join(exported)}}}\n}})()\n"


def squeezed(line: str) -> str:
    """Without needless spaces; a line that may hold a template or a regular expression stays as it is."""
    if "`" in line or "/" in STRINGS.sub("", line) or "'" in line:
        return line
    return "".join(part if part.startswith('"') else SPACES.sub(r"\1", part) for part in STRINGS.split(line))


def _name(path: Path, modules: list[Path]) -> str:
    return f"${modules.index(path)}"


# ---- CSS and sentences -----------------------------------------------------------------------------------------------


def _css(name: str) -> str:
    return _plain_css(_read(WIDGET / name))


def _plain_css(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = REM.sub(lambda found: f"{float(found[1]) * PIXELS_A_REM:g}px", text)
    return re.sub(r"\s*([{};,])\s*|\s+", lambda found: found[1] or " ", text).strip()


def _with_tokens(css: str, later: str) -> str:
    """The tokens belong to the widget's ground instead of the page's root; those that nobody uses stay away."""
    tokens = _plain_css(MENU_OF_THE_PORTAL.sub("", _read(FRONTEND / "css" / "tokens.css"))).replace(":root", ".w")
    while (fewer := _only(set(re.findall(r"var\((--[\w-]+)", tokens + css + later)), tokens)) != tokens:
        tokens = fewer
    return tokens + css


def _only(used: set[str], tokens: str) -> str:
    return PROPERTY.sub(lambda found: found[0] if found[1] in used else "", tokens)


def _sentences(language: str, modules: Iterable[Path]) -> Sentences:
    """What these modules say, from the portal's own catalogue."""
    path = Path(settings.BASE_DIR) / "locale" / language / "LC_MESSAGES" / "djangojs.mo"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalog = gettext.GNUTranslations(file)
    made: Sentences = {}
    for single, one, many in (found for module in modules for found in SENTENCE.findall(_read(module))):
        if single:
            made.setdefault(ast.literal_eval(single), catalog.gettext(ast.literal_eval(single)))
        else:
            pair = ast.literal_eval(one), ast.literal_eval(many)
            made[pair[0]] = [catalog.ngettext(*pair, 1), catalog.ngettext(*pair, 2)]
    return made
