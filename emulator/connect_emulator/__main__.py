"""The command `connect-emulator`, also `python -m connect_emulator`: serves the emulator with daphne."""

from __future__ import annotations

import errno
import logging
import socket
import sys

from connect_emulator import coverage, remote
from connect_emulator.access import keys
from connect_emulator.cli import Arguments, Mistake, arguments
from connect_emulator.world.store import Unusable


def main(argv: list[str] | None = None) -> int:
    """`argv` is the command line without the program's name; the exit code is returned."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["coverage"]:
        return coverage.main(argv[1:])
    if argv[:1] == ["control"]:
        return remote.main(argv[1:])
    try:
        given = arguments(argv)
        _require_free(given.host, given.port)
        return _serve(given)
    except (Mistake, Unusable) as mistake:
        sys.stderr.write(f"connect-emulator: {mistake}\n")
        return 2


def _require_free(host: str, port: int) -> None:
    """Asked before daphne starts, which only logs that it could not listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
            raise Mistake(f"port {port} on {host} {why}; --port takes another") from None


def _serve(given: Arguments) -> int:
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from connect_emulator.app import App
    from connect_emulator.background import Background
    from connect_emulator.core import Emulator
    from connect_emulator.hosts import Hosts

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for noisy in ("daphne", "urllib3", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    emulator = Emulator(given.options)
    background = Background(emulator)
    app = App(
        emulator, background, control=given.control, hosts=Hosts(given.hosts), approved_origins=given.approved_origins
    )
    server = Server(
        application=app,
        endpoints=build_endpoint_description_strings(host=given.host, port=given.port),
        websocket_max_message_size=128 * 1024,  # the limit of API Gateway, which serves Connect's sockets
        websocket_max_frame_size=128 * 1024,
        server_name="emulator",
        verbosity=1,
        ready_callable=background.start,
    )
    log = logging.getLogger("connect_emulator")
    log.info(
        "%s", "only the access keys it was given may sign" if keys.there_are_any(emulator.world) else "any key may sign"
    )
    log.info("listening on http://%s:%d", given.host, given.port)
    server.run()
    background.stop()
    app.close()
    emulator.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
