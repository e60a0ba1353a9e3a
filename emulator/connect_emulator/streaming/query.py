"""The query protocol of SNS and STS, both ways, from botocore's own service models."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from connect_emulator.restjson import Params, Request, Response, ServiceError
from connect_emulator.restjson.routes import model_of
from connect_emulator.restjson.service import Guard

Handler = Callable[[Params, Request], Params]
_NO_PERMISSION = {"GetCallerIdentity"}  # API_GetCallerIdentity: no permissions are required
_LINKS = {"ConfirmSubscription", "Unsubscribe"}  # SubscribeURL and UnsubscribeURL of a post
# How the query protocol names what the front door of the JSON services says.
_AT_THE_DOOR = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "AccessDeniedException": "AuthorizationError",
}
_ENTRY = re.compile(r"(\w+)\.entry\.(\d{1,3})\.(key|value)")


class QueryService:
    def __init__(self, name: str, handlers: Mapping[str, Handler], guard: Guard | None = None) -> None:
        self.name = name
        self._guard = guard
        self.model = model_of(name)
        self._namespace = f"{self.model.metadata['xmlNamespace']}"
        self.handlers = dict(handlers)

    def operation(self, request: Request) -> str | None:
        return _form(request).get("Action")

    internal_error = "InternalError"

    def respond(self, request: Request) -> Response:
        try:
            return self._respond(_form(request), request)
        except ServiceError as error:
            return self.refuse(error)

    def _respond(self, form: Mapping[str, str], request: Request) -> Response:
        action = form.get("Action", "")
        if action not in self.model.operation_names:
            raise ServiceError("InvalidAction", f"{self.name} has no action {action!r:.100}")
        if action not in self.handlers:
            raise ServiceError("NotImplementedException", f"{action} is not emulated")
        operation = self.model.operation_model(action)
        self._admit(action, form, request)
        return self._answer(operation, self.handlers[action](_params(operation, form), request))

    def _admit(self, action: str, form: Mapping[str, str], request: Request) -> None:
        """The links that SNS itself writes need no signature: their token, or their ARN, is known to the endpoint only."""
        if self._guard is None or (action in _LINKS and "authorization" not in request.headers):
            return
        key = self._guard.authenticate(request)
        if action not in _NO_PERMISSION:
            self._guard.authorize(key, action, dict(form))

    def refuse(self, error: ServiceError) -> Response:
        error = ServiceError(_AT_THE_DOOR.get(error.code, error.code), error.message, **error.members)
        status = self._status(error.code)
        side = "Receiver" if status >= 500 else "Sender"
        text = (
            f'<ErrorResponse xmlns="{self._namespace}"><Error><Type>{side}</Type><Code>{escape(error.code)}</Code>'
            f"<Message>{escape(error.message)}</Message></Error><RequestId>-</RequestId></ErrorResponse>"
        )
        return _xml(status, text)

    def _status(self, code: str) -> int:
        for shape in self.model.error_shapes:
            error = shape.metadata.get("error", {})
            if code in {error.get("code"), shape.name}:
                return int(error["httpStatusCode"])
        if code in _AT_THE_DOOR.values():
            return 403
        return 501 if code == "NotImplementedException" else 400

    def _answer(self, operation: OperationModel, result: Params) -> Response:
        shape, inner = operation.output_shape, ""
        if shape is not None:
            wrapper = shape.serialization["resultWrapper"]
            inner = f"<{wrapper}>{_write(shape, result)}</{wrapper}>"
        name = f"{operation.name}Response"
        meta = "<ResponseMetadata><RequestId>-</RequestId></ResponseMetadata>"
        return _xml(200, f'<{name} xmlns="{self._namespace}">{inner}{meta}</{name}>')


def is_query(request: Request) -> bool:
    """SNS is spoken to at the root, by a form or by a link."""
    return request.path == "/" and "Action" in _form(request)


def _form(request: Request) -> dict[str, str]:
    text = request.query if request.method == "GET" else request.body.decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=200))
    except ValueError:
        return {}


def _params(operation: OperationModel, form: Mapping[str, str]) -> Params:
    shape = operation.input_shape
    if shape is None:
        return {}
    params: Params = {}
    for name, member in shape.members.items():
        if isinstance(member, MapShape):
            params[name] = _entries(name, form)
        elif name in form:
            params[name] = form[name] == "true" if member.type_name == "boolean" else form[name]
    missing = [name for name in shape.required_members if not params.get(name)]
    if missing:
        raise ServiceError("InvalidParameter", f"Invalid parameter: {', '.join(missing)} is required")
    return params


def _entries(name: str, form: Mapping[str, str]) -> dict[str, str]:
    parts: dict[str, dict[str, str]] = {}
    for field, value in form.items():
        match = _ENTRY.fullmatch(field)
        if match and match[1] == name:
            parts.setdefault(match[2], {})[match[3]] = value
    return {part["key"]: part.get("value", "") for part in parts.values() if "key" in part}


def _write(shape: Shape, value: Any) -> str:
    if isinstance(shape, StructureShape):
        return "".join(
            f"<{name}>{_write(shape.members[name], part)}</{name}>" for name, part in value.items() if part is not None
        )
    if isinstance(shape, ListShape):
        return "".join(f"<member>{_write(shape.member, entry)}</member>" for entry in value)
    if isinstance(shape, MapShape):
        return "".join(
            f"<entry><key>{escape(key)}</key><value>{_write(shape.value, part)}</value></entry>"
            for key, part in value.items()
        )
    return escape(str(value))


def _xml(status: int, text: str) -> Response:
    return Response(status, {"content-type": "text/xml"}, text.encode())
