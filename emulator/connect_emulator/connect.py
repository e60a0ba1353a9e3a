"""The connect service, its chat part: one function per operation, named as AWS names it."""

from __future__ import annotations

from connect_emulator import chat, connections, contact_data, continuing, limits, undocumented
from connect_emulator.clock import iso, moment
from connect_emulator.flows import Engine
from connect_emulator.instance import last_part
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.streaming import topics
from connect_emulator.world import Contact, World, agents, contacts, details, idempotency, participants, past, register


class Connect:
    def __init__(self, world: World, engine: Engine) -> None:
        self.world = world
        self.engine = engine

    def handlers(self) -> dict[str, Handler]:
        return {
            "StartChatContact": self.start_chat_contact,
            "StopContact": self.stop_contact,
            "DescribeContact": self.describe_contact,
            "GetContactAttributes": self.get_contact_attributes,
            "UpdateContactAttributes": self.update_contact_attributes,
            "CreateParticipant": self.create_participant,
            "StartContactStreaming": self.start_contact_streaming,
            "StopContactStreaming": self.stop_contact_streaming,
        }

    def start_chat_contact(self, params: Params, request: Request) -> Params:
        self._this_instance(params)
        token = params.get("ClientToken")
        return idempotency.once(self.world, "StartChatContact", token, lambda: self._start(params, request))

    def _start(self, params: Params, request: Request) -> Params:
        flow_id, supported = self._flow(params["ContactFlowId"]), _supported(params)
        self._require_room()
        source, contact = continuing.source(self.world, params), self._begin(params, flow_id, supported)
        if source:
            past.goes_on_from(self.world, contact, source)
            contacts.set_related(self.world, contact, source.id)
        customer = participants.add(self.world, contact, "CUSTOMER", params["ParticipantDetails"]["DisplayName"])
        answer = {"ContactId": contact.id, "ParticipantId": customer.id, "ParticipantToken": customer.token}
        if source:
            answer["ContinuedFromContactId"] = source.id
        if "ChatStreamingConfiguration" in params:
            answer["StreamingId"] = self._stream(contact, params)
        return answer | connections.issue(self.world, customer, params.get("ConnectionTypes", ()), request)

    def _begin(self, params: Params, flow_id: str, supported: list[str]) -> Contact:
        attributes, segment_attributes = params.get("Attributes", {}), params.get("SegmentAttributes", {})
        contacts.check_attributes(attributes)
        contact_data.check_segment_attributes(segment_attributes, supported)
        if "RelatedContactId" in params:
            contacts.get(self.world, params["RelatedContactId"])
        minutes = params.get("ChatDurationInMinutes", limits.DEFAULT_CHAT_DURATION_MINUTES)
        contact = contacts.begin(
            self.world,
            flow_id=flow_id,
            attributes=attributes,
            segment_attributes={"connect:Subtype": {"ValueString": "connect:Chat"}, **segment_attributes},
            supported=supported,
            initial_message=_initial_message(params, supported),
            related_id=params.get("RelatedContactId"),
            customer_id=params.get("CustomerId"),
            expires_at=self.world.clock.now() + minutes * limits.MINUTE,
        )
        details.set_preferences(
            self.world,
            contact,
            response_mode=params.get("ParticipantConfiguration", {}).get("ResponseMode"),
            disconnect_on_customer_exit=params.get("DisconnectOnCustomerExit", []),
        )
        return contact

    def _require_room(self) -> None:
        most = self.world.most_open_chats
        if most is not None and contacts.open_chats(self.world) >= most:
            raise ServiceError("LimitExceededException", f"the quota of concurrent active chats is {most}")

    def _flow(self, named: str) -> str:
        """The id of a flow a chat can begin on."""
        flow_id = last_part(named)
        known = register.find(self.world, register.FLOW, flow_id)
        archived = known is not None and known.body["state"] == "ARCHIVED" and not undocumented.ARCHIVED_FLOWS_START
        if flow_id not in self.engine.flows or archived:
            raise ServiceError("ResourceNotFoundException", "the instance has no flow with this ContactFlowId")
        return flow_id

    def stop_contact(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.find(self.world, params["ContactId"])
        if contact is None or contact.ended:
            raise ServiceError("ContactNotFoundException", "the contact does not exist or has ended")
        chat.ends(self.world, contact, params.get("DisconnectReason", {}).get("Code") or "API")
        return {}

    def describe_contact(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.get(self.world, params["ContactId"])
        known = details.of_contact(self.world, contact.id)
        times = {
            "InitiationTimestamp": contact.initiated_at,
            "ConnectedToSystemTimestamp": contact.connected_at,
            "DisconnectTimestamp": contact.ended_at,
            "LastUpdateTimestamp": contact.updated_at,
        }
        described = {
            "Arn": self.world.instance.contact_arn(contact.id),
            "Id": contact.id,
            "InitialContactId": contact.initial_id if contact.initial_id != contact.id else None,
            "PreviousContactId": contact.previous_id,
            "RelatedContactId": contact.related_id,
            "InitiationMethod": contact.initiation_method,
            "Channel": "CHAT",
            "CustomerId": contact.customer_id,
            "Name": known.name,
            "Description": known.description,
            "QueueInfo": _queue_info(contact),
            "AgentInfo": _agent_info(self.world, contact),
            "DisconnectReason": contact.end_reason,
            "SegmentAttributes": contact.segment_attributes,
            "Attributes": contacts.attributes(self.world, contact.initial_id),
            **{name: moment(time) for name, time in times.items() if time is not None},
        }
        return {"Contact": {name: value for name, value in described.items() if value is not None}}

    def get_contact_attributes(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.get(self.world, params["InitialContactId"])
        return {"Attributes": contacts.attributes(self.world, contact.initial_id)}

    def update_contact_attributes(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.get(self.world, params["InitialContactId"])
        contacts.add_attributes(self.world, contact.initial_id, params["Attributes"])
        return {}

    def create_participant(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.open_contact(self.world, params["ContactId"])
        scope = f"CreateParticipant {contact.id}"
        return idempotency.once(
            self.world, scope, params.get("ClientToken"), lambda: self._create(contact, params["ParticipantDetails"])
        )

    def _create(self, contact: Contact, details: Params) -> Params:
        if details.get("ParticipantRole") != "CUSTOM_BOT":
            raise ServiceError(
                undocumented.OTHER_ROLE_THAN_CUSTOM_BOT, "for a chat, ParticipantRole must be CUSTOM_BOT"
            )
        if not details.get("DisplayName"):
            raise ServiceError("InvalidRequestException", "ParticipantDetails.DisplayName is required for a chat")
        if participants.of_role(self.world, contact, "AGENT", "SYSTEM"):
            raise ServiceError(
                undocumented.CUSTOM_PARTICIPANT_BESIDE_AGENT,
                "a custom participant cannot be added while an agent or a Lex bot is on the contact",
            )
        if participants.of_role(self.world, contact, "CUSTOM_BOT"):
            raise ServiceError(undocumented.SECOND_CUSTOM_PARTICIPANT, "the contact has a custom participant already")
        bot = participants.add(
            self.world,
            contact,
            "CUSTOM_BOT",
            details["DisplayName"],
            within=limits.CUSTOM_PARTICIPANT_CONNECTS_WITHIN,
        )
        expiry = iso(contact.expires_at or self.world.clock.now())  # the token lives as long as the participant may
        return {"ParticipantCredentials": {"ParticipantToken": bot.token, "Expiry": expiry}, "ParticipantId": bot.id}

    def start_contact_streaming(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.open_contact(self.world, params["ContactId"])
        scope = f"StartContactStreaming {contact.id}"
        return idempotency.once(
            self.world, scope, params["ClientToken"], lambda: {"StreamingId": self._stream(contact, params)}
        )

    def stop_contact_streaming(self, params: Params, _request: Request) -> Params:
        self._this_instance(params)
        contact = contacts.open_contact(self.world, params["ContactId"])
        topics.stop(self.world, contact, params["StreamingId"])
        return {}

    def _stream(self, contact: Contact, params: Params) -> str:
        arn = params["ChatStreamingConfiguration"]["StreamingEndpointArn"]
        if not self.world.instance.serves_topic(arn):
            raise ServiceError(
                "InvalidRequestException",
                f"StreamingEndpointArn must be the ARN of a standard SNS topic in {self.world.instance.region}",
            )
        return topics.start(self.world, contact, arn)

    def _this_instance(self, params: Params) -> None:
        if not self.world.instance.answers_to(params["InstanceId"]):
            raise ServiceError("ResourceNotFoundException", "no instance has this InstanceId")


def _queue_info(contact: Contact) -> Params | None:
    """API_QueueInfo: "if this contact was queued"; a working queue that was only set is none yet."""
    if contact.queue_id is None or contact.queued_at is None:
        return None
    return {"Id": last_part(contact.queue_id), "EnqueueTimestamp": moment(contact.queued_at)}


def _agent_info(world: World, contact: Contact) -> Params | None:
    """The agent who accepted this contact."""
    served = agents.served(world, contact.id)
    if served is None:
        return None
    accepted = moment(served.connected_at or 0)
    return {
        "Id": served.user_id,
        "AcceptedByAgentTimestamp": accepted,
        "ConnectedToAgentTimestamp": accepted,
        **agents.after_contact_work(served),
    }


def _supported(params: Params) -> list[str]:
    supported: list[str] = params.get("SupportedMessagingContentTypes") or ["text/plain"]
    if "text/plain" not in supported:
        raise ServiceError("InvalidParameterException", "SupportedMessagingContentTypes must contain text/plain")
    unknown = sorted(set(supported) - limits.CONTENT_TYPES)
    if unknown:
        raise ServiceError(
            "InvalidParameterException",
            f"SupportedMessagingContentTypes may contain {', '.join(sorted(limits.CONTENT_TYPES))}",
        )
    return supported


def _initial_message(params: Params, supported: list[str]) -> Params | None:
    message: Params | None = params.get("InitialMessage")
    if message is None:
        return None
    if message["ContentType"] not in limits.SPOKEN_TYPES.intersection(supported):
        raise ServiceError("InvalidParameterException", "InitialMessage.ContentType is none of the supported types")
    if len(message["Content"].encode()) > limits.CONTENT_BYTES:
        raise ServiceError(
            "InvalidParameterException", f"InitialMessage.Content takes {limits.CONTENT_BYTES} bytes at most"
        )
    return message
