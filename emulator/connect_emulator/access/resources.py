"""What a call is about, as ARNs: what the Resource of a policy is held against (Service Authorization Reference, connect).

The ids are taken out of the request before anything else is read, and put into ARNs of the instance that was named:
an ARN of another instance in a member gives no way around a policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connect_emulator.instance import Instance, last_part
from connect_emulator.restjson import Params

# Which resource types an operation needs, each with the member that names it; None is any of its type.
_CONTACT_FLOW, _CONTACT = ("contact-flow", "ContactFlowId"), ("contact", "ContactId")
_MODULE = ("flow-module", "ContactFlowModuleId")
_FIRST_CONTACT, _QUEUE = ("contact", "InitialContactId"), ("queue", "QueueId")
NEEDS: Mapping[str, tuple[tuple[str, str | None], ...]] = {
    "StartChatContact": (_CONTACT_FLOW,),
    "DescribeContactFlow": (_CONTACT_FLOW,),
    "UpdateContactFlowContent": (_CONTACT_FLOW,),
    "UpdateContactFlowName": (_CONTACT_FLOW,),
    "UpdateContactFlowMetadata": (_CONTACT_FLOW,),
    "DeleteContactFlow": (_CONTACT_FLOW,),
    "CreateContactFlow": (("contact-flow", None),),
    "ListContactFlows": (("contact-flow", None),),
    "CreateContactFlowModule": (("flow-module", None),),
    "ListContactFlowModules": (("flow-module", None),),
    "DescribeContactFlowModule": (_MODULE,),
    "UpdateContactFlowModuleContent": (_MODULE,),
    "UpdateContactFlowModuleMetadata": (_MODULE,),
    "DeleteContactFlowModule": (_MODULE,),
    "GetContactAttributes": (_FIRST_CONTACT,),
    "UpdateContactAttributes": (_FIRST_CONTACT,),
    "CreatePersistentContactAssociation": (_FIRST_CONTACT,),
    "CreateQueue": (("queue", None), ("operating-hours", "HoursOfOperationId")),
    "DescribeQueue": (_QUEUE,),
    "ListQueues": (("queue", None),),
    "CreateHoursOfOperation": (("operating-hours", None),),
    "DescribeHoursOfOperation": (("operating-hours", "HoursOfOperationId"),),
    "CreateUser": (
        ("agent", None),
        ("routing-profile", "RoutingProfileId"),
        ("security-profile", "SecurityProfileIds"),
    ),
    "DescribeUser": (("agent", "UserId"),),
    "CreateRoutingProfile": (("routing-profile", None), ("queue", "DefaultOutboundQueueId")),
    "DescribeRoutingProfile": (("routing-profile", "RoutingProfileId"),),
    "ListRoutingProfileQueues": (("routing-profile", "RoutingProfileId"),),
    "CreateAgentStatus": (("agent-state", None),),
    "DescribeAgentStatus": (("agent-state", "AgentStatusId"),),
    "ListAgentStatuses": (("agent-state", None),),
}


def of_connect(instance: Instance, operation: str, given: Params) -> list[str]:
    """Any other operation is about its contact if it names one, else about the instance."""
    if "resourceArn" in given:
        return [str(given["resourceArn"])]
    if "InstanceId" not in given:
        return ["*"]
    prefix = f"{instance.arn.rpartition('/')[0]}/{_id(given['InstanceId'])}"
    needs = NEEDS.get(operation) or ((_CONTACT,) if "ContactId" in given else ())
    named = [f"{prefix}/{kind}/{name}" for kind, member in needs for name in _names(given, member)]
    return named or [prefix]


def of_sns(_instance: Instance, _operation: str, given: Params) -> list[str]:
    """A subscription's ARN is its topic's with one part more; SNS asks for the topic."""
    arn = given.get("TopicArn") or ":".join(str(given.get("SubscriptionArn", "*")).split(":")[:6])
    return [str(arn)]


def _names(given: Params, member: str | None) -> Iterator[str]:
    value = given.get(member, "*") if member else "*"
    for name in value if isinstance(value, list) else [value]:
        yield _id(name)


def _id(value: object) -> str:
    """The id alone, without what an ARN puts before it and a version after it."""
    return last_part(value).partition(":")[0] if isinstance(value, str) else "*"
