"""One AWS service: its model, and a handler for each operation that is emulated."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs

from botocore.model import OperationModel, Shape, StructureShape

from .read import read, wire_name
from .routes import model_of, routes_of
from .wire import Params, Request, Response, ServiceError, json_response
from .write import write

Handler = Callable[[Params, Request], Params]


class Guard(Protocol):
    """Who stands at the door of a service."""

    def authenticate(self, request: Request) -> Any:
        """Who calls; raises when that cannot be told."""

    def authorize(self, caller: Any, operation: str, given: Params) -> None:
        """Raises when this caller may not do this; `given` is the request as it came, not yet validated."""


BODY_LIMIT = 1024 * 1024
DEPTH_LIMIT = 50
_log = logging.getLogger("connect_emulator.service")


class Service:
    def __init__(self, name: str, handlers: Mapping[str, Handler], guard: Guard | None = None) -> None:
        self.name = name
        self.model = model_of(name)
        unknown = set(handlers) - set(self.model.operation_names)
        if unknown:
            raise ValueError(f"{name} has no operation {sorted(unknown)}")
        self.handlers = dict(handlers)
        self._guard = guard
        self._routes = routes_of(name)
        self._errors: dict[str, Any] = {shape.name: shape for shape in self.model.error_shapes}

    def operation(self, request: Request) -> str | None:
        """The name of the operation asked for, whether or not it is emulated."""
        found = self._routes.find(request.method, request.path)
        return found[0].name if found else None

    def respond(self, request: Request) -> Response:
        try:
            return self._respond(request)
        except ServiceError as error:
            return self.refuse(error)
        except Exception:  # noqa: BLE001 -- logged whole; a caller gets a typed answer, whatever went wrong here
            _log.exception("%s: the emulator failed", self.operation(request))
            return self.refuse(ServiceError(self.internal_error, "the emulator failed; its log says where"))

    def refuse(self, error: ServiceError) -> Response:
        shape = self._errors.get(error.code)
        status = shape.metadata["error"]["httpStatusCode"] if shape else _UNMODELLED.get(error.code, 400)
        name = next((m for m in shape.members if m.lower() == "message"), "message") if shape else "message"
        return json_response(status, {name: error.message, **error.members}, {"x-amzn-errortype": error.code})

    @property
    def internal_error(self) -> str:
        return "InternalServiceException" if "InternalServiceException" in self._errors else "InternalServerException"

    def call(self, operation: str, given: Params, request: Request) -> Params:
        """The operation without its wire, for a caller in this process; what it is given is validated all the same."""
        model = self.model.operation_model(operation)
        return self.handlers[operation](_validated(model, given), request)

    def _respond(self, request: Request) -> Response:
        found = self._routes.find(request.method, request.path)
        if found is None:
            raise ServiceError(
                "UnknownOperationException", f"{self.name} has no operation {request.method} {request.path}"
            )
        operation, labels = found
        handler = self.handlers.get(operation.name)
        if handler is None:
            raise ServiceError("NotImplementedException", f"{operation.name} is not emulated")
        caller = self._guard.authenticate(request) if self._guard else None
        given = _given(operation, request, labels)
        if self._guard:
            self._guard.authorize(caller, operation.name, given)
        params = _validated(operation, given)
        return json_response(200, write(operation.output_shape, handler(params, request)))


# What no model lists: AWS's front door, the errors common to all services (Common Error Types of the API reference).
_UNMODELLED = {
    "UnknownOperationException": 404,
    "NotImplementedException": 501,
    "MissingAuthenticationTokenException": 403,
    "IncompleteSignatureException": 403,
    "InvalidSignatureException": 403,
    "UnrecognizedClientException": 403,
    "RequestTimeTooSkewed": 403,
    "AccessDeniedException": 403,
}


def invalid(operation: OperationModel) -> str:
    """The error an operation's own list has for a request that does not fit its shape."""
    listed = {shape.name for shape in operation.error_shapes}
    order = ("ValidationException", "InvalidParameterException", "InvalidRequestException")
    return next((code for code in order if code in listed), "InvalidRequestException")


def _given(operation: OperationModel, request: Request, labels: Mapping[str, str]) -> Params:
    """All members by their wire names, wherever the request carried them."""
    shape = operation.input_shape
    if shape is None:
        return {}
    given = _body(operation, request) if _has_body(shape) else {}
    query = parse_qs(request.query)
    for name, member in shape.members.items():
        wire, location = wire_name(name, member), member.serialization.get("location")
        if location is None:
            continue
        given.pop(wire, None)
        if location == "uri":
            given[wire] = labels[wire]
        elif location == "querystring" and wire in query:
            given[wire] = _from_query(member, query[wire])
        elif location == "header" and wire.lower() in request.headers:
            given[wire] = request.headers[wire.lower()]
    return given


def _has_body(shape: StructureShape) -> bool:
    return any("location" not in member.serialization for member in shape.members.values())


def _body(operation: OperationModel, request: Request) -> Params:
    if len(request.body) > BODY_LIMIT:
        raise ServiceError(invalid(operation), f"the body has more than {BODY_LIMIT} bytes")
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise ServiceError(invalid(operation), "the body is not JSON") from None
    if not isinstance(body, dict):
        raise ServiceError(invalid(operation), "the body must be a JSON object")
    if _too_deep(body):
        raise ServiceError(invalid(operation), f"the body is nested deeper than {DEPTH_LIMIT} levels")
    return body


def _too_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level and depth <= DEPTH_LIMIT:
        nested = [entry for entry in level if isinstance(entry, dict | list)]
        level = [inner for entry in nested for inner in (entry.values() if isinstance(entry, dict) else entry)]
        depth += 1
    return bool(level)


def _from_query(shape: Shape, values: list[str]) -> Any:
    if shape.type_name == "list":
        return values
    if shape.type_name in {"integer", "long"}:
        return int(values[0]) if values[0].isdecimal() and len(values[0]) < 20 else values[0]
    return values[0] == "true" if shape.type_name == "boolean" else values[0]


def _validated(operation: OperationModel, given: Params) -> Params:
    shape = operation.input_shape
    if shape is None:
        return {}
    _require_bearer(shape, given)
    problems: list[str] = []
    params: Params = read(shape, given, "", problems)
    if problems:
        raise ServiceError(invalid(operation), "; ".join(problems)[:1000])
    return params


def _require_bearer(shape: Shape, given: Params) -> None:
    """A participant without a usable token is a stranger, not somebody who misspelt a member."""
    for name, member in getattr(shape, "members", {}).items():
        if member.serialization.get("name") == "X-Amz-Bearer" and name in shape.required_members:
            token = given.get("X-Amz-Bearer", "")
            if not 1 <= len(token) <= member.metadata.get("max", 1000):
                raise ServiceError("AccessDeniedException", "the X-Amz-Bearer header carries no token")
