"""What a chat does not carry out of a flow, and why: the engine leaves such an action by its error branch, the inspector says it."""

from __future__ import annotations

from .document import Action
from .language import ACTION_TYPES


def why_left(action: Action) -> str | None:
    """Why a chat leaves this action by its error branch; None if it is carried out."""
    kind, given = ACTION_TYPES[action.type], action.parameters
    if kind.in_a_chat == "error branch":
        return kind.left_because
    if action.type == "MessageParticipant" and "Text" not in given:
        return "a chat needs Text; PromptId, SSML and Media are for calls"
    if action.type == "ConnectParticipantWithLexBot" and "LexV2Bot" not in given:
        return "it asks a Lex V1 bot, and those are gone"
    if action.type == "Wait" and {"ContinueExecution", "MinimumWaitTimeSeconds"} & set(given):
        return "ContinueExecution and MinimumWaitTimeSeconds are not emulated"
    if action.type == "UpdateContactRecordingAndAnalyticsBehavior" and "VoiceBehavior" in given:
        return "VoiceBehavior is for calls"
    return None


def error_branch(action: Action) -> str | None:
    """Where a chat goes that leaves an action: by the error branch; from a flow that has none, on as if it were done."""
    if action.type == "UpdateContactRecordingAndAnalyticsBehavior" and "ChannelMismatch" in action.errors:
        return action.errors["ChannelMismatch"]
    documented = (action.errors[error] for error in ACTION_TYPES[action.type].errors if error in action.errors)
    return action.error("NoMatchingError") or next(documented, None) or action.next
