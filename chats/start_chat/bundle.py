"""Puts the widget's scripts together from the modules of frontend/: called by `chats.start_chat.widget`.

The modules of a script stand in one scope, without the statements that nothing in it uses, and in the reader's language.
They keep to a style that this relies on: imports of one line at the top and without `as`, exports at declarations, each
statement of a module begins in the first column and goes on in others, comments begin a line. Names at the top of
modules are unique within a script; one that is not is an error here.

Shorter names are given by `minify` (tdewolff-minify), where it can be installed: docs/widget.md says where not.
"""

from __future__ import annotations

import ast
import gettext
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

try:
    import minify
except (ImportError, OSError):  # no wheel for this machine, or one whose library it cannot load
    minify = None

FRONTEND = Path(settings.BASE_DIR) / "frontend"
WIDGET = FRONTEND / "widget"
PARTS = {"window": "widget-chat.js", "more": "widget-more.js"}  # as main.js asks for them

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)"\n', re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
STATEMENT = re.compile(r"^(?=[A-Za-z_$])", re.MULTILINE)
DECLARED = re.compile(r"(?:async )?(?:function\*?|const|let|class) (?:(\w+)|[\[{]([^\]}=]*)[\]}])")
NAME = re.compile(r"(?:(?<![\w$.#])|(?<=\.\.\.))[A-Za-z_$][\w$]*(?![\w$:])")
STRING = r'"(?:[^"\\\n]|\\.)*"'
WORDS = re.compile(STRING)
SENTENCE = re.compile(rf"\b(gettext|say|ngettext)\(\s*({STRING})(?:,\s*({STRING}))?(\s*\))?")
REM = re.compile(r"(\d*\.?\d+)rem\b")
PIXELS_A_REM = 16  # how large a website's root has its letters is not ours
MENU_OF_THE_PORTAL = re.compile(r'^\[data-contrast="more"\] \{.*?^\}\n', re.MULTILINE | re.DOTALL)
PROPERTY = re.compile(r"(--[\w-]+):[^;{}]*;?")

Sentences = dict[str, str | list[str]]


def first(endpoint: str) -> str:
    """The button, and whatever decides when the window is wanted; in all languages, for the tag says which."""
    statements = _statements(WIDGET / "main.js")
    later = _css("widget/window.css", "widget/more.css", "chat/bubbles.css", "chat/choices.css")
    css = _short("text/css", _with_tokens(_css("widget/launcher.css"), later))
    sentences = {language: _sentences(language, statements) for language in languages()}
    return _script(statements, {"css": css, "sentences": sentences, "endpoint": endpoint, "parts": PARTS})


def second(language: str) -> str:
    """The window."""
    return _part(WIDGET / "window.js", _css("widget/window.css", "chat/bubbles.css"), language)


def third(language: str) -> str:
    """What most chats never need."""
    return _part(WIDGET / "more.js", _css("widget/more.css", "chat/choices.css"), language)


@cache
def languages() -> list[str]:
    """Beside English, in which the modules are written."""
    return sorted(path.parts[-3] for path in Path(settings.BASE_DIR).glob("locale/*/LC_MESSAGES/djangojs.mo"))


def _part(entry: Path, css: str, language: str) -> str:
    translate = _translation(language)
    statements = [one.translated(translate) for one in _statements(entry)]
    return _script(statements, {"css": _short("text/css", css)})


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# ---- JavaScript ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """One at the top of a module, with the names it gives to others; without any it does something by itself."""

    module: Path
    code: str
    declares: tuple[str, ...]

    def translated(self, translate: Callable[[re.Match[str]], str]) -> Statement:
        return Statement(self.module, SENTENCE.sub(translate, self.code), self.declares)


def _script(statements: Iterable[Statement], built: dict[str, Any]) -> str:
    code = "\n".join(one.code for one in statements)
    given = json.dumps(built, ensure_ascii=False, separators=(",", ":"))
    whole = f"(()=>{{'use strict'\n{code}\nmain(document.currentScript,{given})\n}})()\n"
    return _short("text/javascript", whole)


def _short(kind: str, text: str) -> str:
    return minify.string(kind, text) if minify else text


