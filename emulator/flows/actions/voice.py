"""Actions for calls: in a chat they take their error branch at once, or do nothing (adminguide: "channels" of each block)."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.flows.document import NO_MATCHING_ERROR, Action
from emulator.flows.run import Outcome, Run

from .kind import Kind, goes_on, needs_errors


def _check_error(action: Action) -> Iterator[str]:
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _error(run: Run) -> Outcome:
    return run.fails(NO_MATCHING_ERROR)


def _goes_on(run: Run) -> Outcome:
    return run.goes_on()


KINDS = {
    "GetParticipantInput": Kind(_check_error, _error),
    "MessageParticipantIteratively": Kind(_check_error, _error),
    "TransferParticipantToThirdParty": Kind(_check_error, _error),
    "UpdateContactCallbackNumber": Kind(_check_error, _error),
    "UpdateContactMediaStreamingBehavior": Kind(_check_error, _error),
    "CreateCallbackContact": Kind(_check_error, _error),
    "UpdateContactTextToSpeechVoice": Kind(goes_on, _goes_on),
    "UpdateContactRecordingBehavior": Kind(goes_on, _goes_on),
}
