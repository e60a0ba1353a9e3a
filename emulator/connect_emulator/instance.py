"""Whose Amazon Connect this is: region, account and instance, and the ARNs they make."""

from __future__ import annotations

import re
from dataclasses import dataclass

INBOUND_FLOW = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
_TOPIC = re.compile(r"arn:aws[\w-]*:sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,256}(?:\.fifo)?)")
_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9$_-]+)?")

_ALIAS = re.compile(r"arn:aws[\w-]*:lex:[a-z0-9-]+:\d{12}:bot-alias/[A-Z0-9]{10}/[A-Z0-9]{10}")


@dataclass(frozen=True, slots=True)
class Instance:
    region: str = "us-east-1"
    account: str = "123456789012"
    id: str = "11111111-2222-4333-8444-555555555555"

    @property
    def arn(self) -> str:
        return f"arn:aws:connect:{self.region}:{self.account}:instance/{self.id}"

    def contact_arn(self, contact_id: str) -> str:
        return f"{self.arn}/contact/{contact_id}"

    def queue_arn(self, queue_id: str) -> str:
        return queue_id if queue_id.startswith("arn:") else f"{self.arn}/queue/{queue_id}"

    def answers_to(self, name: str) -> bool:
        return name in {self.id, self.arn}

    def serves_topic(self, arn: str) -> bool:
        """A standard topic in this region: Connect streams to no other."""
        match = _TOPIC.fullmatch(arn)
        return match is not None and match[1] == self.region and not arn.endswith(".fifo")


def is_topic_arn(text: str) -> bool:
    return _TOPIC.fullmatch(text) is not None


def is_function_arn(text: str) -> bool:
    return _FUNCTION.fullmatch(text) is not None


def is_alias_arn(text: str) -> bool:
    return _ALIAS.fullmatch(text) is not None


def last_part(arn_or_id: str) -> str:
    """The id at the end of an ARN; an id is its own end."""
    return arn_or_id.rpartition("/")[2]
