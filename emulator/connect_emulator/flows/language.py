"""The flow language as AWS documents it, as one table: each action type with its parameters, its branches and where it may stand.

`document.parse` checks every action by it, the actions run by it, and `coverage` makes the table of docs/emulator.md from it. Where the
developer guide (flow-language-actions) and the administrator guide (flow block definitions) differ, the wider of the two holds:
what AWS takes is taken. Flows that AWS's samples publish were tried against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

NO_MATCHING_ERROR: Final = "NoMatchingError"
NO_MATCHING_CONDITION: Final = "NoMatchingCondition"

# How a parameter may be given: fixed; fixed or a single reference; a text with references; a map of names and texts with
# references; an object or a list, whose members are not looked into.
Form = Literal["static", "single", "dynamic", "map", "object"]
# What a chat does at an action: it is carried out; it has no effect on a chat, which goes on; the emulator does not carry it
# out, or AWS does not in a chat, and the contact leaves by the error branch.
InAChat = Literal["runs", "no effect", "error branch"]

INBOUND, CUSTOMER_QUEUE, MODULE = "CONTACT_FLOW", "CUSTOMER_QUEUE", "MODULE"
_TRANSFERS = frozenset({"AGENT_TRANSFER", "QUEUE_TRANSFER"})
_HOLDS = frozenset({"CUSTOMER_HOLD", "AGENT_HOLD"})
_WHISPERS = frozenset({"CUSTOMER_WHISPER", "AGENT_WHISPER", "OUTBOUND_WHISPER"})
# A module stands for a part of an inbound flow. A campaign's flow is one that begins outbound.
ROUTING = _TRANSFERS | {INBOUND, MODULE, "CAMPAIGN"}
CALLS = ROUTING | {CUSTOMER_QUEUE}
ANY = CALLS | _HOLDS | _WHISPERS


@dataclass(frozen=True, slots=True)
class ActionType:
    parameters: Mapping[str, Form]
    required: tuple[str, ...] = ()
    errors: tuple[str, ...] = (NO_MATCHING_ERROR,)  # without which AWS refuses a flow
    goes_on: bool = True  # NextAction is needed
    flow_types: frozenset[str] = ANY
    in_a_chat: InAChat = "runs"
    left_because: str = ""  # why a chat does not carry it out


def _form(form: Form, *names: str) -> dict[str, Form]:
    return dict.fromkeys(names, form)


_PROMPT: dict[str, Form] = {
    **_form("single", "PromptId"),
    **_form("dynamic", "Text", "SSML"),
    **_form("object", "Media"),
}
_TARGET = _form("single", "QueueId", "AgentId")
_PROFILE = _form("object", "ProfileRequestData", "ProfileResponseData")
_CASE: dict[str, Form] = {**_form("static", "LinkContactToCase"), **_form("object", "CaseRequestFields")}
_VOICE, _NOT_EMULATED = "it is for calls", "it is not emulated"


def _left(
    parameters: Mapping[str, Form],
    *required: str,
    why: str = _NOT_EMULATED,
    errors: tuple[str, ...] = (NO_MATCHING_ERROR,),
    flow_types: frozenset[str] = ANY,
    goes_on: bool = False,
) -> ActionType:
    """An action that a chat leaves by its error branch."""
    return ActionType(parameters, required, errors, goes_on, flow_types, "error branch", why)


_CONTACT: dict[str, ActionType] = {
    "UpdateContactAttributes": ActionType({"Attributes": "map", "TargetContact": "static"}, ("Attributes",)),
    "UpdateContactData": ActionType(
        {
            **_form("dynamic", "Name", "Description", "LanguageCode", "CustomerId", "WisdomSessionArn", "WatchlistId"),
            **_form(
                "dynamic", "VoiceAuthenticationThreshold", "VoiceAuthenticationResponseTime", "FraudDetectionThreshold"
            ),
            **_form("static", "IsVoiceIdStreamingEnabled", "IsVoiceAuthenticationEnabled", "IsFraudDetectionEnabled"),
            **_form("object", "References", "SegmentAttributes"),
            "TargetContact": "static",
        }
    ),
    "UpdateContactEventHooks": ActionType(_form("object", "EventHooks", "EventHooksConfiguration"), ("EventHooks",)),
    "UpdateContactRoutingBehavior": ActionType(
        _form("single", "QueuePriority", "QueueTimeAdjustmentSeconds"), errors=(), flow_types=CALLS
    ),
    "UpdateContactTargetQueue": ActionType(_TARGET, flow_types=ROUTING),
    "TransferContactToQueue": ActionType(
        {}, errors=("QueueAtCapacity", NO_MATCHING_ERROR), goes_on=False, flow_types=ROUTING
    ),
    "DequeueContactAndTransferToQueue": ActionType(
        _TARGET, errors=("QueueAtCapacity", NO_MATCHING_ERROR), flow_types=frozenset({CUSTOMER_QUEUE})
    ),
    "InvokeFlowModule": ActionType(
        {**_form("dynamic", "FlowModuleId"), **_form("object", "Input")},
        ("FlowModuleId",),
        flow_types=frozenset({INBOUND, MODULE}),
    ),
    "EndFlowModuleExecution": ActionType({}, errors=(), goes_on=False, flow_types=frozenset({MODULE})),
    "UpdateContactRecordingBehavior": ActionType(
        _form("object", "RecordingBehavior", "AnalyticsBehavior"),
        errors=(),
        flow_types=CALLS | {"OUTBOUND_WHISPER"},
        in_a_chat="no effect",
    ),
    "UpdateContactRecordingAndAnalyticsBehavior": ActionType(
        _form("object", "ChatBehavior", "VoiceBehavior", "ScreenRecordingBehavior"),
        errors=(NO_MATCHING_ERROR, "ChannelMismatch"),
        flow_types=CALLS | {"OUTBOUND_WHISPER"},
        in_a_chat="no effect",
    ),
    "UpdateContactTextToSpeechVoice": ActionType(
        _form("dynamic", "TextToSpeechVoice", "TextToSpeechEngine", "TextToSpeechStyle"),
        errors=(),
        in_a_chat="no effect",
    ),
    "UpdateContactMediaProcessing": _left(_form("object", "ChatProcessor"), "ChatProcessor"),
    "UpdateContactMediaStreamingBehavior": _left(
        {**_form("static", "MediaStreamingState", "MediaStreamType"), **_form("object", "Participants")},
        why=_VOICE,
        flow_types=CALLS | _WHISPERS,
    ),
    "UpdateContactCallbackNumber": _left(
        _form("single", "CallbackNumber"),
        why=_VOICE,
        errors=("InvalidCallbackNumber", "CallbackNumberNotDialable"),
        flow_types=CALLS,
    ),
    "UpdatePreviousContactParticipantState": _left(
        _form("static", "PreviousContactParticipantState"), why=_VOICE, flow_types=ROUTING
    ),
    "CompleteOutboundCall": _left(
        {**_form("object", "CallerId", "VoiceConnector"), **_form("dynamic", "ConnectionTimeLimitSeconds")},
        why=_VOICE,
        errors=(),
    ),
    "TransferContactToAgent": _left({}, why=_VOICE, errors=(), flow_types=_TRANSFERS),
    "ResumeContact": _left({}),
    "TagContact": _left(_form("map", "Tags"), "Tags", errors=(), goes_on=True),
    "UnTagContact": _left(_form("object", "TagKeys"), "TagKeys"),
    "CreateTask": _left(
        {
            **_form("single", "ContactFlowId", "TaskTemplateId"),
            **_form("dynamic", "Name", "Description", "DelaySeconds", "ScheduledTime"),
            **_form("object", "Attributes", "References"),
        }
    ),
    "CreateWisdomSession": _left(
        {
            **_form("dynamic", "WisdomAssistantArn"),
            **_form("object", "OrchestrationAIAgentConfiguration", "SessionData"),
        },
        "WisdomAssistantArn",
    ),
    "CreateCase": _left({**_CASE, "CaseTemplateId": "single"}, "CaseTemplateId"),
    "GetCase": _left(
        {**_CASE, **_form("single", "GetLastUpdatedCase", "CustomerId"), **_form("object", "CaseResponseFields")}
    ),
    "UpdateCase": _left({**_CASE, "CaseId": "single"}, "CaseId"),
    "StartOutboundChatContact": _left(
        {
            **_form("object", "SourceEndpoint", "DestinationEndpoint", "InitialSystemMessage"),
            **_form("dynamic", "ContactFlowArn", "ContactSubtype", "RelatedContact"),
        }
    ),
    "CreatePersistentContactAssociation": _left(_form("single", "RehydrationType", "SourceContactId")),
    "UpdateRoutingCriteria": _left(_form("object", "RoutingCriteria"), "RoutingCriteria", flow_types=CALLS),
    "UpdateContactRoutingCriteria": _left(_form("object", "RoutingCriteria"), "RoutingCriteria", flow_types=CALLS),
}

_CONTROL: dict[str, ActionType] = {
    "Compare": ActionType(_form("dynamic", "ComparisonValue"), ("ComparisonValue",), (NO_MATCHING_CONDITION,), False),
    "DistributeByPercentage": ActionType({}, (), (NO_MATCHING_CONDITION,), False, CALLS),
    "CheckHoursOfOperation": ActionType(_form("single", "HoursOfOperationId"), goes_on=False, flow_types=CALLS),
    "CheckMetricData": ActionType(
        {**_form("static", "MetricType"), **_TARGET}, ("MetricType",), goes_on=False, flow_types=CALLS
    ),
    "GetMetricData": ActionType({**_TARGET, **_form("single", "QueueChannel")}),
    "Loop": ActionType(_form("single", "LoopCount"), ("LoopCount",), errors=(), goes_on=False),
    "Wait": ActionType(
        {
            **_form("single", "TimeLimitSeconds", "MinimumWaitTimeSeconds"),
            **_form("static", "ContinueExecution"),
            **_form("object", "Events"),
        },
        ("TimeLimitSeconds",),
        goes_on=False,
    ),
    "TransferToFlow": ActionType(
        _form("single", "ContactFlowId"), ("ContactFlowId",), goes_on=False, flow_types=ROUTING
    ),
    "EndFlowExecution": ActionType({}, errors=(), goes_on=False),
    "UpdateFlowAttributes": ActionType(_form("object", "FlowAttributes"), ("FlowAttributes",), errors=()),
    "UpdateFlowLoggingBehavior": ActionType(
        _form("static", "FlowLoggingBehavior"), ("FlowLoggingBehavior",), errors=()
    ),
    "CheckOutboundCallStatus": _left({}, why=_VOICE),
    "CheckVoiceId": _left(_form("static", "CheckVoiceIdOption"), "CheckVoiceIdOption", why=_VOICE),
    "StartVoiceIdStream": _left({}, why=_VOICE, flow_types=ANY - _HOLDS),
}

_INTERACTIONS: dict[str, ActionType] = {
    "InvokeLambdaFunction": ActionType(
        {
            **_form("dynamic", "LambdaFunctionARN"),
            **_form("static", "InvocationTimeLimitSeconds", "InvocationType"),
            **_form("object", "LambdaInvocationAttributes", "ResponseValidation"),
        },
        ("LambdaFunctionARN",),
    ),
    "CreateCallbackContact": _left(
        {
            **_form("single", "QueueId", "AgentId", "ContactFlowId", "CallerId"),
            **_form("static", "InitialCallDelaySeconds", "MaximumConnectionAttempts", "RetryDelaySeconds"),
        },
        why=_VOICE,
        flow_types=CALLS,
    ),
    "AssociateContactToCustomerProfile": _left(_PROFILE, "ProfileRequestData"),
    "CreateCustomerProfile": _left(_PROFILE, "ProfileRequestData"),
    "GetCustomerProfile": _left(_PROFILE, "ProfileRequestData"),
    "GetCustomerProfileObject": _left(_PROFILE, "ProfileRequestData"),
    "GetCalculatedAttributesForCustomerProfile": _left(_PROFILE, "ProfileRequestData"),
    "UpdateCustomerProfile": _left(_PROFILE, "ProfileRequestData"),
}

_PARTICIPANT: dict[str, ActionType] = {
    "MessageParticipant": ActionType(_PROMPT, errors=(), flow_types=ANY - _HOLDS),
    "ConnectParticipantWithLexBot": ActionType(
        {
            **_PROMPT,
            **_form(
                "object", "LexV2Bot", "LexBot", "LexSessionAttributes", "LexInitializationData", "LexTimeoutSeconds"
            ),
        },
        errors=(NO_MATCHING_ERROR, NO_MATCHING_CONDITION),
        goes_on=False,
        flow_types=CALLS,
    ),
    "DisconnectParticipant": ActionType({}, errors=(), goes_on=False, flow_types=CALLS),
    "ShowView": ActionType(
        {
            **_form("object", "ViewResource", "ViewData", "SensitiveDataConfiguration", "InvocationTimeLimitSeconds"),
        },
        ("ViewResource",),
        goes_on=False,
        flow_types=frozenset({INBOUND, CUSTOMER_QUEUE, MODULE}),
    ),
    "GetParticipantInput": _left(
        {
            **_PROMPT,
            **_form("static", "InputTimeLimitSeconds", "StoreInput"),
            **_form("object", "InputValidation", "InputEncryption", "DTMFConfiguration"),
        },
        why=_VOICE,
        flow_types=CALLS,
    ),
    "MessageParticipantIteratively": _left(
        {**_form("object", "Messages"), **_form("static", "InterruptFrequencySeconds")},
        "Messages",
        why=_VOICE,
        errors=(),
        flow_types=_HOLDS | {CUSTOMER_QUEUE},
    ),
    "TransferParticipantToThirdParty": _left(
        {
            **_form("single", "ThirdPartyPhoneNumber", "ThirdPartyDTMFDigits"),
            **_form("static", "ThirdPartyConnectionTimeLimitSeconds", "ContinueFlowExecution"),
            **_form("object", "CallerId"),
        },
        why=_VOICE,
        flow_types=CALLS,
    ),
}

ACTION_TYPES: Final[Mapping[str, ActionType]] = {**_CONTACT, **_CONTROL, **_INTERACTIONS, **_PARTICIPANT}

# Actions that answer something, which Conditions may ask for; the others have none.
CONDITIONAL: Final = frozenset(
    {
        *("Compare", "DistributeByPercentage", "CheckHoursOfOperation", "CheckMetricData", "Loop", "Wait"),
        *("ConnectParticipantWithLexBot", "ShowView", "GetParticipantInput", "MessageParticipantIteratively"),
        *("CheckOutboundCallStatus", "CheckVoiceId", "InvokeFlowModule"),
    }
)
# The types of flows that a flow may be handed on to (administrator guide, "Transfer to flow").
TRANSFERABLE: Final = frozenset({INBOUND, *_TRANSFERS, "CAMPAIGN"})
