"""The comparison operators of the flow language; all operands are strings."""

from __future__ import annotations

import math
from collections.abc import Callable


def holds(operator: str, value: str, operands: list[str]) -> bool:
    return any(OPERATORS[operator](value, operand) for operand in operands)


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def compared(left: str, right: str) -> bool:
        try:
            numbers = float(left), float(right)
        except ValueError:
            return False
        return all(map(math.isfinite, numbers)) and compare(*numbers)

    return compared


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "Equals": lambda left, right: left == right,
    "TextStartsWith": lambda left, right: left.startswith(right),
    "TextEndsWith": lambda left, right: left.endswith(right),
    "TextContains": lambda left, right: right in left,
    "NumberGreaterThan": _numbers(lambda left, right: left > right),
    "NumberGreaterOrEqualTo": _numbers(lambda left, right: left >= right),
    "NumberLessThan": _numbers(lambda left, right: left < right),
    "NumberLessOrEqualTo": _numbers(lambda left, right: left <= right),
}
