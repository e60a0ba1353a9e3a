"""What a flow says, and what it asks a Lambda."""

from __future__ import annotations

from collections.abc import Iterator

from connect_emulator import chat, limits, messages
from connect_emulator.flows.document import Action
from connect_emulator.flows.event import contact_flow_event
from connect_emulator.flows.language import NO_MATCHING_ERROR
from connect_emulator.flows.references import has_references
from connect_emulator.flows.run import Call, Go, Outcome, Run
from connect_emulator.flows.undone import error_branch
from connect_emulator.instance import is_function_arn

from .kind import Kind, is_text_map, needs_number

PROMPTS = {"Text", "SSML", "PromptId", "Media"}
ASYNCHRONOUS = "ASYNCHRONOUS"


def _check_message(action: Action) -> Iterator[str]:
    if len(PROMPTS & set(action.parameters)) != 1:
        yield f"exactly one of {', '.join(sorted(PROMPTS))} is needed"
    if action.parameters.get("Text") == "":
        yield "Text must not be empty"


def _message(run: Run) -> Outcome:
    said = messages.of_words(messages.filled(run.action.parameters["Text"], run.resolved), run.contact.supported)
    if said is None:
        return Go(error_branch(run.action))
    chat.says(run.world, run.contact, None, said.content_type, said.content)
    return run.goes_on()


def _check_lambda(action: Action) -> Iterator[str]:
    parameters = action.parameters
    arn = parameters.get("LambdaFunctionARN")
    if isinstance(arn, str) and not has_references(arn) and not is_function_arn(arn):
        yield "LambdaFunctionARN must be the ARN of a function"
    if parameters.get("InvocationType", "SYNCHRONOUS") not in {"SYNCHRONOUS", ASYNCHRONOUS}:
        yield f"InvocationType must be SYNCHRONOUS or {ASYNCHRONOUS}"
    if "InvocationTimeLimitSeconds" in parameters:
        yield from needs_number(action, "InvocationTimeLimitSeconds", 1, limits.LAMBDA_SECONDS)
    if not is_text_map(parameters.get("LambdaInvocationAttributes", {})):
        yield "LambdaInvocationAttributes must map names to strings"
    if _response_type(action) not in {"STRING_MAP", "JSON"}:
        yield "ResponseValidation.ResponseType must be STRING_MAP or JSON"


def _lambda(run: Run) -> Outcome:
    arn = run.text("LambdaFunctionARN")
    if not is_function_arn(arn):
        return run.fails(NO_MATCHING_ERROR)
    limit = run.action.parameters.get("InvocationTimeLimitSeconds", str(limits.LAMBDA_DEFAULT_SECONDS))
    language = run.results.get("LanguageCode", "en-US")
    event = contact_flow_event(run.world, run.contact, run.texts("LambdaInvocationAttributes"), language)
    return Call(
        {
            "arn": arn,
            "seconds": int(limit),
            "responseType": _response_type(run.action),
            "event": event,
            "answers": run.action.parameters.get("InvocationType") != ASYNCHRONOUS,
        }
    )


def _response_type(action: Action) -> object:
    validation = action.parameters.get("ResponseValidation", {"ResponseType": "STRING_MAP"})
    return validation.get("ResponseType") if isinstance(validation, dict) else None


KINDS = {
    "MessageParticipant": Kind(_check_message, _message),
    "InvokeLambdaFunction": Kind(_check_lambda, _lambda),
}
