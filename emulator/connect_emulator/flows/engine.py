"""Runs flows: from a pause to the next pause in one change, so that a restart finds every contact where it stood."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from connect_emulator import chat, undocumented
from connect_emulator.instance import last_part
from connect_emulator.world import Contact, Execution, World, contacts, queueing
from connect_emulator.world.world import Due

from .actions import WAIT_COMPLETED, carry_out, hear
from .document import Flow
from .language import NO_MATCHING_ERROR
from .run import Begin, Call, Go, Invoke, Outcome, Return, Run, Stop, Wait

_log = logging.getLogger("connect_emulator.flows")


@dataclass(frozen=True, slots=True)
class Asked:
    """A Lambda that a contact's flow waits for; `step` tells an answer that comes too late."""

    contact_id: str
    step: int
    call: dict[str, Any]


class Engine:
    def __init__(self, world: World, flows: Mapping[str, Flow]) -> None:
        self.world = world
        self.flows = flows
        world.on_flow_event.append(self.hear)

    def hear(self, contact_id: str, event: str) -> None:
        """Something happened in the chat; a flow that waits for it goes on."""
        if event in {chat.CUSTOMER_CONNECTED, chat.SEGMENT_BEGUN}:
            contact = contacts.get(self.world, contact_id)
            self._start(contact, contact.flow_id)
        elif event == chat.QUEUED:
            self._queued(contacts.get(self.world, contact_id))
        else:
            self._heard(contact_id, event)

    def expire(self, contact_id: str) -> None:
        """The time of a Wait is over."""
        execution = self.execution(contact_id)
        if execution and execution.deadline is not None and execution.deadline <= self.world.clock.now():
            self._resume(execution, lambda run: hear(run, WAIT_COMPLETED))

    def asked(self, busy: AbstractSet[tuple[str, int]] = frozenset()) -> list[Asked]:
        """Every Lambda call that has no answer yet, also those a restart has cut off, but for those that are `busy`."""
        rows = self.world.store.all("SELECT contact_id, step, call FROM execution WHERE phase = 'CALLING'")
        new = [row for row in rows if (row["contact_id"], row["step"]) not in busy]
        return [Asked(row["contact_id"], row["step"], json.loads(row["call"])) for row in new]

    def answered(self, asked: Asked, external: dict[str, Any] | None) -> None:
        """The Lambda's answer, or None for an error. An answer to a contact that is elsewhere by now is dropped."""
        with self.world.store.change():
            execution = self.execution(asked.contact_id)
            if execution is None or execution.phase != "CALLING" or execution.step != asked.step:
                return
            if not asked.call.get("answers", True):
                self._resume(execution, lambda run: run.goes_on())
            elif external is None:
                self._resume(execution, lambda run: run.fails(NO_MATCHING_ERROR))
            else:
                self._resume(execution, lambda run: run.goes_on(), external)

    def execution(self, contact_id: str) -> Execution | None:
        row = self.world.store.one("SELECT * FROM execution WHERE contact_id = ?", contact_id)
        return Execution.of(row) if row else None

    def _heard(self, contact_id: str, event: str) -> None:
        execution = self.execution(contact_id)
        if execution and execution.phase == "WAITING" and event in execution.events:
            self._resume(execution, lambda run: hear(run, event))

    def _queued(self, contact: Contact) -> None:
        """What a customer hears in a queue, if a flow was set for that."""
        hook = contact.hooks.get("CustomerQueue")
        if hook and last_part(hook) in self.flows:
            self._start(contact, last_part(hook))

    def _start(self, contact: Contact, flow_id: str) -> None:
        flow = self.flows.get(flow_id)
        if flow is None:
            self._give_up(contact, f"flow {flow_id} is not there")
            return
        self._advance(Run(self.world, contact, flow.actions[flow.start], flow_id, self.flows), 0)

    def _resume(
        self, execution: Execution, take: Callable[[Run], Outcome], external: dict[str, Any] | None = None
    ) -> None:
        """From the action it stands at, as `take` says."""
        contact = contacts.get(self.world, execution.contact_id)
        flow = self.flows.get(execution.flow_id)
        action = flow.actions.get(execution.action_id) if flow else None
        results = self._results(contact.id)
        contacts.stop_flow(self.world, contact)
        if action is None:
            self._give_up(contact, f"action {execution.action_id} of flow {execution.flow_id} is no longer there")
            return
        run = Run(
            self.world,
            contact,
            action,
            execution.flow_id,
            self.flows,
            dict(execution.loops),
            execution.external if external is None else external,
            dict(execution.flow_attributes),
            results,
            execution.call or {} if execution.phase == "WAITING" else {},
        )
        self._advance(run, execution.step, take)

    def _advance(self, run: Run, step: int, take: Callable[[Run], Outcome] | None = None) -> None:
        """Action by action up to the next pause; `take` stands for the first of them."""
        for taken in range(undocumented.ACTIONS_WITHOUT_A_PAUSE):
            if take is None:
                self._note(run)
            outcome = (take or carry_out)(run)
            take = None
            if isinstance(outcome, Stop):
                return
            if isinstance(outcome, Wait | Call):
                self._keep(run, outcome, step + taken + 1)
                return
            run.contact = contacts.get(self.world, run.contact.id)
            if not self._follow(run, outcome):
                return
        self._give_up(
            run.contact, f"flow {run.flow_id} ran {undocumented.ACTIONS_WITHOUT_A_PAUSE} actions without a pause"
        )

    def _follow(self, run: Run, outcome: Go | Begin | Invoke | Return) -> bool:
        if isinstance(outcome, Begin):
            return self._begin(run, outcome.flow_id)
        if isinstance(outcome, Invoke):
            return self._invoke(run, outcome)
        return self._return(run) if isinstance(outcome, Return) else self._go(run, outcome)

    def _go(self, run: Run, go: Go) -> bool:
        """Without a branch the flow stops: who waits in a queue goes on waiting, anybody else's contact ends."""
        if go.to is None:
            why = f"action {run.action.id} has no branch for what happened"
            queued = queueing.of_contact(self.world, run.contact.id)
            if queued is not None and queued.waits:
                _log.warning("contact %s: %s; it waits in its queue without a flow", run.contact.id, why)
            else:
                self._give_up(run.contact, why)
            return False
        run.action = self.flows[run.flow_id].actions[go.to]
        return True

    def _begin(self, run: Run, flow_id: str) -> bool:
        """Another flow has its own loops and flow attributes; what a Lambda or a bot said is still known."""
        flow = self.flows.get(flow_id)
        if flow is None:
            self._give_up(run.contact, f"flow {flow_id} is not there")
            return False
        run.flow_id, run.action = flow_id, flow.actions[flow.start]
        run.loops, run.flow_attributes = {}, {}
        run.results.pop("Modules", None)
        return True

    def _invoke(self, run: Run, invoke: Invoke) -> bool:
        """A module has its own loops and flow attributes; those of the flow are there again when it returns."""
        if len(run.modules) >= undocumented.MODULES_WITHIN_MODULES:
            return self._go(run, run.fails(NO_MATCHING_ERROR))
        here = {
            "flow": run.flow_id,
            "action": run.action.id,
            "loops": run.loops,
            "attributes": run.flow_attributes,
            "given": invoke.given,
        }
        run.results = {**run.results, "Modules": [*run.modules, here]}
        module = self.flows[invoke.module_id]
        run.flow_id, run.action = invoke.module_id, module.actions[module.start]
        run.loops, run.flow_attributes = {}, {}
        return True

    def _return(self, run: Run) -> bool:
        if not run.modules:
            self._give_up(run.contact, f"module {run.flow_id} was not invoked, and returns to nowhere")
            return False
        *outer, here = run.modules
        flow = self.flows.get(here["flow"])
        action = flow.actions.get(here["action"]) if flow else None
        if action is None:
            self._give_up(run.contact, f"action {here['action']} of flow {here['flow']} is no longer there")
            return False
        run.results = {**run.results, "Modules": outer}
        run.flow_id, run.action = here["flow"], action
        run.loops, run.flow_attributes = here["loops"], here["attributes"]
        return self._go(run, run.goes_on())

    def _note(self, run: Run) -> None:
        now = self.world.clock.now()
        self.world.store.insert("path", contact_id=run.contact.id, flow_id=run.flow_id, action_id=run.action.id, at=now)
        if run.results.get("Logging"):
            _log.info("%s: flow %s, action %s (%s)", run.contact.id, run.flow_id, run.action.id, run.action.type)

    def _keep(self, run: Run, pause: Wait | Call, step: int) -> None:
        waits = isinstance(pause, Wait)
        memory = pause.memory if isinstance(pause, Wait) else pause.call
        self.world.store.insert(
            "execution",
            contact_id=run.contact.id,
            flow_id=run.flow_id,
            action_id=run.action.id,
            step=step,
            phase="WAITING" if waits else "CALLING",
            events=json.dumps(pause.events if isinstance(pause, Wait) else ()),
            deadline=pause.deadline if isinstance(pause, Wait) else None,
            loops=json.dumps(run.loops),
            external=json.dumps(run.external),
            flow_attributes=json.dumps(run.flow_attributes),
            call=None if memory is None else json.dumps(memory),
        )
        if run.results:
            self.world.store.insert("execution_result", contact_id=run.contact.id, results=json.dumps(run.results))
        self.world.store.notice(Due())

    def _results(self, contact_id: str) -> dict[str, Any]:
        found = self.world.store.value("SELECT results FROM execution_result WHERE contact_id = ?", contact_id)
        return {} if found is None else dict(json.loads(found))

    def _give_up(self, contact: Contact, why: str) -> None:
        """A flow that cannot go on ends its contact, as in Connect."""
        _log.error("contact %s: %s", contact.id, why)
        chat.ends(self.world, contact, "CONTACT_FLOW_DISCONNECT")
