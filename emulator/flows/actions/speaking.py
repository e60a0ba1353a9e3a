"""What a flow says, and what it asks a Lambda."""

from __future__ import annotations

from collections.abc import Iterator

from emulator import chat, limits
from emulator.flows.document import NO_MATCHING_ERROR, Action
from emulator.flows.event import contact_flow_event
from emulator.flows.run import Call, Outcome, Run
from emulator.instance import is_function_arn

from .kind import Kind, goes_on, is_text_map, needs_errors, needs_number


def _check_message(action: Action) -> Iterator[str]:
    if not isinstance(action.parameters.get("Text"), str) or not action.parameters["Text"]:
        yield "a chat needs Text; SSML and PromptId are for voice"
    yield from goes_on(action)


def _message(run: Run) -> Outcome:
    text = run.text("Text")
    if not text or len(text.encode()) > limits.CONTENT_BYTES:
        return run.fails(NO_MATCHING_ERROR)
    chat.says(run.world, run.contact, None, "text/plain", text)
    return run.goes_on()


def _check_lambda(action: Action) -> Iterator[str]:
    parameters = action.parameters
    if not is_function_arn(str(parameters.get("LambdaFunctionARN"))):
        yield "LambdaFunctionARN must be the ARN of a function"
    if "InvocationTimeLimitSeconds" in parameters:
        yield from needs_number(action, "InvocationTimeLimitSeconds", 1, limits.LAMBDA_SECONDS)
    if not is_text_map(parameters.get("LambdaInvocationAttributes", {})):
        yield "LambdaInvocationAttributes must map names to strings"
    if _response_type(action) not in {"STRING_MAP", "JSON"}:
        yield "ResponseValidation.ResponseType must be STRING_MAP or JSON"
    yield from goes_on(action)
    yield from needs_errors(action, NO_MATCHING_ERROR)


def _lambda(run: Run) -> Outcome:
    limit = run.action.parameters.get("InvocationTimeLimitSeconds", str(limits.LAMBDA_DEFAULT_SECONDS))
    event = contact_flow_event(run.world, run.contact, run.texts("LambdaInvocationAttributes"))
    return Call(
        {
            "arn": run.action.parameters["LambdaFunctionARN"],
            "seconds": int(limit),
            "responseType": _response_type(run.action),
            "event": event,
        }
    )


def _response_type(action: Action) -> object:
    validation = action.parameters.get("ResponseValidation", {"ResponseType": "STRING_MAP"})
    return validation.get("ResponseType") if isinstance(validation, dict) else None


KINDS = {
    "MessageParticipant": Kind(_check_message, _message),
    "InvokeLambdaFunction": Kind(_check_lambda, _lambda),
}
