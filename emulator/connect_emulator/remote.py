"""connect-emulator control NAME [member=value …]: asks the control API of an emulator that runs, from a shell."""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from connect_emulator.control import PREFIX

_SECONDS = 30


def main(argv: list[str]) -> int:
    """What was answered, as JSON; 1 when it could not be done."""
    given = _parser().parse_args(argv)
    try:
        members = dict(map(_member, given.members))
        print(json.dumps(_asked(given.url, given.name, members), indent=2, ensure_ascii=False))  # noqa: T201 -- a command's answer
    except _Refused as refused:
        sys.stderr.write(f"connect-emulator: {refused}\n")
        return 1
    return 0


class _Refused(Exception):
    """The text is one line that says why."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="connect-emulator control",
        description="Asks the control API of a running emulator (started with --control) and prints the answer."
        " Without members it is asked what is; with them, something is done.",
    )
    parser.add_argument("--url", default="http://127.0.0.1:8001", help="the emulator (default http://127.0.0.1:8001)")
    parser.add_argument(
        "name", help="clock, faults, quotas, sns, sockets, expire, contacts, deliveries, counts, agents …"
    )
    parser.add_argument("members", nargs="*", metavar="member=value", help="values are JSON, or else text")
    return parser


def _member(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise _Refused(f"a member is name=value, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _asked(url: str, name: str, members: dict[str, Any]) -> Any:
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise _Refused(f"--url takes an http(s) URL, not {url!r}")
    request = urllib.request.Request(  # noqa: S310 -- the scheme was looked at
        url.rstrip("/") + PREFIX + urllib.parse.quote(name),
        data=json.dumps(members).encode() if members else None,
        headers={"content-type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 -- see above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise _Refused(_why(error)) from None
    except OSError as error:
        raise _Refused(f"{url} does not answer: {error}") from None


def _why(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(error)["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {error.code}"
