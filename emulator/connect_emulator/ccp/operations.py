"""Operations of connect about contacts in queues, and the one that is not for chats."""

from __future__ import annotations

from connect_emulator.administration.shown import require_instance
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, contacts, queueing, register

from . import desk


def handlers(world: World) -> dict[str, Handler]:
    def associate_contact_with_user(params: Params, _request: Request) -> Params:
        """API_AssociateContactWithUser: whatever the agent's status is, even at maximum concurrency."""
        require_instance(world, params)
        contact = contacts.open_contact(world, params["ContactId"])
        desk.offer(world, contact, register.get(world, register.USER, params["UserId"]))
        return {}

    def get_contact_metrics(params: Params, _request: Request) -> Params:
        require_instance(world, params)
        contact = contacts.open_contact(world, params["ContactId"])
        queued = queueing.of_contact(world, contact.id)
        if queued is None or not queued.waits:
            raise ServiceError("InvalidRequestException", "metrics are only available while the contact is in a queue")
        values = {"POSITION_IN_QUEUE": queueing.position, "ESTIMATED_WAIT_TIME": queueing.estimated_wait}
        results = [
            {"Name": metric["Name"], "Value": {"Number": float(values[metric["Name"]](world, queued))}}
            for metric in params["Metrics"]
        ]
        return {"Id": contact.id, "Arn": world.instance.contact_arn(contact.id), "MetricResults": results}

    def transfer_contact(params: Params, _request: Request) -> Params:
        """API_TransferContact: "only supported for TASK and EMAIL contacts"."""
        require_instance(world, params)
        contacts.get(world, params["ContactId"])
        raise ServiceError("InvalidRequestException", "TransferContact is for TASK and EMAIL contacts, not for CHAT")

    return {
        "AssociateContactWithUser": associate_contact_with_user,
        "GetContactMetrics": get_contact_metrics,
        "TransferContact": transfer_contact,
    }