def _statements(entry: Path) -> list[Statement]:
    """All that `main` of this module needs, in the order in which the modules import each other."""
    modules = _in_order(entry, [])
    parts = [one for module in modules for one in _split(module)]
    found = {(one.module, name): one for one in parts for name in one.declares}
    wanted = [found[entry, "main"], *(one for one in parts if not one.declares)]
    needed: set[int] = set()
    while wanted:
        one = wanted.pop()
        if id(one) in needed:
            continue
        needed.add(id(one))
        imported = _imports(one.module)
        for name in set(NAME.findall(WORDS.sub("", one.code))):
            other = found.get((imported.get(name, one.module), name))
            if other:
                wanted.append(other)
    return _unique([one for one in parts if id(one) in needed])


def _unique(statements: list[Statement]) -> list[Statement]:
    known: dict[str, Path] = {}
    for one in statements:
        for name in one.declares:
            if name in known:
                raise ValueError(
                    f"{one.module} and {known[name]} both declare {name}; the widget's scripts have one scope: rename one"
                )
            known[name] = one.module
    return statements


def _in_order(module: Path, done: list[Path]) -> list[Path]:
    """Whoever is imported comes first."""
    for imported in dict.fromkeys(_imports(module).values()):
        if imported not in done:
            _in_order(imported, done)
    if module not in done:
        done.append(module)
    return done


@cache
def _imports(module: Path) -> dict[str, Path]:
    """From which module each imported name is."""
    return {
        name.strip(): (module.parent / where).resolve()
        for names, where in IMPORT.findall(_read(module))
        for name in names.split(",")
    }


@cache
def _split(module: Path) -> list[Statement]:
    code = COMMENT.sub("", IMPORT.sub("", _read(module)))
    parts = (part.removeprefix("export ").strip() for part in STATEMENT.split(code))
    return [Statement(module, part, _declared(part)) for part in parts if part]


def _declared(code: str) -> tuple[str, ...]:
    found = DECLARED.match(code)
    return tuple(re.findall(r"\w+", found[1] or found[2])) if found else ()


# ---- CSS -------------------------------------------------------------------------------------------------------------


def _css(*names: str) -> str:
    """In pixels."""
    text = "".join(_read(FRONTEND / name) for name in names)
    return REM.sub(lambda found: f"{float(found[1]) * PIXELS_A_REM:g}px", text)


def _with_tokens(css: str, later: str) -> str:
    """The tokens belong to the widget's ground instead of the page's root; those that nobody uses stay away."""
    tokens = re.sub(r"/\*.*?\*/", "", MENU_OF_THE_PORTAL.sub("", _css("css/tokens.css")), flags=re.DOTALL)
    tokens = tokens.replace(":root", ".w")
    while (fewer := _only(set(re.findall(r"var\((--[\w-]+)", tokens + css + later)), tokens)) != tokens:
        tokens = fewer
    return tokens + css


def _only(used: set[str], tokens: str) -> str:
    return PROPERTY.sub(lambda found: found[0] if found[1] in used else "", tokens)


# ---- sentences -------------------------------------------------------------------------------------------------------


@cache
def _catalog(language: str) -> gettext.NullTranslations:
    path = Path(settings.BASE_DIR) / "locale" / language / "LC_MESSAGES" / "djangojs.mo"
    if language not in languages():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def _translation(language: str) -> Callable[[re.Match[str]], str]:
    """The sentences of a call in this language; a plain one needs no call then."""
    catalog = _catalog(language)

    def translated(call: re.Match[str]) -> str:
        function, one, many, end = call.groups()
        if function == "ngettext" and many:
            pair = ast.literal_eval(one), ast.literal_eval(many)
            return f"ngettext({_literal(catalog.ngettext(*pair, 1))},{_literal(catalog.ngettext(*pair, 2))}{end or ''}"
        said = _literal(catalog.gettext(ast.literal_eval(one)))
        if many:
            return call[0]
        return said if function == "gettext" and end else f"{function}({said}{end or ''}"

    return translated


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _sentences(language: str, statements: Iterable[Statement]) -> Sentences:
    """What these say, from the portal's own catalogue."""
    catalog = _catalog(language)
    made: Sentences = {}
    for function, one, many, _ in (found for part in statements for found in SENTENCE.findall(part.code)):
        text = ast.literal_eval(one)
        if function == "ngettext":
            pair = text, ast.literal_eval(many)
            made[text] = [catalog.ngettext(*pair, 1), catalog.ngettext(*pair, 2)]
        else:
            made[text] = catalog.gettext(text)
    return made
