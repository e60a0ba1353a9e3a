"""What goes on beside the calls: deadlines, Lambda calls and SNS posts, found in the store and done by threads."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol

import urllib3

from connect_emulator import limits, timers
from connect_emulator.ccp import routing
from connect_emulator.core import Emulator
from connect_emulator.flows.engine import Asked
from connect_emulator.flows.lambdas import invoke
from connect_emulator.streaming import deliveries, envelope
from connect_emulator.streaming.deliveries import Outcome
from connect_emulator.streaming.envelope import Post
from connect_emulator.world.world import Due

from .event_sinks import Telling, Told, tell

_log = logging.getLogger("connect_emulator.background")
_POSTS_AT_ONCE = 16
_LANES_AT_ONCE = 64  # begun or waiting for a thread
_POSTS_READ = 256  # of all lanes together: one that has much to post keeps a thread so long, and the others theirs
_CALLS_AT_ONCE = 64
_LONGEST_SLEEP = 5.0  # the machine's clock may be set


class Transport(Protocol):
    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int: ...


class Http:
    """Posts as SNS does: no redirects, 15 s for an answer."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(maxsize=_POSTS_AT_ONCE)

    def __call__(self, url: str, headers: dict[str, str], body: bytes) -> int:
        timeout = urllib3.Timeout(total=limits.SNS_ANSWER_SECONDS)
        answer = self._pool.request("POST", url, body=body, headers=headers, timeout=timeout, retries=False)
        return answer.status


@dataclass(slots=True)
class Weather:
    """What tests ask of the delivery of SNS posts."""

    paused: bool = False
    shuffle: bool = False
    copies: int = 1
    late_by: int = 0  # milliseconds
    lose: int = 0  # so many notifications are never posted, and count as delivered


class Workers:
    """A few daemon threads and their queue: nothing waits for them when the process ends."""

    def __init__(self, size: int, name: str) -> None:
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        for n in range(size):
            threading.Thread(target=self._run, name=f"{name}-{n}", daemon=True).start()

    def submit(self, job: Callable[[], None]) -> None:
        self._queue.put(job)

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            try:
                job()
            except Exception:  # noqa: BLE001 -- logged whole; the thread has other jobs, and the store keeps this one
                _log.exception("a job failed; what is due stays in the store")


