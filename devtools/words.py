"""The second language: `python3 dev.py words` gathers every sentence of pages, scripts and Python into locale/*/*.po and compiles them.

GNU gettext may be missing on a machine, so this reads and writes its two file forms itself.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from .terminal import ROOT

PLURALS = "nplurals=2; plural=(n != 1);"
PAGES, SCRIPTS = "django", "djangojs"
PYTHON = ("agents", "chats", "ccp_portal")
# Which argument of a call is a sentence for people; ngettext has two.
# Told by pages and by scripts: refusals, and the catalogue of reasons, a dict literal of codes and sentences.
REASONS = {"Refusal": (1,)}
CATALOGUE = "register_reasons"
CALLS = {
    **REASONS,
    "_": (0,),
    "gettext": (0,),
    "gettext_lazy": (0,),
    "gettext_noop": (0,),
    "ngettext": (0, 1),
    # What the sockets say is translated by agents.sockets.connection, for the one who asked.
    "NotNow": (1,),
    "close": (1,),
}
STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
IN_SCRIPTS = re.compile(rf"\b(?:gettext|say)\(\s*({STRING})|\bngettext\(\s*({STRING}),\s*({STRING})")
TRANSLATE = re.compile(rf"{{%\s*translate\s+({STRING})")
FILTER = re.compile(rf"_\(({STRING})\)")
BLOCK = re.compile(r"{%\s*blocktranslate\b[^%]*%}(.*?)(?:{%\s*plural\s*%}(.*?))?{%\s*endblocktranslate\s*%}", re.DOTALL)
VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
MARKS = re.compile(r"%(?:\((\w+)\))?([a-z%])")

Sentence: TypeAlias = tuple[str, ...]  # (msgid,) or (msgid, msgid_plural)


@dataclass
class Catalog:
    """What a .po file holds: each sentence's translation, one text or one for each plural form."""

    said: dict[Sentence, tuple[str, ...]] = field(default_factory=dict)
    places: dict[Sentence, set[str]] = field(default_factory=dict)

    def text(self, language: str) -> str:
        head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n'
        head += '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        head += f'"Plural-Forms: {PLURALS}\\n"\n'
        return head + "".join(self._entry(sentence) for sentence in sorted(self.said))

    def _entry(self, sentence: Sentence) -> str:
        said = self.said[sentence]
        lines = [f"#: {' '.join(sorted(self.places.get(sentence, ())))}"]
        if any("%(" in text for text in sentence):
            lines.append("#, python-format")
        lines.append(f"msgid {quoted(sentence[0])}")
        if len(sentence) == 1:
            lines.append(f"msgstr {quoted(said[0])}")
        else:
            lines.append(f"msgid_plural {quoted(sentence[1])}")
            lines += [f"msgstr[{number}] {quoted(text)}" for number, text in enumerate(said)]
        return "\n" + "\n".join(lines) + "\n"

    def compiled(self, language: str) -> bytes:
        """The .mo form: two tables of lengths and offsets, then the texts, ordered by msgid."""
        head = f"Language: {language}\nContent-Type: text/plain; charset=UTF-8\nPlural-Forms: {PLURALS}\n"
        texts = {b"": head.encode()}
        for sentence, said in self.said.items():
            if all(said):
                texts["\0".join(sentence).encode()] = "\0".join(said).encode()
        ordered = sorted(texts.items())
        tables, body = [], b""
        start = 28 + 16 * len(ordered)
        for column in (0, 1):
            for entry in ordered:
                tables.append(struct.pack("<II", len(entry[column]), start + len(body)))
                body += entry[column] + b"\0"
        count = len(ordered)
        return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + b"".join(tables) + body

    def missing(self) -> list[str]:
        return [sentence[0] for sentence, said in self.said.items() if not all(said)]

    def misfilled(self) -> list[str]:
        """Translations that fill in other values than their sentence."""
        return [
            sentence[0]
            for sentence, said in self.said.items()
            if all(said) and {marks(text) for text in said} - {marks(text) for text in sentence}
        ]


def marks(text: str) -> frozenset[tuple[str, str]]:
    return frozenset(MARKS.findall(text))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def read(path: Path) -> Catalog:
    """A .po file as this module writes it: one line per text."""
    catalog = Catalog()
    if not path.exists():
        return catalog
    for entry in path.read_text(encoding="utf-8").split("\n\n")[1:]:
        fields = dict(re.findall(r'^(msg\w+(?:\[\d\])?) (".*")$', entry, re.MULTILINE))
        sentence = tuple(ast.literal_eval(fields[name]) for name in ("msgid", "msgid_plural") if name in fields)
        said = tuple(ast.literal_eval(text) for name, text in sorted(fields.items()) if name.startswith("msgstr"))
        catalog.said[sentence] = said
    return catalog


