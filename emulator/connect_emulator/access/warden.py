"""The door of one service: who calls is told by the signature, what they may do by their policy."""

from __future__ import annotations

from collections.abc import Callable

from connect_emulator.clock import moment
from connect_emulator.instance import Instance
from connect_emulator.restjson import Params, Request, ServiceError
from connect_emulator.world import World

from . import keys, sigv4
from .keys import AccessKey
from .policies import Verdict

Resources = Callable[[Instance, str, Params], list[str]]


class Warden:
    def __init__(self, world: World, service: str, resources: Resources) -> None:
        self._world = world
        self._service = service
        self._resources = resources

    def authenticate(self, request: Request) -> AccessKey | None:
        """The key that signed; None when there are no keys, and any signature that looks like one will do."""
        signature = sigv4.read(request)
        self._require_region(signature)
        if not keys.there_are_any(self._world):
            return None
        key = keys.find(self._world, signature.access_key)
        if key is None:
            raise ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")
        self._require_service(signature)
        sigv4.verify(request, signature, key.secret, moment(self._world.clock.wall()))
        return key

    def authorize(self, key: AccessKey | None, operation: str, given: Params) -> None:
        policy = keys.policy_of(key) if key else None
        if key is None or policy is None:
            return
        action = f"{self._service}:{operation}"
        verdict, resource = policy.decide(action, self._resources(self._world.instance, operation, given))
        if verdict is not Verdict.ALLOWED:
            user = f"arn:aws:iam::{self._world.instance.account}:user/{key.id}"
            why = verdict.value.format(action=action)
            raise ServiceError(
                "AccessDeniedException",
                f"User: {user} is not authorized to perform: {action} on resource: {resource} {why}",
            )

    def _require_region(self, signature: sigv4.Signature) -> None:
        """An endpoint of AWS is one region's: who signed for another has called the wrong one, whoever they are."""
        region = self._world.instance.region
        if signature.region != region:
            raise ServiceError(
                "InvalidSignatureException",
                f"Credential should be scoped to a valid region, not '{signature.region}'.",
            )

    def _require_service(self, signature: sigv4.Signature) -> None:
        if signature.service != self._service:
            raise ServiceError(
                "InvalidSignatureException", f"Credential should be scoped to correct service: '{self._service}'."
            )
