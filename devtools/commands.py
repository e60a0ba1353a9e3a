"""The command line of `dev.py`: demo, test, shots, words, lock."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .demo import demo
from .environment import environment, lock
from .terminal import SetupError, aloud
from .tests import test
from .words import words


def parser() -> argparse.ArgumentParser:
    commands = argparse.ArgumentParser(prog="dev.py", description="Runs the demo and the tests of CCP Portal.")
    verbs = commands.add_subparsers(required=True, metavar="demo | test | shots | words | lock")
    add_demo(verbs.add_parser("demo", help="install, migrate, seed, start the portal and the emulator"))
    add_test(
        verbs.add_parser("test", help="install, check, test", epilog="What follows -- goes to pytest, alone then.")
    )
    pictures = verbs.add_parser("shots", help="make the pictures of the pages under docs/shots anew")
    pictures.set_defaults(run=lambda _options: shots())
    sentences = verbs.add_parser("words", help="gather what pages and scripts say into locale/ and compile it")
    sentences.set_defaults(run=lambda _options: words())
    pins = verbs.add_parser("lock", help="turn requirements*.in into requirements*.txt, with hashes")
    pins.add_argument("--upgrade", action="store_true", help="take the newest versions the wishes allow")
    pins.set_defaults(run=lambda options: lock(options.upgrade))
    return commands


def add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    command.add_argument(
        "--port", type=port, default=8000, help="the portal's; the emulator's is one above (default: 8000)"
    )
    command.add_argument("--reset", action="store_true", help="first forget all of earlier demos (removes var/demo)")
    command.add_argument(
        "--beside-ccp",
        type=Path,
        metavar="STREAMS_FILE",
        help="Amazon Connect's own agents at our desk: its CCP is the emulator's, Streams this file from npm (docs/streams.md)",
    )
    command.set_defaults(run=lambda options: demo(options.host, options.port, options.reset, options.beside_ccp))


def add_test(command: argparse.ArgumentParser) -> None:
    amount = command.add_mutually_exclusive_group()
    amount.add_argument("--full", action="store_true", help="the long tests too, and the browser on both stacks")
    amount.add_argument("--quick", action="store_true", help="ruff, types, contracts and unit tests only")
    command.add_argument("--stack", choices=["sqlite", "postgres", "all"], default="all", help="default: %(default)s")
    command.add_argument("pytest", nargs="*", metavar="-- pytest's arguments")
    command.set_defaults(run=lambda options: test(options.full, options.quick, options.stack, options.pytest))


def shots() -> int:
    """Real pages of the running product, in a real Chromium: tests/e2e/shots.py knows which."""
    python = environment(".venv-dev", "requirements-dev.txt")
    return aloud([python, "-m", "tests.e2e.shots"], os.environ)[0]


def port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65533):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port: 1 to 65533 is, the emulator and the website take the two above"
        )
    return int(text)


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def hear_signals() -> None:
    """SIGTERM is Ctrl-C from elsewhere. And a shell starts the background jobs of a script with SIGINT ignored, which
    Python would leave so and hand on to every process it starts; with a handler here those begin with the default.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    hear_signals()
    try:
        return int(options.run(options))
    except SetupError as error:
        print(f"dev.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("dev.py: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains once more at its end
        return 1