# ---- gathering ---------------------------------------------------------------------------------------------------------


def gathered(domain: str) -> dict[Sentence, set[str]]:
    """Every sentence and the files it stands in. A sentence with a plural stands for the same one without."""
    found: dict[Sentence, set[str]] = {}
    places = [*_scripts(), *_python(REASONS)] if domain == SCRIPTS else [*_python(CALLS), *_templates()]
    for path, sentences in places:
        for sentence in sentences:
            found.setdefault(sentence, set()).add(path.relative_to(ROOT).as_posix())
    for pair in [one for one in found if len(one) == 2]:
        found[pair] |= found.pop(pair[:1], set())
    return found


def _scripts() -> Iterator[tuple[Path, Iterable[Sentence]]]:
    for path in sorted([*(ROOT / "agents" / "static" / "desk").rglob("*.js"), *(ROOT / "frontend").rglob("*.js")]):
        yield path, [_literals(match) for match in IN_SCRIPTS.findall(path.read_text(encoding="utf-8"))]


def _templates() -> Iterator[tuple[Path, Iterable[Sentence]]]:
    for path in sorted(one for one in (ROOT / "templates").rglob("*.*") if one.suffix in (".html", ".txt")):
        text = path.read_text(encoding="utf-8")
        tags = [_literals((one,)) for one in TRANSLATE.findall(text) + FILTER.findall(text)]
        blocks = [
            tuple(VARIABLE.sub(r"%(\1)s", part.replace("%", "%%")) for part in match if part)
            for match in BLOCK.findall(text)
        ]
        yield path, [*tags, *blocks]


def _literals(parts: Iterable[str]) -> Sentence:
    return tuple(str(ast.literal_eval(part)) for part in parts if part)


def _python(calls: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[Path, Iterable[Sentence]]]:
    for room in PYTHON:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                yield path, [*_catalogue(tree, path), *_spoken(tree, calls)]


def _spoken(tree: ast.Module, calls: Mapping[str, tuple[int, ...]]) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            places = calls.get(called, ())
            texts = [node.args[place] for place in places if place < len(node.args)]
            said = [one.value for one in texts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if said and len(said) == len(places):
                yield tuple(said)


def _catalogue(tree: ast.Module, path: Path) -> Iterator[Sentence]:
    """What `register_reasons({code: sentence})` adds: of these none may be left out, each is told to readers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == CATALOGUE:
            for one in node.args[0].values if isinstance(node.args[0], ast.Dict) else node.args:
                if not isinstance(one, ast.Constant):
                    place = f"{path.relative_to(ROOT).as_posix()}, line {one.lineno}"
                    raise SystemExit(f"{place}: a sentence of {CATALOGUE} is no literal, nobody could translate it")
                yield (str(one.value),)


# ---- the command -------------------------------------------------------------------------------------------------------


def folder(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES"


def fresh(language: str, domain: str) -> Catalog:
    """The catalog as it should be: the sentences of today, with the translations there are."""
    known = {**_said(language, SCRIPTS if domain == PAGES else PAGES), **_said(language, domain)}
    places = gathered(domain)
    said = {sentence: known.get(sentence, ("",) * len(sentence)) for sentence in places}
    return Catalog(said, places)


def _said(language: str, domain: str) -> dict[Sentence, tuple[str, ...]]:
    """What is translated. A sentence that pages and scripts tell is translated once."""
    return {one: said for one, said in read(folder(language) / f"{domain}.po").said.items() if all(said)}


def words(language: str = "de") -> int:
    """Write the catalogs anew; what is not translated yet is told."""
    left = 0
    folder(language).mkdir(parents=True, exist_ok=True)
    for domain in (PAGES, SCRIPTS):
        catalog = fresh(language, domain)
        (folder(language) / f"{domain}.po").write_text(catalog.text(language), encoding="utf-8")
        (folder(language) / f"{domain}.mo").write_bytes(catalog.compiled(language))
        missing = [*catalog.missing(), *catalog.misfilled()]
        left += len(missing)
        print(f"{domain}.po: {len(catalog.said)} sentences, {len(missing)} to translate")
        for text in missing:
            print(f"  {text}")
    return 1 if left else 0
