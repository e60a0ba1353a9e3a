"""`dev.py test`: every check and every test this machine can run, each step told with its time, then one table."""

import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .environment import environment
from .machine import Machine, look_around
from .steps import Step, quick, steps
from .terminal import aloud

ORDER = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "error", "at the second try")


@dataclass(frozen=True)
class Outcome:
    """How one step went; `counts` are the tests in it."""

    name: str
    verdict: str
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=Counter)

    @property
    def bad(self) -> bool:
        return self.verdict in {"FAILED", "LACKING"}


def test(full: bool, only_quick: bool, stack: str, arguments: Sequence[str]) -> int:
    """A later step runs even when an earlier one failed; any failure makes the exit code 1."""
    began = time.monotonic()
    print("CCP Portal, the tests")
    python = environment(".venv-dev", "requirements-dev.txt")
    machine = Machine() if only_quick else look_around(python)
    in_ci = os.environ.get("CI") == "true"
    wanted = quick(python, arguments) if only_quick else steps(python, machine, full, stack, arguments)
    outcomes = [perform(step, machine, in_ci) for step in wanted]
    print("\n" + table(outcomes))
    print(last_line(outcomes, time.monotonic() - began), flush=True)
    return int(any(outcome.bad for outcome in outcomes))


def perform(step: Step, machine: Machine, in_ci: bool) -> Outcome:
    """What a machine lacks is a skip for a person and an error for CI, which installs what it needs."""
    print(f"\n── {step.name}", flush=True)
    lacking = machine.lacks(step.needs)
    if lacking:
        print(f"   lacking here: {'; '.join(lacking)}")
        return Outcome(
            step.name, "LACKING" if in_ci else "skipped", counts=Counter({"error" if in_ci else "skipped": 1})
        )
    began = time.monotonic()
    code, said = aloud(step.command, step.env)
    good = code in step.good
    counts = count(said)
    if not good and step.again and counts["failed"] + counts["error"]:
        print("\n── what failed, alone, once more", flush=True)
        code, _ = aloud([*step.command, *step.again], step.env)
        if code in step.good:
            return Outcome(step.name, "passed", time.monotonic() - began, at_second_try(counts))
    if not good and not counts["failed"] + counts["error"]:
        counts["error"] += 1
    return Outcome(step.name, "passed" if good else "FAILED", time.monotonic() - began, counts)


def count(said: str) -> Counter[str]:
    """What the last line of pytest, or the summary of node --test, counted."""
    counts: Counter[str] = Counter()
    final = re.findall(r"^=*\s*((?:\d+ [a-z]+, )*\d+ [a-z]+) in [\d.]+s", said, re.MULTILINE)
    for number, what in re.findall(r"(\d+) ([a-z]+)", final[-1] if final else ""):
        counts[{"errors": "error", "warning": "warnings"}.get(what, what)] += int(number)
    for what, number in re.findall(r"^\S+ (pass|fail|skipped) (\d+)$", said, re.MULTILINE):
        counts[{"pass": "passed", "fail": "failed"}.get(what, what)] += int(number)
    return counts


def at_second_try(counts: Counter[str]) -> Counter[str]:
    """They passed, but not at once: the table keeps their number in sight."""
    late = counts.pop("failed", 0) + counts.pop("error", 0)
    return counts + Counter({"passed": late, "at the second try": late})


def table(outcomes: Sequence[Outcome]) -> str:
    wide = max(len(outcome.name) for outcome in outcomes)
    rows = [f"  {o.name:<{wide}}  {o.verdict:<7} {o.seconds:>7.1f} s   {counted(o.counts)}" for o in outcomes]
    return "\n".join(row.rstrip() for row in rows)


def counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[what]} {what}" for what in ORDER if counts.get(what))


def last_line(outcomes: Sequence[Outcome], seconds: float) -> str:
    total: Counter[str] = Counter()
    for outcome in outcomes:
        total.update({what: number for what, number in outcome.counts.items() if what != "at the second try"})
    return f" {counted(total) or 'no tests ran'} in {seconds:.2f}s ".center(100, "=")
