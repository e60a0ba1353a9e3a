"""What is emulated, operation by operation: the table of docs/emulator.md, made from the handlers themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from connect_emulator.clock import Clock
from connect_emulator.core import handlers_of
from connect_emulator.flows import Engine
from connect_emulator.flows.language import ACTION_TYPES, ANY, Form
from connect_emulator.restjson.routes import model_of
from connect_emulator.world import World
from connect_emulator.world.store import Store

FULL, PARTIAL, NOT = "full", "partial", "not"
BEGIN, END = "<!-- coverage: made by connect-emulator coverage -->", "<!-- end of coverage -->"
ACTIONS_BEGIN, ACTIONS_END = "<!-- actions: made by connect-emulator coverage -->", "<!-- end of actions -->"

# What is missing of an operation that is emulated in part. An operation that is not named here is emulated in full:
# all members, all documented errors a chat can bring about.
MISSING: Mapping[str, Mapping[str, str]] = {
    "connect": {
        "StartChatContact": "`ParticipantConfiguration` changes nothing (no bot here answers in parts), nor does"
        " `DisconnectOnCustomerExit` (everybody goes when the customer goes); of `ConnectionTypes`, `WEBSOCKET` and"
        " `CONNECTION_CREDENTIALS` (as in AWS)",
        "DescribeContact": "no chat metrics, no routing criteria, no evaluations",
        "SearchContacts": "`SearchCriteria`: `Name`, `AgentIds`, `Channels`, `InitiationMethods`, `QueueIds`,"
        " `AdditionalTimeRange`, contact and segment attributes; any other answers 501",
        "UpdateContact": "`Name`, `Description`, `References`, `SegmentAttributes`: what a chat can have",
        "ListContactReferences": "`URL`, `NUMBER`, `STRING`, `DATE`, `EMAIL`",
        "CreateInstance": "described, listed, tagged, deleted; active at once; all that is in an instance answers 501 there",
        "DescribeInstance": "no replication",
        "TagResource": "what the emulator keeps in its register, and instances",
        "CreateContactFlow": "the action types below; no versions, no aliases",
        "DescribeContactFlow": "published and `:$SAVED` content; no versions, no aliases",
        "UpdateContactFlowContent": "published and `:$SAVED` content; no versions, no aliases",
        "CreateContactFlowModule": "`Settings` and `ExternalInvocationConfiguration` answer 501; no versions, no aliases",
        "UpdateContactFlowModuleContent": "`Settings` answers 501",
        "CreateQueue": "outbound callers, quick connects and e-mail addresses answer 501",
        "CreateHoursOfOperation": "parents and overrides answer 501",
        "CreateRoutingProfile": "manual assignment answers 501",
        "CreateUser": "hierarchy groups answer 501; the password is checked and forgotten",
    },
    "connectparticipant": {
        "CreateParticipantConnection": "`WEBRTC_CONNECTION` answers 501",
        "DescribeView": "the views AWS manages, with their actions; no `Template`, no `InputSchema`",
        "GetAuthenticationUrl": "no action of a flow asks for authentication: `ValidationException`",
        "CancelParticipantAuthentication": "no action of a flow asks for authentication: `ValidationException`",
    },
    "sns": {
        "Subscribe": "`http` and `https`; attributes of delivery, no filter policies",
        "Unsubscribe": "`AuthenticateOnUnsubscribe` is not kept",
        "CreateTopic": "a topic is there when it is named; standard topics, no tags",
        "GetTopicAttributes": "policies are shown, not followed",
        "SetTopicAttributes": "`Policy`, `DeliveryPolicy`, `DisplayName`: kept, not followed; `SignatureVersion` is 2",
        "GetSubscriptionAttributes": "policies are shown, not followed",
        "SetSubscriptionAttributes": "`DeliveryPolicy`, `RedrivePolicy`: kept, not followed; no raw delivery",
    },
    "sts": {},
}


def emulated() -> dict[str, list[str]]:
    """The operations of each service, from a world that is nowhere."""
    store = Store(Path(":memory:"))
    try:
        world = World(store, Clock())
        return {service: sorted(handlers) for service, handlers in handlers_of(world, Engine(world, {})).items()}
    finally:
        store.close()


def rows() -> Iterator[tuple[str, str, str, str]]:
    """(service, operation, how far, what is missing); of connect and SNS, only what is emulated at all."""
    for service, operations in emulated().items():
        missing = MISSING[service]
        for operation in operations:
            yield service, operation, PARTIAL if operation in missing else FULL, missing.get(operation, "")
        if service == "connectparticipant":
            rest = sorted(set(model_of(service).operation_names) - set(operations))
            yield from ((service, operation, NOT, "answers 501") for operation in rest)


def table() -> str:
    """Markdown."""
    lines = ["| Service | Operation | Emulated | What is missing |", "|---|---|---|---|"]
    lines += [
        f"| {service} | {operation} | {how} | {why} |".replace("|  |", "| |") for service, operation, how, why in rows()
    ]
    operations = emulated()
    for service in ("connect", "sns", "sts"):
        others = len(model_of(service).operation_names) - len(operations[service])
        lines.append(f"| {service} | {others} others | {NOT} | answer 501 `NotImplementedException` |")
    return "\n".join(lines)


_MARKS: Mapping[Form, str] = {"static": "", "single": " *r*", "dynamic": " *t*", "map": " *t*", "object": " *t*"}


def actions_table() -> str:
    """What the flow language has, Markdown: from the table that flows are checked and run by."""
    lines = [
        "| Action | In a chat | Parameters (*r*: may be a reference, *t*: may have references within) | Branches it must have | Flows |",
        "|---|---|---|---|---|",
    ]
    for name, kind in sorted(ACTION_TYPES.items()):
        chat = f"error branch: {kind.left_because}" if kind.in_a_chat == "error branch" else kind.in_a_chat
        parameters = ", ".join(f"`{each}`{_MARKS[form]}" for each, form in kind.parameters.items()) or "none"
        branches = ", ".join([*(["NextAction"] if kind.goes_on else []), *kind.errors]) or "none"
        lines.append(f"| {name} | {chat} | {parameters} | {branches} | {_where(kind.flow_types)} |")
    return "\n".join(lines)


def _where(types: frozenset[str]) -> str:
    missing = sorted(ANY - types)
    if len(missing) >= 4:
        return ", ".join(sorted(types))
    return f"all but {', '.join(missing)}" if missing else "all"


def written_into(text: str) -> str:
    """The document with the tables as they are now: that of the operations, and that of the actions of flows."""
    return _between(_between(text, BEGIN, END, table()), ACTIONS_BEGIN, ACTIONS_END, actions_table())


def _between(text: str, begins: str, ends: str, body: str) -> str:
    before, begin, rest = text.partition(begins)
    _, end, after = rest.partition(ends)
    if not begin or not end:
        raise ValueError(f"the document has no {begins} … {ends}")
    return f"{before}{begins}\n\n{body}\n\n{ends}{after}"


def main(argv: list[str]) -> int:
    """Prints the table; with the name of a document, writes it there."""
    if not argv:
        print(table())  # noqa: T201 -- a command's answer
        return 0
    path = Path(argv[0])
    path.write_text(written_into(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0
