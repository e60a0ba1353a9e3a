"""The rest-json wire, both ways, from botocore's own service models: no sockets, no state."""

from .service import Handler, Service
from .wire import Params, Request, Response, ServiceError, json_response

__all__ = ["Handler", "Params", "Request", "Response", "Service", "ServiceError", "json_response"]
