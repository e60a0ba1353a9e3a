"""The cable between a browser and the portal, in a test's hands: pulled, it says nothing to either end, as a real one."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from typing import Self

CHUNK = 65_536


class Cable:
    """A TCP relay on loopback. Connections of a pulled cable are dead for good, and nobody is told; new ones may work again."""

    def __init__(self, port: int) -> None:
        self.to = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._pulled = threading.Event()
        self._silent = threading.Event()
        self._closing = threading.Event()
        self._dead = threading.Event()  # the connections there are now: silent from here on
        self._hung_up = threading.Event()  # … and ended
        self._fatal = b""
        self._left: int | None = None
        self.delay = 0.0  # seconds that everything takes, each way
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._go(self._take_in)
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.set()
        self._door.close()
        for thread in self._threads:
            thread.join(10)

    def pull(self) -> None:
        self._pulled.set()
        self._dead.set()
        self._dead = threading.Event()

    def hang_up(self) -> None:
        """Every connection ends, dead ones too, and both ends hear so."""
        self._hung_up.set()
        self._hung_up = threading.Event()

    def pull_when_asked(self, request: bytes) -> None:
        """Out at this request, before anybody answers it."""
        self._fatal = request

    def mute(self) -> None:
        """What the browser says still arrives; what it is answered does not."""
        self._silent.set()

    def pull_after(self, size: int) -> None:
        """So many bytes still reach the browser: its last answer breaks off in the middle."""
        self._left = size

    def plug_in(self) -> None:
        self._fatal = b""
        if self._silent.is_set() or self._left is not None:
            self.pull()  # a stream that lacks a piece is good for nothing
        self._left = None
        self._silent.clear()
        self._pulled.clear()

    def _take_in(self) -> None:
        self._door.settimeout(0.2)
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                browser, _ = self._door.accept()
                self._go(self._relay, browser)

    def _go(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _relay(self, browser: socket.socket) -> None:
        with browser, contextlib.suppress(OSError):
            dead, over = self._dead, self._hung_up
            if self._pulled.is_set():
                self._stay_silent(over)
                return
            with socket.create_connection(("127.0.0.1", self.to), timeout=5) as portal:
                self._pass_on(browser, portal, dead, over)
                if dead.is_set():
                    self._stay_silent(over)

    def _stay_silent(self, over: threading.Event) -> None:
        """Neither refused nor closed."""
        while not (over.is_set() or self._closing.is_set()):
            over.wait(0.2)

    def _pass_on(
        self, browser: socket.socket, portal: socket.socket, dead: threading.Event, over: threading.Event
    ) -> None:
        with selectors.DefaultSelector() as both:
            both.register(browser, selectors.EVENT_READ, portal)
            both.register(portal, selectors.EVENT_READ, browser)
            while not (dead.is_set() or self._closing.is_set() or over.is_set()):
                for key, _ in both.select(0.1):
                    if not dead.is_set() and not self._one_way(key.fileobj, key.data, browser):  # type: ignore[arg-type]
                        return

    def _one_way(self, source: socket.socket, target: socket.socket, browser: socket.socket) -> bool:
        data = source.recv(CHUNK)
        if not data:
            return False
        time.sleep(self.delay)
        if self._fatal and target is not browser and self._fatal in data:
            self.pull()
        elif target is browser and self._left is not None:
            target.sendall(data[: self._left])
            self._left = max(0, self._left - len(data))
            if self._left == 0:
                self.pull()
        elif not (self._silent.is_set() and target is browser):
            target.sendall(data)
        return True
