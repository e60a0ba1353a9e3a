"""The wire's side of `manage.py serve`: requests that are too large, or come too slowly, end here, before anything is kept.

Twisted collects a whole body, and daphne puts the whole of it into memory, before the application hears of the request:
no middleware is early enough. `serve` gives this channel to daphne's factory. Every limit is a number of `bodies`.
"""

from __future__ import annotations

import logging
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import unquote

from twisted.web import http

from . import bodies

log = logging.getLogger(__name__)
HTTPChannel: Any = http.HTTPChannel  # half of it has types, which do not hold for the other half


class BoundedChannel(HTTPChannel):  # type: ignore[misc]  # see above
    """One connection. It is idle, reads a head, reads a body, waits for the application's answer, or is refused."""

    requestFactory: Any  # noqa: N815 -- Twisted's name; daphne's factory sets it
    _path = b""  # of the request whose head or body comes; Twisted sets it, and deletes it with the last byte
    under_way: ClassVar[int] = 0  # bytes of all bodies that come or are worked on in this process

    def __init__(self) -> None:
        super().__init__()
        self._pace: bodies.Pace | None = None
        self._most = self._came = 0
        self._deadline: Any = None
        self._refused = False

    def connectionMade(self) -> None:
        super().connectionMade()
        # Nobody here reads Twisted's own parse of a form, which would hold every body a second time.
        self.requestFactory = partial(self.requestFactory, parsePOSTFormSubmission=False)
        self._call_at(self._now() + bodies.HEAD_SECONDS, self._head_is_late)

    def connectionLost(self, reason: Any) -> None:
        self._let_go()
        self._call_off()
        super().connectionLost(reason)

    # ---- what comes ------------------------------------------------------------------------------------------------

    def dataReceived(self, data: bytes) -> None:
        if self._refused:
            return
        if self._pace is not None:
            self._pace.take(len(data), self._now())
        super().dataReceived(data)
        self._watch()

    def allHeadersReceived(self) -> None:
        """Twisted's hook: the head is complete, and nothing of the body was touched yet."""
        self._most = bodies.most(self._asked_path())
        if (self.length or 0) > self._most:
            self._refuse(bodies.too_large(self._asked_path(), self._headers()), f"{self.length} bytes were announced")
            return
        super().allHeadersReceived()
        if self.length != 0:
            self._call_off()
            self._pace, self._came = bodies.Pace(self._now()), 0
            self._transferDecoder.dataCallback = self._take_piece

    def rawDataReceived(self, data: bytes) -> None:
        if self._refused:
            return
        try:
            super().rawDataReceived(data)
        except bodies.TooLarge:
            self._refuse(bodies.too_large(self._asked_path(), self._headers()), f"it has more than {self._most}")
        except bodies.NoRoom:
            self._refuse(
                bodies.no_room(self._asked_path(), self._headers()), f"all bodies have {BoundedChannel.under_way} bytes"
            )
        except OSError as error:
            self._refuse(bodies.no_room(self._asked_path(), self._headers()), f"it could not be kept: {error}")

    def allContentReceived(self) -> None:
        self._pace = None
        super().allContentReceived()
        if getattr(self.transport, "protocol", self) is not self:  # a websocket now: this channel hears no more of it
            self._let_go()

    def requestDone(self, request: Any) -> None:
        self._let_go()
        super().requestDone(request)
        self._watch()  # the next one may have begun meanwhile

    def _take_piece(self, piece: bytes) -> None:
        self._came += len(piece)
        BoundedChannel.under_way += len(piece)
        if self._came > self._most:
            raise bodies.TooLarge
        if BoundedChannel.under_way > bodies.MAX_BODIES_BYTES:
            raise bodies.NoRoom
        self.requests[-1].handleContentChunk(piece)

    def _let_go(self) -> None:
        BoundedChannel.under_way -= self._came
        self._pace, self._came = None, 0

    # ---- what does not come ----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """After every piece: is somebody waited for who must hurry?"""
        if self._refused:
            return
        if self._pace is not None:
            if self._deadline is None:
                self._call_at(self._pace.look_at(), self._look_at_pace)
        elif self._handlingRequest or not (self.requests or self._buffer):
            self._call_off()
        elif self._deadline is None:
            self._call_at(self._now() + bodies.HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._deadline = None
        if self._receivedHeaderSize == 0 and not self._buffer:  # connected, as browsers do in advance, and never asked
            self.loseConnection()
            return
        why = f"the head did not end within {bodies.HEAD_SECONDS:g} s"
        self._refuse(bodies.Refused(HTTPStatus.REQUEST_TIMEOUT, why), why)

    def _look_at_pace(self) -> None:
        self._deadline = None
        if self._pace is None:
            return
        why = self._pace.wrong(self._now())
        if why:
            self._refuse(bodies.Refused(HTTPStatus.REQUEST_TIMEOUT, why), why)
        else:
            self._call_at(self._pace.look_at(), self._look_at_pace)

    # ---- the end ---------------------------------------------------------------------------------------------------

    def _refuse(self, answer: bodies.Refused, why: str) -> None:
        """Answer, hear nothing more, and hang up as soon as the other side has, or after LINGER_SECONDS."""
        what = f"{self._command.decode('latin-1')} {self._asked_path()[:80]}" if self._path else "a head"
        log.warning("Refused %s of %s: %s", what, getattr(self.transport.getPeer(), "host", "?"), why)
        self._refused = True
        self._let_go()
        self._call_off()
        self.setTimeout(None)
        lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        head = f"HTTP/1.1 {answer.status} {answer.status.phrase}\r\n{lines}Connection: close\r\n\r\n"
        self._networkProducer.unregisterProducer()
        self.transport.write(head.encode() + answer.body)
        self.transport.loseWriteConnection()
        self._call_at(self._now() + bodies.LINGER_SECONDS, self.transport.abortConnection)

    def _asked_path(self) -> str:
        return unquote(self._path.partition(b"?")[0].decode("latin-1"))

    def _headers(self) -> list[tuple[bytes, bytes]]:
        found = self.requests[-1].requestHeaders.getAllRawHeaders()
        return [(name.lower(), value) for name, values in found for value in values]

    def _now(self) -> float:
        return float(self.factory.reactor.seconds())

    def _call_at(self, when: float, what: Any) -> None:
        self._deadline = self.callLater(max(0.0, when - self._now()), what)

    def _call_off(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._deadline = None
