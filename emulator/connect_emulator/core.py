"""The emulator as one value: the world, its services, its flows; asked by the ASGI shell and by the boto3 hook alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path

from connect_emulator import administration, challenges, contact_data, continuing, search, undocumented
from connect_emulator.access import AccessKey, Warden, identity, keys, resources
from connect_emulator.administration.flows import Published
from connect_emulator.attachments import operations as attachments_operations
from connect_emulator.bots import Bot
from connect_emulator.ccp import operations as agents_operations
from connect_emulator.clock import Clock
from connect_emulator.connect import Connect
from connect_emulator.faults import AFTER, BEFORE, Fault, Faults
from connect_emulator.flows import Engine, Flow
from connect_emulator.flows.lambdas import Function
from connect_emulator.instance import Instance
from connect_emulator.participant import ParticipantService
from connect_emulator.quotas import Quotas
from connect_emulator.restjson import Handler, Request, Response, Service, ServiceError
from connect_emulator.start_chat import Website
from connect_emulator.streaming import attributes, envelope, subscriptions
from connect_emulator.streaming.certificate import Certificate, kept_beside
from connect_emulator.streaming.query import QueryService, is_query
from connect_emulator.world import World
from connect_emulator.world.world import open_world

from .event_sinks import Sinks, Teller


def handlers_of(world: World, engine: Engine) -> dict[str, dict[str, Handler]]:
    """Every operation that is emulated, by service: what docs/emulator.md lists."""
    rooms = (administration, contact_data, continuing, search, agents_operations)
    return {
        "connect": {
            **Connect(world, engine).handlers(),
            **{name: handler for room in rooms for name, handler in room.handlers(world).items()},
        },
        "connectparticipant": {
            **ParticipantService(world).handlers(),
            **attachments_operations.handlers(world),
            **challenges.handlers(world),
        },
        "sns": {**subscriptions.handlers(world), **attributes.handlers(world)},
        "sts": identity.handlers(world),
    }


@dataclass(frozen=True, slots=True)
class Options:
    state: Path
    flows: Mapping[str, Flow]
    functions: Mapping[str, Function] = field(default_factory=dict)
    bots: Mapping[str, Bot] = field(default_factory=dict)  # by the ARN of a Lex alias
    subscriptions: tuple[tuple[str, str], ...] = ()
    echo: bool = True
    sinks: Sinks = field(default_factory=Sinks)
    instance: Instance = field(default_factory=Instance)
    website: Website = field(default_factory=Website)
    access_keys: tuple[AccessKey, ...] | None = None  # None: those of the state file stay
    sns_home: str | None = (
        None  # what the URLs in SNS posts begin with; None: AWS's own address, where we answer nothing
    )


class Emulator:
    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self.world: World = open_world(options.state, clock or Clock(), instance=options.instance, echo=options.echo)
        self.certificate: Certificate = kept_beside(options.state)
        self.sns_home = options.sns_home or envelope.aws_home(options.instance.region)
        self.world.bots.update(options.bots)
        self.teller = Teller(self.world, options.sinks)
        self.faults = Faults()
        self.quotas = Quotas(self.world.clock)
        administration.furnish(self.world, options.flows)
        self.engine = Engine(self.world, Published(self.world))
        warden = Warden(self.world, "connect", resources.of_connect)
        handlers = handlers_of(self.world, self.engine)
        self.connect = Service("connect", handlers["connect"], warden)
        self.participant = Service("connectparticipant", handlers["connectparticipant"])
        self.sns = QueryService("sns", handlers["sns"], Warden(self.world, "sns", resources.of_sns))
        self.sts = QueryService("sts", handlers["sts"], Warden(self.world, "sts", resources.of_sns))
        if options.access_keys is not None:
            with self.world.store.change():
                keys.replace(self.world, options.access_keys)
        for topic_arn, endpoint in options.subscriptions:
            subscriptions.subscribe(self.world, topic_arn, endpoint)

    def service(self, request: Request) -> Service | QueryService:
        """One port serves four services, by path and by form."""
        if request.path.startswith("/participant/"):
            return self.participant
        if not is_query(request):
            return self.connect
        return self.sts if self.sts.operation(request) in self.sts.model.operation_names else self.sns

    def respond(self, request: Request, fault: Fault | None = None) -> Response:
        """One call is one change of the world: answered 200 it is on the disk, refused it never happened."""
        response = self._respond(request, fault)
        date = formatdate(self.world.clock.wall() // 1000, usegmt=True)
        return Response(response.status, {**response.headers, "date": date}, response.body)

    def _respond(self, request: Request, fault: Fault | None) -> Response:
        service = self.service(request)
        fault = self._exceeded(service, request) or fault
        if fault and fault.status is not None and fault.when == BEFORE:
            return self._failure(service, request, fault)
        response = self._commit(service, request)
        if fault and fault.status is not None and fault.when == AFTER:
            return self._failure(service, request, fault)
        return response

    def close(self) -> None:
        self.world.store.close()

    def _commit(self, service: Service | QueryService, request: Request) -> Response:
        with self.world.store.change() as change:
            response = service.respond(request)
            change.undone = response.status >= 300
        return response

    def _exceeded(self, service: Service | QueryService, request: Request) -> Fault | None:
        operation = service.operation(request)
        if operation not in service.handlers or self.quotas.admits(service.name, operation):
            return None
        return Fault(operation, status=429)

    def _failure(self, service: Service | QueryService, request: Request, fault: Fault) -> Response:
        code = {
            400: "ValidationException" if service is self.participant else "InvalidRequestException",
            403: "AccessDeniedException",
            404: "ResourceNotFoundException",
            409: "ConflictException",
            429: _throttling(service, request),
        }.get(fault.status or 500, service.internal_error)
        refused = service.refuse(ServiceError(code, "a fault was asked for"))
        return Response(fault.status or 500, refused.headers, refused.body)


def _throttling(service: Service | QueryService, request: Request) -> str:
    operation = service.operation(request)
    if operation not in service.handlers or service.name in {"sns", "sts"}:
        return "ThrottlingException"
    listed = {shape.name for shape in service.model.operation_model(operation).error_shapes}
    return "ThrottlingException" if "ThrottlingException" in listed else undocumented.THROTTLING_NOT_LISTED
