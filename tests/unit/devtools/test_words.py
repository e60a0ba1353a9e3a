"""The second language is complete: every sentence of pages, scripts and refusals has a German one, and the compiled files are of it."""

from __future__ import annotations

import ast
import gettext
import io
import re

import pytest

from devtools import words

GERMAN = "de"
DOMAINS = (words.PAGES, words.SCRIPTS)


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_sentence_has_its_german_one(domain: str) -> None:
    catalog = words.fresh(GERMAN, domain)
    assert catalog.missing() == [], "python3 dev.py words, then translate what it names"
    assert catalog.misfilled() == []
    assert len(catalog.said) > 200


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_catalogs_are_those_of_the_code_and_compiled(domain: str) -> None:
    catalog = words.fresh(GERMAN, domain)
    folder = words.folder(GERMAN)
    assert (folder / f"{domain}.po").read_text() == catalog.text(GERMAN), "python3 dev.py words"
    assert (folder / f"{domain}.mo").read_bytes() == catalog.compiled(GERMAN), "python3 dev.py words"


def test_what_we_compile_is_what_gettext_reads() -> None:
    catalog = words.Catalog(
        {("Yes",): ("Ja",), ("%(n)s day", "%(n)s days"): ("%(n)s Tag", "%(n)s Tage"), ("No",): ("",)}
    )
    read = gettext.GNUTranslations(io.BytesIO(catalog.compiled(GERMAN)))
    told = [read.gettext("Yes"), read.gettext("No"), *(read.ngettext("%(n)s day", "%(n)s days", n) for n in (1, 2))]
    assert told == ["Ja", "No", "%(n)s Tag", "%(n)s Tage"]


def test_what_is_written_is_read_again(tmp_path) -> None:
    said = {("a “b”\n\\c",): ('ä "b"\n\\c',), ("%(n)s day", "%(n)s days"): ("%(n)s Tag", "%(n)s Tage")}
    catalog = words.Catalog(said, {one: {"here.py"} for one in said})
    (tmp_path / "x.po").write_text(catalog.text(GERMAN))
    assert words.read(tmp_path / "x.po").said == said


def test_a_translation_that_fills_in_other_values_is_found() -> None:
    catalog = words.Catalog({("%(name)s left",): ("%(nmae)s ging",), ("%(n)s of %(all)s",): ("%(all)s, davon %(n)s",)})
    assert catalog.misfilled() == ["%(name)s left"]


def test_scripts_ask_for_sentences_that_can_be_gathered() -> None:
    """A sentence that is put together is one nobody can translate."""
    asked = re.compile(r"(?<![.#\w])(?:gettext|ngettext|say)\(\s*(?!\s|[\"'])([^)\s]*)")
    loose = [
        (path.name, found)
        for path in sorted((words.ROOT / "agents" / "static").rglob("*.js"))
        if path.name != "i18n.js"
        for found in asked.findall(path.read_text())
    ]
    assert loose == []


# Whose second argument is a sentence that others fill in and translate. A Reason has a code instead: test_reasons.py.
REFUSALS = {"Refusal", "NotNow"}
MAKE_THEM = {"agents/protocol/refusals.py", "agents/routing/guards.py"}


def test_no_refusal_is_put_together_before_it_is_translated() -> None:
    """A literal with gaps, or a reason: with an f-string each reader would get English."""
    found = [
        (path.relative_to(words.ROOT).as_posix(), node.lineno, type(node.args[1]).__name__)
        for room in words.PYTHON
        for path in sorted((words.ROOT / room).rglob("*.py"))
        if path.relative_to(words.ROOT).as_posix() not in MAKE_THEM
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS
        if len(node.args) > 1 and not _is_whole(node.args[1])
    ]
    assert found == []


def _is_whole(sentence: ast.expr) -> bool:
    if isinstance(sentence, ast.Call):  # of a function that answers with a reason
        return isinstance(sentence.func, ast.Name) and sentence.func.id.startswith(("_why", "Reason"))
    if isinstance(sentence, ast.Name | ast.Attribute):
        return (sentence.id if isinstance(sentence, ast.Name) else sentence.attr) in {"NOT_HERE", "why"}
    return isinstance(sentence, ast.Constant)


def test_a_sentence_of_the_catalogue_that_is_put_together_is_refused(tmp_path, monkeypatch) -> None:
    """Else it would be missing in every language, and nobody would be told."""
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "reasons.py").write_text(
        'register_reasons({"left": "the customer left", "n": f"{N} chats"})'
    )
    monkeypatch.setattr(words, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match=r"agents/reasons\.py, line 1: a sentence of register_reasons is no literal"):
        words.gathered(words.PAGES)


def test_a_reason_is_told_by_pages_and_by_scripts() -> None:
    told = [words.gathered(domain) for domain in DOMAINS]
    for sentence in (
        "the customer left",
        "no open desk for %(seconds)s s",
        "Not sent: %(why)s.",
        "%(name)s is not there.",  # a refusal, told beside an endpoint before anybody asks for it
    ):
        assert [(sentence,) in one for one in told] == [True, True]


def test_what_is_translated_for_pages_is_known_for_scripts(monkeypatch, tmp_path) -> None:
    known = words.Catalog({("the customer left",): ("der Kunde ging",)})
    (tmp_path / "django.po").write_text(known.text(GERMAN))
    monkeypatch.setattr(words, "folder", lambda _language: tmp_path)
    assert words.fresh(GERMAN, words.SCRIPTS).said["the customer left",] == ("der Kunde ging",)
