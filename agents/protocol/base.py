"""What every shape of the socket's language is made of: the closed model, the common types and the limits.

Fields are snake_case in Python and camelCase on the wire; shapes that Amazon Connect defines itself are PascalCase there.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel, to_pascal

MAX_FRAME_BYTES = 65_536
MAX_CLIENT_TOKEN = 500
MAX_CONTENT_BYTES = 16_384  # SendMessage, connectparticipant 2018-09-07: Content is limited in bytes, not characters
MAX_DRAFT_BYTES = 49_152  # reply and note together: with what JSON adds to usual words it fits into a frame

EVENT = "application/vnd.amazonaws.connect.event."

ContactId = Annotated[str, Field(min_length=1, max_length=256)]
ClientToken = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_TOKEN)]
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
Stream = Annotated[str, Field(pattern=r"^(agent|conversation|whispers):.+$", max_length=300)]


class StrictModel(BaseModel):
    """An unknown field is a mistake on one of the two sides: say so instead of dropping it."""

    model_config = ConfigDict(
        extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )

    @classmethod
    def from_wire(cls, value: object) -> Self:
        """What the other side sent: its fields have their names of the wire, and no others."""
        return cls.model_validate(value, by_alias=True, by_name=False)


class ConnectModel(StrictModel):
    """A shape of Amazon Connect's own, spelt as Connect spells it."""

    model_config = ConfigDict(alias_generator=to_pascal)
