"""The cable between a browser and the portal, in a test's hands: pulled, it says nothing to either end, as a real one."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
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
        self._fatal = b""
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

    def pull_when_asked(self, request: bytes) -> None:
        """Out at this request, before anybody answers it."""
        self._fatal = request

    def mute(self) -> None:
        """What the browser says still arrives; what it is answered does not."""
        self._silent.set()

    def plug_in(self) -> None:
        self._fatal = b""
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
            if self._pulled.is_set():
                self._closing.wait()  # neither refused nor closed: silent
                return
            with socket.create_connection(("127.0.0.1", self.to), timeout=5) as portal:
                self._pass_on(browser, portal)
                if self._pulled.is_set():
                    self._closing.wait()

    def _pass_on(self, browser: socket.socket, portal: socket.socket) -> None:
        with selectors.DefaultSelector() as both:
            both.register(browser, selectors.EVENT_READ, portal)
            both.register(portal, selectors.EVENT_READ, browser)
            while not (self._pulled.is_set() or self._closing.is_set()):
                for key, _ in both.select(0.1):
                    if not self._one_way(key.fileobj, key.data, browser):  # type: ignore[arg-type]
                        return

    def _one_way(self, source: socket.socket, target: socket.socket, browser: socket.socket) -> bool:
        data = source.recv(CHUNK)
        if not data:
            return False
        if self._fatal and self._fatal in data:
            self._pulled.set()
        elif not self._pulled.is_set() and not (self._silent.is_set() and target is browser):
            target.sendall(data)
        return True
