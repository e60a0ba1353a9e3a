"""The command line: what was asked for, checked before anything starts; every mistake is one line."""

from __future__ import annotations

import argparse
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connect_emulator import bots
from connect_emulator.access import AccessKey, InvalidPolicy, Policy
from connect_emulator.ccp import pages as ccp_pages
from connect_emulator.core import Options
from connect_emulator.flows import Flow, InvalidFlow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.flows.lambdas import Function, load
from connect_emulator.instance import INBOUND_FLOW, is_alias_arn, is_function_arn, is_topic_arn
from connect_emulator.start_chat import InvalidWebsite, Website, read_website
from connect_emulator.streaming.subscriptions import is_endpoint

from .event_sinks import Sinks

_OWN_FLOWS = Path(__file__).parent / "flows"
SAMPLE_FLOW = _OWN_FLOWS / "sample_inbound.json"
SAMPLES = [
    _OWN_FLOWS / "samples" / f"{n}.json"
    for n in ("first_contact", "queue_configurations", "customer_queue", "disconnect")
]
_KEY_ID = re.compile(r"\w{1,128}", re.ASCII)  # API_AccessKey of IAM has 16 at least; a test may well use "test"
_FLOW_IDS = uuid.uuid5(uuid.NAMESPACE_URL, "ccp-portal/emulator/flows")


