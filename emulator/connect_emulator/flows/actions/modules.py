"""Modules: a part of a flow that several flows invoke, and that returns to where it was invoked."""

from __future__ import annotations

from connect_emulator import messages
from connect_emulator.flows.language import MODULE, NO_MATCHING_ERROR
from connect_emulator.flows.run import Invoke, Outcome, Return, Run
from connect_emulator.instance import last_part

from .kind import Kind, fits, is_end


def _invoke(run: Run) -> Outcome:
    module = run.flows.get(last_part(run.text("FlowModuleId")))
    if module is None or module.type != MODULE:
        return run.fails(NO_MATCHING_ERROR)
    given = messages.deep(run.action.parameters.get("Input", {}), run.resolved)
    return Invoke(last_part(run.text("FlowModuleId")), given)


def _return(_run: Run) -> Outcome:
    return Return()


KINDS = {
    "InvokeFlowModule": Kind(fits, _invoke),
    "EndFlowModuleExecution": Kind(is_end, _return),
}
