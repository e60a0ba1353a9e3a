"""Pure: what a contact flow's Lambda gets (ContactFlowEvent), as far as we use it, and what the flow says about queues.

The shape is AWS's ("Invoke AWS Lambda functions", Amazon Connect administrator guide): what we do not use is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

ONLY, JOINED = "only", "joined"  # a parameter of the Lambda (deploy/flows)
NAMES_OF_THE_CUSTOMER = ("customerName", "DisplayName")
PROBE = "portalProbe"  # the doctor's event: {"portalProbe": a word}
PARTS_OF_A_NAME = ("firstName", "lastName")  # as DRUID sends them


def probe(body: bytes) -> str | None:
    """The word of the doctor, which goes back as it came: it shows that Lambda and portal share a secret, and changes nothing."""
    if len(body) > 200:  # it is a short one; events of flows are longer, and go without being read twice
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return (
        told[PROBE][:64] if isinstance(told, dict) and set(told) == {PROBE} and isinstance(told[PROBE], str) else None
    )


class BadEvent(ValueError):
    """The body is not a ContactFlowEvent of a chat; the text says where."""


def _none_is_empty(value: object) -> object:
    return {} if value is None else value


def _storable(value: object) -> object:
    """Customers set attributes: what no database stores (NUL, half a surrogate pair) must not cost them the chat."""
    return value.encode(errors="replace").decode().replace("\0", "") if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_storable)]
Strings = Annotated[dict[Text, Text], BeforeValidator(_none_is_empty)]
Anything = Annotated[dict[str, Any], BeforeValidator(_none_is_empty)]
Id = Annotated[str, Field(pattern=r"^[!-.0-~]{1,256}$")]  # what AWS makes is a UUID; it is part of our addresses


class FlowQueue(BaseModel):
    ARN: Text | None = None
    Name: Text | None = None


class ContactData(BaseModel):
    ContactId: Id
    InitialContactId: Id
    Channel: Literal["CHAT"] = "CHAT"
    Attributes: Strings = {}
    Queue: FlowQueue | None = None
    Name: Text | None = None
    LanguageCode: Text | None = None
    References: Any = None  # wire.named_references makes the best of it


class Details(BaseModel):
    ContactData: ContactData
    Parameters: Anything = {}


class ContactFlowEvent(BaseModel):
    Details: Details

    @property
    def contact(self) -> ContactData:
        return self.Details.ContactData

    @property
    def customer_name(self) -> str:
        """As the flow knows it; empty: the transcript will tell."""
        given = self.contact.Attributes
        whole = " ".join(given[part].strip() for part in PARTS_OF_A_NAME if given.get(part, "").strip())
        known = [*(given.get(name) for name in NAMES_OF_THE_CUSTOMER), whole, self.contact.Name]
        return next((name.strip()[:256] for name in known if name and name.strip()), "")

    @property
    def language(self) -> str:
        """As Connect writes it (en-US); empty: unknown."""
        return (self.contact.LanguageCode or "").replace("_", "-").strip()[:16]

    @property
    def topic(self) -> str:
        """The attribute `topic`, which the Lex Web UI hands on beside connect_*."""
        return self.contact.Attributes.get("topic", "").strip()

    @property
    def only_if_joined(self) -> bool:
        """The flow asks whether we are in the chat; nobody is to be handed over. Its last question before it says goodbye: a
        customer whose message crossed the agent's end was joined again by the portal itself, which the flow does not hear.
        """
        return self.Details.Parameters.get(ONLY) == JOINED

    @property
    def parameters(self) -> dict[str, str]:
        """What the flow tells its Lambda: texts, known to the desk like attributes."""
        told = {
            name: value for name, value in self.Details.Parameters.items() if name != ONLY and isinstance(value, str)
        }
        return {name: str(_storable(value)) for name, value in told.items()}

    def queues(self) -> Iterator[tuple[str, str]]:
        """Where the flow names a queue, the strongest first: (where, name or id or ARN)."""
        parameters, queue = self.Details.Parameters, self.contact.Queue or FlowQueue()
        named = {
            "Parameters.queueId": parameters.get("queueId"),
            "Parameters.queue": parameters.get("queue"),
            "Attributes.queueId": self.contact.Attributes.get("queueId"),
            "Queue.ARN": queue.ARN,
            "Queue.Name": queue.Name,
        }
        for where, name in named.items():
            if isinstance(name, str) and name.strip():
                yield where, name.strip()


def read(body: bytes) -> ContactFlowEvent:
    """Raises BadEvent."""
    try:
        return ContactFlowEvent.model_validate(json.loads(body))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadEvent(f"The body is not JSON: {error}.") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadEvent(f"This is not the ContactFlowEvent of a chat: {where}: {first['msg']}.") from None
