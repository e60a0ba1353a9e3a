"""A page fetches its modules in one round: each is linked ahead of the script that imports it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template, TemplateSyntaxError

TEMPLATES = Path(__file__).parents[2] / "templates"
ENTRIES = sorted(
    {name for page in TEMPLATES.glob("*.html") for name in re.findall(r'{% module "(.+?)" %}', page.read_text())}
)


def drawn(entry: str) -> str:
    return Template(f'{{% load modules %}}{{% module "{entry}" %}}').render(Context())


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_file_that_a_page_imports_is_preloaded_once_and_exists(entry):
    linked = re.findall(r'<link rel="modulepreload" href="/static/(.+?)">', drawn(entry))
    sources = {name: Path(finders.find(name)).read_text() for name in [entry, *linked]}
    wanted = {
        name: {found.rsplit("/", 1)[-1] for found in re.findall(r'(?m)^(?:import|export|\}).*from "(\..+?)"$', text)}
        for name, text in sources.items()
    }
    assert {part for parts in wanted.values() for part in parts} == {name.rsplit("/", 1)[-1] for name in linked}
    assert len(linked) == len(set(linked))


def test_a_script_that_is_not_there_is_named():
    with pytest.raises(TemplateSyntaxError, match=r"there is no script desk/js/none\.js"):
        drawn("desk/js/none.js")
