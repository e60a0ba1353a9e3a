"""Which operation a method and a path name."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from urllib.parse import unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel

_LABEL = re.compile(r"\{(\w+)\}")


@functools.cache
def model_of(service: str) -> ServiceModel:
    """Read once: the model of connect alone has more than 400 operations."""
    return botocore.session.get_session().get_service_model(service)


@functools.cache
def routes_of(service: str) -> Routes:
    return Routes(model_of(service))


class Routes:
    def __init__(self, model: ServiceModel) -> None:
        self._by_size: dict[tuple[str, int], list[tuple[re.Pattern[str], OperationModel]]] = defaultdict(list)
        for name in model.operation_names:
            operation = model.operation_model(name)
            uri = operation.http["requestUri"].partition("?")[0]
            key = operation.http["method"], uri.count("/")
            self._by_size[key].append((re.compile(_LABEL.sub(r"(?P<\1>[^/]+)", uri)), operation))

    def find(self, method: str, path: str) -> tuple[OperationModel, dict[str, str]] | None:
        for pattern, operation in self._by_size.get((method, path.count("/")), ()):
            match = pattern.fullmatch(path)
            if match:
                return operation, {name: unquote(label) for name, label in match.groupdict().items()}
        return None
