"""Switches for what goes wrong on the way: calls that fail before or after their effect, are late or never answered."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

BEFORE, AFTER = "before", "after"
_MEMBERS = {"operation": str, "times": int, "status": int, "when": str, "latencyMs": int, "blackHole": bool}


class BadFault(Exception):
    """The description of a fault makes no sense; the text says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    operation: str  # "*" is every operation
    times: int = 1
    status: int | None = None
    when: str = BEFORE
    latency_ms: int = 0
    black_hole: bool = False

    def matches(self, operation: str) -> bool:
        return self.operation in {"*", operation}


class Faults:
    """Each call takes at most one fault, the oldest that fits it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, operation: str | None) -> Fault | None:
        with self._lock:
            for n, fault in enumerate(self._faults):
                if operation and fault.matches(operation):
                    left = replace(fault, times=fault.times - 1)
                    self._faults[n : n + 1] = [left] if left.times > 0 else []
                    return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{name: getattr(fault, name) for name in fault.__slots__} for fault in self._faults]


def read(described: dict[str, Any]) -> Fault:
    """{"operation": "SendMessage", "times": 2, "status": 500, "when": "after", "latencyMs": 0, "blackHole": false}"""
    wrong = [name for name, value in described.items() if type(value) is not _MEMBERS.get(name)]
    if wrong:
        raise BadFault(
            f"a fault has {', '.join(f'{n} ({t.__name__})' for n, t in _MEMBERS.items())}, not this {wrong[0]}"
        )
    fault = Fault(
        operation=described.get("operation", "*"),
        times=described.get("times", 1),
        status=described.get("status"),
        when=described.get("when", BEFORE),
        latency_ms=described.get("latencyMs", 0),
        black_hole=described.get("blackHole", False),
    )
    _check(fault)
    return fault


def _check(fault: Fault) -> None:
    if fault.when not in {BEFORE, AFTER}:
        raise BadFault("when is before or after")
    if fault.times < 1 or fault.latency_ms < 0:
        raise BadFault("times is a number from 1, latencyMs a number from 0")
    if fault.status is not None and not 400 <= fault.status <= 599:
        raise BadFault("status is an HTTP error status")
    if fault.status is None and not fault.latency_ms and not fault.black_hole:
        raise BadFault("a fault needs status, latencyMs or blackHole")