class Mistake(Exception):
    """The command line cannot be done; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Arguments:
    host: str
    port: int
    hosts: tuple[str, ...]
    approved_origins: tuple[str, ...]
    control: bool
    options: Options


def arguments(argv: list[str]) -> Arguments:
    given = _parser().parse_args(argv)
    if not 1 <= given.port <= 65535:
        raise Mistake(f"--port takes 1 to 65535, not {given.port}")
    if not given.state.parent.is_dir():
        raise Mistake(f"--state: there is no folder {given.state.parent}")
    options = Options(
        state=given.state,
        flows=read_flows([*(given.flow or []), *(map(str, SAMPLES) if given.samples else ())] or [str(SAMPLE_FLOW)]),
        functions=_functions(given.functions or []),
        bots=dict(_bot(text) for text in given.lex or []),
        subscriptions=tuple(_subscription(text) for text in given.subscribe or []),
        echo=not given.no_echo,
        sinks=_sinks(given),
        website=_website(given.website),
        access_keys=_access_keys(given.access_key, forget=given.any_access_key),
        sns_home=_sns_home(given),
    )
    return Arguments(
        given.host, given.port, (given.host, *(given.allow_host or [])), _origins(given), given.control, options
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="connect-emulator",
        description="Amazon Connect chat on your machine: connect, connectparticipant and SNS on one port."
        " Any access key may sign, unless --access-key says otherwise.",
        epilog="connect-emulator coverage [DOCUMENT] prints what is emulated, or writes it into the document."
        " connect-emulator control … turns the clock and makes things go wrong in an emulator that runs."
        " More in docs/emulator.md.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (default 8001)")
    parser.add_argument(
        "--allow-host",
        action="extend",
        nargs="+",
        metavar="NAME",
        help="a further name it answers to (it does to localhost, to every address, to AWS's names and to --host)",
    )
    parser.add_argument(
        "--approve-origin",
        action="extend",
        nargs="+",
        metavar="ORIGIN",
        help="a further origin whose pages may hold the CCP in a frame (those on this machine always may)",
    )
    parser.add_argument("--state", type=Path, required=True, metavar="FILE", help="SQLite file that keeps the world")
    parser.add_argument(
        "--flow",
        action="extend",
        nargs="+",
        metavar="[ID=]FILE",
        help=f"flow documents; the first without an ID is {INBOUND_FLOW} (default: a small sample)",
    )
    parser.add_argument(
        "--samples",
        action="store_true",
        help="the sample flows with a queue for agents: first contact, queue, customer queue, disconnect",
    )
    parser.add_argument(
        "--subscribe", action="extend", nargs="+", metavar="TOPIC_ARN=URL", help="an endpoint SNS posts a topic to"
    )
    parser.add_argument(
        "--sns-urls",
        metavar="URL_OR_aws",
        help="what SubscribeURL, SigningCertURL and UnsubscribeURL begin with: the address by which receivers reach the"
        " emulator (default: http://HOST:PORT), or aws for URLs that look like AWS's own and lead nowhere here",
    )
    parser.add_argument(
        "--lambda",
        dest="functions",
        action="extend",
        nargs="+",
        metavar="ARN=URL_OR_PATH.py:callable",
        help="what a Lambda function is here",
    )
    parser.add_argument(
        "--lex",
        action="extend",
        nargs="+",
        metavar="ALIAS_ARN=BOT.json",
        help="what a Lex V2 bot is here: intents, sample utterances, slots",
    )
    parser.add_argument(
        "--website", type=Path, metavar="FILE", help="attributes and references the customers' page gives to each chat"
    )
    parser.add_argument(
        "--no-echo", action="store_true", help="do not stream a custom participant's own messages and events"
    )
    told = "FILE_OR_URL_OR_TOPIC_ARN"
    parser.add_argument("--events", metavar=told, help="contact events in EventBridge's shape: JSON lines, or posted")
    parser.add_argument(
        "--contact-records", metavar=told, help="contact records, when a contact has ended or is cleared"
    )
    parser.add_argument("--transcripts", type=Path, metavar="FOLDER", help="transcripts of ended contacts, as in S3")
    parser.add_argument(
        "--access-key",
        action="append",
        metavar="ID=SECRET[=POLICY.json]",
        help="only these keys may sign, each within its IAM policy; kept in the state file"
        " (default: any key may sign anything)",
    )
    parser.add_argument(
        "--any-access-key", action="store_true", help="forget the access keys of the state file: any key may sign again"
    )
    parser.add_argument("--control", action="store_true", help="turn on /_emulator/control/ (for tests)")
    return parser


def _origins(given: argparse.Namespace) -> tuple[str, ...]:
    """Of pages that may hold the CCP; those on this machine always may."""
    for origin in given.approve_origin or []:
        if not ccp_pages.is_origin(origin):
            raise Mistake(
                f"--approve-origin takes an origin such as https://crm.example or http://crm:3000, not {origin!r}"
            )
    return (*ccp_pages.LOOPBACK, *(given.approve_origin or []))


def read_flows(given: list[str], option: str = "--flow") -> Mapping[str, Flow]:
    """The flows of `[ID=]FILE …` by their ids, in that order; `option` is what a Mistake calls them."""
    flows: dict[str, Flow] = {}
    for text in given:
        flow_id, path = _named(text, INBOUND_FLOW if INBOUND_FLOW not in flows else None, option)
        if flow_id in flows:
            raise Mistake(f"{option}: two flows have the id {flow_id}")
        flows[flow_id] = _flow(path, option)
    return flows


def _named(text: str, default: str | None, option: str) -> tuple[str, Path]:
    before, equals, after = text.partition("=")
    try:
        return str(uuid.UUID(before)), Path(after)
    except ValueError:
        pass
    if equals and not Path(text).exists():
        raise Mistake(f"{option}: {before!r} is no flow id (a UUID)")
    return default or str(uuid.uuid5(_FLOW_IDS, Path(text).stem)), Path(text)


def _text(option: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise Mistake(f"{option}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Mistake(f"{option}: {path} is not UTF-8 text") from None


def _flow(path: Path, option: str) -> Flow:
    try:
        return parse(_text(option, path), CHECKS)
    except InvalidFlow as error:
        raise Mistake(f"{option}: {path} is no flow Connect would take: {error}") from None


def _functions(given: list[str]) -> dict[str, Function]:
    functions = {}
    for text in given:
        arn, _, target = text.partition("=")
        if not is_function_arn(arn) or not target:
            raise Mistake(f"--lambda takes ARN=URL or ARN=path.py:callable, not {text!r}")
        try:
            functions[arn] = load(arn, target)
        except ValueError as error:
            raise Mistake(f"--lambda: {error}") from None
    return functions


def _sinks(given: argparse.Namespace) -> Sinks:
    if given.transcripts is not None and not given.transcripts.is_dir():
        raise Mistake(f"--transcripts: there is no folder {given.transcripts}")
    events = _told("--events", given.events)
    return Sinks(events, _told("--contact-records", given.contact_records), given.transcripts)


def _told(option: str, where: str | None) -> str | None:
    if where is None or is_topic_arn(where):
        return where
    if where.startswith(("http:", "https:")):
        if not is_endpoint(where.partition(":")[0], where):
            raise Mistake(f"{option} takes a file, an http(s) URL or the ARN of a topic, not {where!r}")
    elif not Path(where).parent.is_dir():
        raise Mistake(f"{option}: there is no folder {Path(where).parent}")
    return where


def _bot(text: str) -> tuple[str, bots.Bot]:
    arn, _, name = text.partition("=")
    if not is_alias_arn(arn) or not name:
        raise Mistake(f"--lex takes the ARN of a bot's alias and a file, ALIAS_ARN=BOT.json, not {text!r}")
    try:
        return arn, bots.read(_text("--lex", Path(name)))
    except bots.InvalidBot as error:
        raise Mistake(f"--lex: {name} is no bot: {error}") from None


def _website(path: Path | None) -> Website:
    if path is None:
        return Website()
    try:
        return read_website(_text("--website", path))
    except InvalidWebsite as error:
        raise Mistake(f"--website: {path}: {error}") from None


def _sns_home(given: argparse.Namespace) -> str | None:
    if given.sns_urls == "aws":
        return None
    if given.sns_urls is None:
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        host = everywhere.get(given.host, given.host)
        return f"http://[{host}]:{given.port}" if ":" in host else f"http://{host}:{given.port}"
    url = str(given.sns_urls).rstrip("/")
    if not is_endpoint(url.partition(":")[0], url) or "?" in url or "#" in url:
        raise Mistake(f"--sns-urls takes aws, or an http(s) URL such as http://emulator:8001, not {given.sns_urls!r}")
    return url


def _access_keys(given: list[str] | None, *, forget: bool) -> tuple[AccessKey, ...] | None:
    if given and forget:
        raise Mistake("--access-key and --any-access-key contradict each other")
    if not given:
        return () if forget else None
    keys = {key.id: key for key in map(_access_key, given)}
    if len(keys) != len(given):
        raise Mistake("--access-key: two keys have the same ID")
    return tuple(keys.values())


def _access_key(text: str) -> AccessKey:
    key_id, _, rest = text.partition("=")
    secret, _, path = rest.partition("=")
    if not _KEY_ID.fullmatch(key_id) or not secret:
        raise Mistake("--access-key takes ID=SECRET or ID=SECRET=POLICY.json; an ID has letters and digits only")
    return AccessKey(key_id, secret, _policy(Path(path)) if path else None)


def _policy(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        Policy.read(text)
    except OSError as error:
        raise Mistake(f"--access-key: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Mistake(f"--access-key: {path} is not UTF-8 text") from None
    except InvalidPolicy as error:
        raise Mistake(f"--access-key: {path} is no policy the emulator can evaluate: {error}") from None
    return text


def _subscription(text: str) -> tuple[str, str]:
    arn, _, url = text.partition("=")
    if not is_topic_arn(arn) or not is_endpoint(url.partition(":")[0], url):
        raise Mistake(f"--subscribe takes TOPIC_ARN=http(s)://URL, not {text!r}")
    return arn, url
