"""The actions of the flow language that a chat carries out: what may be wrong with the values of one, and what one does.

Another action is a row of `language.ACTION_TYPES`, one function that checks, one that runs, and a line in the table of its module.
"""

import logging

from connect_emulator.flows import checks
from connect_emulator.flows.document import Check
from connect_emulator.flows.language import ACTION_TYPES
from connect_emulator.flows.run import Go, Outcome, Run
from connect_emulator.flows.undone import error_branch, why_left

from . import contact, deciding, lex, modules, moving, pausing, speaking, views
from .kind import WAIT_COMPLETED, Kind, by_condition

KINDS: dict[str, Kind] = {
    **speaking.KINDS,
    **deciding.KINDS,
    **pausing.KINDS,
    **moving.KINDS,
    **contact.KINDS,
    **lex.KINDS,
    **modules.KINDS,
    **views.KINDS,
}
CHECKS: dict[str, Check] = {
    name: checks.of_type(name, KINDS[name].check if name in KINDS else None) for name in ACTION_TYPES
}
_log = logging.getLogger("connect_emulator.flows")


def carry_out(run: Run) -> Outcome:
    """What a chat does at the action it stands at."""
    action = run.action
    why = why_left(action)
    if why is not None:
        _log.warning("contact %s: %s %s is left by its error branch: %s", run.contact.id, action.type, action.id, why)
        return Go(error_branch(action))
    return KINDS[action.type].run(run) if action.type in KINDS else run.goes_on()


def hear(run: Run, event: str) -> Outcome:
    """Something that the action waited for has happened."""
    kind = KINDS.get(run.action.type)
    return kind.hear(run, event) if kind else by_condition(run, event)


__all__ = ["CHECKS", "KINDS", "WAIT_COMPLETED", "carry_out", "hear"]
