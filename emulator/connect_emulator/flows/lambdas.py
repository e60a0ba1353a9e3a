"""Lambda functions: an ARN stands for an URL or for a Python callable, called as Connect calls a function."""

from __future__ import annotations

import importlib.util
import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import urllib3

from connect_emulator import limits, undocumented

_log = logging.getLogger("connect_emulator.lambda")


class Again(Exception):
    """A failure Connect tries again after: an error of the function, a throttle or a 5xx."""


class Failed(Exception):
    """A failure that takes the error branch at once."""


class Function(Protocol):
    def __call__(self, event: bytes, seconds: float) -> Any: ...


def invoke(functions: Mapping[str, Function], call: dict[str, Any]) -> dict[str, Any] | None:
    """The function's answer, or None: at most three tries in eight seconds, each within the action's own limit."""
    function = functions.get(call["arn"])
    if function is None:
        _log.error("no --lambda says what %s is", call["arn"])
        return None
    event, ends = json.dumps(call["event"]).encode(), time.monotonic() + limits.LAMBDA_SECONDS
    for attempt in range(1, limits.LAMBDA_TRIES + 1):
        seconds = min(call["seconds"], ends - time.monotonic())
        if seconds <= 0:
            break
        try:
            return checked(function(event, seconds), call["responseType"])
        except Again as error:
            _log.warning("%s, try %d: %s", call["arn"], attempt, error)
        except Failed as error:
            _log.warning("%s: %s", call["arn"], error)
            break
    return None


def checked(answer: Any, response_type: str) -> dict[str, Any]:
    """Raises Failed when Connect would not take this answer."""
    if not isinstance(answer, dict):
        raise Failed("the answer is no JSON object")
    try:
        size = len(json.dumps(answer, ensure_ascii=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise Failed(f"the answer is no JSON: {error}") from None
    if size > limits.LAMBDA_ANSWER_BYTES:
        raise Failed(f"the answer has {size} bytes of {limits.LAMBDA_ANSWER_BYTES}")
    if response_type == "STRING_MAP" and undocumented.STRING_MAP_TAKES_ONLY_STRINGS:
        wrong = [name for name, value in answer.items() if not isinstance(value, str)]
        if wrong:
            raise Failed(f"STRING_MAP takes only strings, and {', '.join(map(str, wrong))} is none")
    return answer


@dataclass(frozen=True, slots=True)
class Url:
    """POST the event, take the JSON answer."""

    url: str
    pool: urllib3.PoolManager

    def __call__(self, event: bytes, seconds: float) -> Any:
        try:
            response = self.pool.request(
                "POST",
                self.url,
                body=event,
                headers={"content-type": "application/json"},
                timeout=urllib3.Timeout(total=seconds),
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.NewConnectionError as error:  # which is a kind of TimeoutError, and none for us
            raise Again(f"{self.url} cannot be reached: {error}") from None
        except urllib3.exceptions.TimeoutError:
            raise Failed(f"no answer within {seconds:.1f} s") from None
        except urllib3.exceptions.HTTPError as error:
            raise Again(f"{self.url} broke off: {error}") from None
        if response.status >= 500 or response.status == 429:
            raise Again(f"HTTP {response.status}")
        if response.status != 200:
            raise Failed(f"HTTP {response.status}")
        try:
            return json.loads(response.data)
        except (ValueError, RecursionError):
            raise Failed("the answer is not JSON") from None


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may ask Lambda about its call."""

    function_name: str
    invoked_function_arn: str
    aws_request_id: str
    ends: float

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends - time.monotonic()) * 1000))


@dataclass(frozen=True, slots=True)
class InProcess:
    """A handler(event, context) of this process, in a thread of its own that is left behind when its time is over."""

    arn: str
    handler: Callable[[Any, Any], Any]

    def __call__(self, event: bytes, seconds: float) -> Any:
        outcome: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        context = Context(self.arn.rpartition(":")[2], self.arn, str(uuid.uuid4()), time.monotonic() + seconds)
        threading.Thread(target=self._run, args=(json.loads(event), context, outcome), daemon=True).start()
        try:
            answer, error = outcome.get(timeout=seconds)
        except Empty:
            raise Failed(f"no answer within {seconds:.1f} s") from None
        if error is not None:
            raise Again(f"{type(error).__name__}: {error}")
        return answer

    def _run(self, event: Any, context: Context, outcome: SimpleQueue[tuple[Any, BaseException | None]]) -> None:
        try:
            outcome.put((self.handler(event, context), None))
        except BaseException as error:  # noqa: BLE001 -- a function may fail in any way, the flow must hear of it
            outcome.put((None, error))


def load(arn: str, target: str) -> Function:
    """`target` is an URL or path.py:callable. Raises ValueError with one sentence."""
    if target.startswith(("http://", "https://")):
        return Url(target, urllib3.PoolManager(maxsize=16))
    path, _, name = target.rpartition(":")
    if not path.endswith(".py") or not name.isidentifier():
        raise ValueError(f"{target!r} is neither an http(s) URL nor path.py:callable")
    handler = getattr(_module(Path(path)), name, None)
    if not callable(handler):
        raise ValueError(f"{path} has no callable {name!r}")  # noqa: TRY004 -- one kind of error for a bad --lambda
    return InProcess(arn, handler)


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"emulated_lambda_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"there is no file {path}")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module
