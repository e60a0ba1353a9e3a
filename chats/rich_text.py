"""Markdown as a small tree of words and named pieces: never HTML, so nothing a customer writes can become a tag.

Amazon Connect lets both sides write `text/markdown`: bold, italic, lists, links ("Enable message formatting for your
customer's chat experience"). The page makes DOM nodes of the tree from a closed list of tags; docs/decisions says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Node = str | dict[str, Any]

MARKDOWN = "text/markdown"
ALLOWED_LINK = re.compile(r"(https?://[^/?#\s]|mailto:[^\s]|tel:[+\d])", re.IGNORECASE)
DEEPEST = 20  # markdown-it drops what is nested deeper without a word: such a text is shown as it was written
LONGEST = 8_192  # characters; 16 KB of "[" would keep the parser busy for most of a second
PIECES: Mapping[str, str] = {
    "paragraph": "p",
    "heading": "h",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "strong": "strong",
    "em": "em",
    "link": "a",
}
_BLOCKS = {"p", "h", "blockquote", "ul", "ol", "pre", "hr"}
TAGS = (*PIECES.values(), "code", "pre", "br", "hr")


def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    # "[a]: http://b" would vanish from the agent's eyes, a picture would be fetched from a stranger.
    reader.disable(["reference", "image", "html_block", "html_inline"])
    reader.validateLink = lambda url: ALLOWED_LINK.match(url) is not None  # type: ignore[method-assign]  # documented so
    return reader


READER = _reader()


def field(name: str, content_type: str, content: str | None) -> dict[str, Any]:
    """The member a frame carries beside words in markdown; none for other words."""
    found = tree(content) if content_type == MARKDOWN and content else None
    return {} if found is None else {name: found}


@lru_cache(maxsize=512)  # a snapshot and every viewer ask for the same words
def tree(text: str) -> Sequence[Node] | None:
    """The words as a tree; None when they are best shown as they were written."""
    if len(text) > LONGEST:
        return None
    tokens = READER.parse(text)
    if any(token.level >= DEEPEST - 1 for token in tokens):
        return None
    return _nodes(tokens) or None


def plain(text: str) -> str:
    """Markdown as plain text, for chats that take no other: the words, lists with their marks, links with their address."""
    return _plain(tree(text) or []).strip() or text


def _plain(nodes: Iterable[Node], gap: str = "\n\n") -> str:
    """Blocks stand `gap` apart, words beside each other."""
    text, after_block = "", False
    for node in nodes:
        is_block = isinstance(node, dict) and node["tag"] in _BLOCKS
        if text and (is_block or after_block):
            text += gap
        text += node if isinstance(node, str) else _plain_piece(node)
        after_block = is_block
    return text


def _plain_piece(piece: Mapping[str, Any]) -> str:
    children = piece["children"]
    match piece["tag"]:
        case "br":
            return "\n"
        case "hr":
            return "---"
        case "a":
            words, href = _plain(children), piece["href"]
            return words if href.partition(":")[2].strip("/") in words or href in words else f"{words} ({href})"
        case "ul" | "ol" as tag:
            marks = [f"{piece.get('start', 1) + n}. " if tag == "ol" else "- " for n in range(len(children))]
            return "\n".join(
                _marked(_plain(item["children"], "\n"), mark) for item, mark in zip(children, marks, strict=True)
            )
        case "blockquote":
            return _marked(_plain(children, "\n"), "> ", "> ")
        case "pre":
            return "".join(children).rstrip("\n")
    return _plain(children)


def _marked(text: str, first: str, rest: str | None = None) -> str:
    """Before the first line its mark, before the others room for it."""
    return first + text.replace("\n", "\n" + (" " * len(first) if rest is None else rest))


def _nodes(tokens: Iterable[Token]) -> list[Node]:
    """Opening and closing tokens become nested pieces."""
    open_pieces: list[list[Node]] = [[]]
    for token in tokens:
        if token.hidden:  # the paragraph of a tight list
            continue
        if token.nesting == 1:
            piece = _piece(token)
            open_pieces[-1].append(piece)
            open_pieces.append(piece["children"])
        elif token.nesting == -1:
            open_pieces.pop()
            _name_empty_link(open_pieces[-1][-1])
        else:
            open_pieces[-1] += _leaf(token)
    return open_pieces[0]


def _piece(token: Token) -> dict[str, Any]:
    piece: dict[str, Any] = {"tag": PIECES[token.type.removesuffix("_open")], "children": []}
    if token.type == "link_open":
        piece["href"] = str(token.attrs["href"])
    if token.type == "ordered_list_open" and token.attrs.get("start", 1) != 1:
        piece["start"] = token.attrs["start"]
    return piece


def _name_empty_link(piece: Node) -> None:
    """A link nobody could see shows where it leads."""
    if isinstance(piece, dict) and piece["tag"] == "a" and not piece["children"]:
        piece["children"].append(piece["href"])


def _leaf(token: Token) -> list[Node]:
    match token.type:
        case "inline":
            return _nodes(token.children or [])
        case "softbreak" | "hardbreak":  # in a chat a new line is a new line
            return [{"tag": "br", "children": []}]
        case "code_inline":
            return [{"tag": "code", "children": [token.content]}]
        case "fence" | "code_block":
            return [{"tag": "pre", "children": [token.content]}]
        case "hr":
            return [{"tag": "hr", "children": []}]
    return [token.content] if token.content else []
