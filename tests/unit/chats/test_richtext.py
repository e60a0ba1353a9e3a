"""Markdown becomes a tree of known pieces, whatever a customer writes; what would be hidden is shown as written."""

from __future__ import annotations

import html
import time
from collections.abc import Iterator
from typing import Any

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats import rich_text
from chats.rich_text import tree

HTML = {"h": "p", "br": "br", "hr": "hr"}


def p(*children: Any) -> dict[str, Any]:
    return {"tag": "p", "children": list(children)}


def piece(tag: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"tag": tag, "children": list(children), **more}


def test_bold_italic_and_links_are_pieces_with_their_words_inside():
    assert tree("**Done**, *soon*: [the guide](https://shop.example/guide)") == [
        p(
            piece("strong", "Done"),
            ", ",
            piece("em", "soon"),
            ": ",
            piece("a", "the guide", href="https://shop.example/guide"),
        )
    ]


def test_lists_keep_their_nesting_and_their_first_number():
    assert tree("3. one\n4. two\n   - deeper") == [
        piece("ol", piece("li", "one"), piece("li", "two", piece("ul", piece("li", "deeper"))), start=3)
    ]


def test_a_new_line_stays_one():
    assert tree("one\ntwo") == [p("one", piece("br"), "two")]


def test_code_quotes_headings_and_rules_are_pieces_too():
    assert tree("# Steps\n\n> quoted\n\n---\n\n`a` \n\n    b\n") == [
        piece("h", "Steps"),
        piece("blockquote", p("quoted")),
        piece("hr"),
        p(piece("code", "a")),
        piece("pre", "b\n"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x0A;script:alert(1)",
        "&#106;avascript:alert(1)",
        "vbscript:x",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "/logout/",
        "//evil.example",
        "https:evil.example",
        "http://",
        "about:blank",
        "blob:https://x/y",
    ],
)
def test_other_links_than_web_mail_and_telephone_stay_words(url):
    assert list(_hrefs(tree(f"[press]({url}) <{url}>") or [])) == []


@pytest.mark.parametrize(
    "url", ["https://a.example/x?y=1#z", "HTTP://A.example", "mailto:a@b.example", "tel:+49301234"]
)
def test_links_to_web_mail_and_telephone_are_links(url):
    assert list(_hrefs(tree(f"[press]({url})") or [])) == [url]


def test_a_link_without_words_shows_where_it_leads():
    assert tree("[](https://a.example/x)") == [p(piece("a", "https://a.example/x", href="https://a.example/x"))]


def test_a_picture_is_not_fetched_but_offered_as_a_link():
    assert tree("![cat](https://a.example/cat.png)") == [p("!", piece("a", "cat", href="https://a.example/cat.png"))]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>"])
def test_tags_are_words(text):
    assert tree(text) == [p(text)]


def test_a_definition_that_markdown_would_swallow_is_seen():
    assert tree("[a]: https://a.example\n\nhello") == [p("[a]: https://a.example"), p("hello")]


@pytest.mark.parametrize("text", ["> " * 30 + "deep", "- " * 30 + "deep", "", " \n "])
def test_what_would_be_dropped_is_left_as_it_was_written(text):
    assert tree(text) is None


def test_what_is_longer_than_a_message_should_be_is_left_as_it_was_written():
    assert tree("*a* " * (rich_text.LONGEST // 4)) is not None
    assert tree("*a* " * (rich_text.LONGEST // 4) + "a") is None


@pytest.mark.parametrize("part", ["[", "*a ", "`", "[a](", "a**b", "- a\n", "*_", "&", "[]("])
def test_no_text_keeps_the_parser_busy(part):
    starts = time.process_time()
    tree((part * rich_text.LONGEST)[: rich_text.LONGEST])
    assert time.process_time() - starts < 2


MARKUP = st.text(st.sampled_from("ab *_`[]()<>!#-+1.\n\\&:/\"'\u202e\U0001f600"), max_size=120)


@given(st.one_of(MARKUP, st.text(max_size=80)))
def test_as_html_a_sanitiser_would_leave_every_tree_as_it_is(text):
    """The page makes nodes, not HTML; were it HTML, there would be nothing in it to take out."""
    as_html = "".join(map(_html, tree(text) or []))
    allowed = {"p", "br", "hr", *rich_text.TAGS} - {"h"}
    schemes = {"http", "https", "mailto", "tel"}
    attributes = {"a": {"href"}, "ol": {"start"}}
    cleaned = nh3.clean(as_html, tags=allowed, attributes=attributes, url_schemes=schemes, link_rel=None)
    assert _words(cleaned) == _words(as_html)
    assert cleaned.count("<a ") == as_html.count("<a ") == cleaned.count("href=")


def _words(text: str) -> str:
    return nh3.clean_text(html.unescape(nh3.clean(text, tags=set())))


def _html(node: Any) -> str:
    if isinstance(node, str):
        return html.escape(node)
    tag = HTML.get(node["tag"], node["tag"])
    inside = "".join(map(_html, node["children"]))
    attributes = f' href="{html.escape(node["href"])}"' if "href" in node else ""
    return f"<{tag}{attributes}>{inside}" + ("" if tag in {"br", "hr"} else f"</{tag}>")


def _hrefs(nodes: Any) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, dict):
            yield from [node["href"]] if "href" in node else []
            yield from _hrefs(node["children"])


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**bold** words", "bold words"),
        ("*soon* and `code`", "soon and code"),
        ("one\ntwo\n\nthree", "one\ntwo\n\nthree"),
        ("# Title\n\nText", "Title\n\nText"),
        ("Choose:\n\n- a\n- **b**\n  - c\n\nThen go on.", "Choose:\n\n- a\n- b\n  - c\n\nThen go on."),
        ("3. three\n4. four\n   lines", "3. three\n4. four\n   lines"),
        ("> quoted\n> twice", "> quoted\n> twice"),
        ("```\na  b\n```", "a  b"),
        ("[the guide](https://shop.example/guide)", "the guide (https://shop.example/guide)"),
        ("<https://shop.example/>", "https://shop.example/"),
        ("[mail@shop.example](mailto:mail@shop.example)", "mail@shop.example"),
        ("2 * 3 * 4 = 24 & 1 < 2", "2 * 3 * 4 = 24 & 1 < 2"),
        ("**", "**"),
        ("", ""),
    ],
)
def test_markdown_as_plain_text_keeps_every_word_and_address(markdown: str, words: str) -> None:
    assert rich_text.plain(markdown) == words


@given(st.text(alphabet="ab *_[]()>-#`\n1.!<\\&:/", max_size=80))
def test_plain_text_is_made_of_any_markdown_and_is_never_empty_where_words_were(text: str) -> None:
    assert bool(rich_text.plain(text).strip()) == bool(text.strip())