class Background:
    def __init__(self, emulator: Emulator, transport: Transport | None = None) -> None:
        self.emulator = emulator
        self.world = emulator.world
        self.weather = Weather()
        self._transport = transport or Http()
        self._wake = threading.Event()
        self._stopped = False
        self._lock = threading.Lock()
        self._posting: set[str] = set()  # lanes of posts that are being delivered
        self._posted: set[str] = set()  # those of them that are through, and not settled yet
        self._calling: set[tuple[str, int]] = set()
        self._outcomes: list[Outcome] = []
        self._telling = False  # one batch at a time: what is told of a contact keeps its order
        self._told: list[Told] | None = None
        self.world.store.listeners.append(self._hear)

    def start(self) -> None:
        self._posters = Workers(_POSTS_AT_ONCE, "sns")
        self._callers = Workers(_CALLS_AT_ONCE, "lambda")
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Nothing new is begun; posts that were delivered are remembered."""
        self._stopped = True
        self.wake()
        self._thread.join(timeout=5)
        self._settle()

    def wake(self) -> None:
        self._wake.set()

    def settle(self) -> None:
        """Everything that is due now, and what follows from it, in the caller's thread: for the hook and its tests."""
        while self._step(lambda job: job()):
            pass

    def _hear(self, notice: object) -> None:
        if isinstance(notice, Due):
            self._wake.set()

    def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            try:
                self._pass()
                pause = self._until_next()
            except Exception:  # noqa: BLE001 -- logged whole; nobody else would do what is due
                _log.exception("the background failed; it goes on")
                pause = 1.0
            self._wake.wait(pause)

    def _pass(self) -> None:
        self._settle()
        timers.fire(self.world, self.emulator.engine)
        routing.run(self.world)
        self._begin(self._posters.submit, self._callers.submit)

    def _step(self, submit: Callable[[Callable[[], None]], None]) -> bool:
        fired = timers.fire(self.world, self.emulator.engine) + routing.run(self.world)
        begun = self._begin(submit, submit)
        self._settle()
        return bool(fired or begun)

    def _begin(self, post: Callable[[Callable[[], None]], None], call: Callable[[Callable[[], None]], None]) -> int:
        told = self._begin_to_tell(post)
        lanes, asked = self._due_posts(), self._new_calls()
        for posts in lanes:
            post(lambda posts=posts: self._post_all(posts))  # type: ignore[misc]
        for one in asked:
            call(lambda one=one: self._call(one))  # type: ignore[misc]
        return len(lanes) + len(asked) + told

    def _begin_to_tell(self, submit: Callable[[Callable[[], None]], None]) -> int:
        if self._telling:
            return 0
        tellings = self.emulator.teller.due()
        if tellings:
            self._telling = True
            submit(lambda: self._tell(tellings))
        return len(tellings)

    def _tell(self, tellings: list[Telling]) -> None:
        told: list[Told] = []
        try:
            told = tell(tellings, self._transport)
        finally:
            with self._lock:
                self._told = told
            self.wake()

    def _due_posts(self) -> list[list[Post]]:
        """What can be posted now: of each lane what is due, in its order."""
        with self._lock:
            busy = set(self._posting)
        if self.weather.paused or len(busy) >= _LANES_AT_ONCE:
            return []
        found = deliveries.due(self.world, busy, _POSTS_READ, self.weather.late_by)
        if self.weather.shuffle:
            random.shuffle(found)
        lanes: dict[str, list[Post]] = {}
        for post in found:
            if post.lane in lanes or len(busy) + len(lanes) < _LANES_AT_ONCE:
                lanes.setdefault(post.lane, []).append(post)
        with self._lock:
            self._posting |= lanes.keys()
        return list(lanes.values())

    def _new_calls(self) -> list[Asked]:
        with self._lock:
            new = self.emulator.engine.asked(self._calling)
            self._calling |= {(a.contact_id, a.step) for a in new}
        return new

    def _post_all(self, posts: list[Post]) -> None:
        """One lane, one after the other; its endpoint has the first before the second is sent."""
        try:
            for post in posts:
                if self._stopped or self.weather.paused:
                    break  # they stay due
                self._post(post)
        finally:
            with self._lock:
                self._posted.add(posts[0].lane)
            self.wake()

    def _post(self, post: Post) -> None:
        outcome = Outcome(post, None, "the emulator could not post")
        try:
            if self._is_lost(post):
                outcome = Outcome(post, 200, "lost, as was asked for")
                return
            body = envelope.body(post, self.emulator.certificate, self.emulator.sns_home)
            for _ in range(max(1, self.weather.copies)):
                outcome = self._send(post, body)
        finally:
            with self._lock:
                self._outcomes.append(outcome)
            self.wake()

    def _is_lost(self, post: Post) -> bool:
        with self._lock:
            lost = self.weather.lose > 0 and post.kind == "Notification"
            self.weather.lose -= lost
        return lost

    def _send(self, post: Post, body: bytes) -> Outcome:
        try:
            return Outcome(post, self._transport(post.endpoint, envelope.headers(post), body))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Outcome(post, None, f"{type(error).__name__}: {error}"[:200])

    def _call(self, asked: Asked) -> None:
        try:
            answer = invoke(self.emulator.options.functions, asked.call)
            self.emulator.engine.answered(asked, answer)
        finally:
            with self._lock:
                self._calling.discard((asked.contact_id, asked.step))

    def _settle(self) -> None:
        with self._lock:
            outcomes, self._outcomes = self._outcomes, []
            posted, self._posted = self._posted, set()
            told, self._told = self._told, None
        if told is not None:
            self.emulator.teller.settle(told)
            self._telling = False
        for outcome in outcomes:
            if not outcome.delivered:
                _log.warning("%s to %s: %s", outcome.post.kind, outcome.post.endpoint, outcome.note or outcome.status)
        if outcomes:
            deliveries.settle(self.world, outcomes)
        with self._lock:
            self._posting -= posted

    def _until_next(self) -> float:
        """Seconds until something is due."""
        with self._lock:
            busy = set(self._posting)
        clock, deadline = self.world.clock, timers.next_deadline(self.world)
        waits = [] if deadline is None else [deadline - clock.now()]
        delay = routing.next_delay(self.world)
        if delay is not None:
            waits.append(delay - clock.now())
        post = None if self.weather.paused else deliveries.next_due(self.world, busy)
        if post is not None and len(busy) < _LANES_AT_ONCE:
            waits.append(post + self.weather.late_by - clock.wall())
        untold = self.emulator.teller.next_due()
        if untold is not None and not self._telling:
            waits.append(untold - clock.wall())
        return max(0.0, min([_LONGEST_SLEEP * 1000, *waits]) / 1000)
