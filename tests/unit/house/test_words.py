"""The second language is complete: every sentence of pages, scripts and refusals has a German one, and the compiled files are of it."""

from __future__ import annotations

import gettext
import io
import re

import pytest

from house import words

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
        if path.name != "words.js"
        for found in asked.findall(path.read_text())
    ]
    assert loose == []
