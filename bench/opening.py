"""How fast desks open, beside bare Channels' sockets; and how long all of them take after a restart of the server.

A desk is open when its `connect` is answered: by then it has its own state and the transcripts of all its contacts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.signing import TOPIC, Signer

from . import options as loop_options
from .limit import Bare
from .measure import cpu_seconds
from .people import Desk
from .portal import Portal
from .servers import Server, at_once

AGAIN = 0.1  # seconds until a desk that was turned away tries again


@dataclass
class Opening:
    """What was measured, a value for each round."""

    bare_per_second: list[float] = field(default_factory=list)
    bare_cpu_ms: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    restart_first: list[float] = field(default_factory=list)  # seconds from the first accepted socket
    restart_last: list[float] = field(default_factory=list)

    def text(self) -> str:
        middle = {name: statistics.median(values) for name, values in asdict(self).items()}
        return "\n".join(
            (
                f"bare Channels   {middle['bare_per_second']:6.0f} sockets/s  {middle['bare_cpu_ms']:6.2f} CPU ms each",
                (
                    f"desks           {middle['per_second']:6.0f} desks/s    {middle['cpu_ms']:6.2f} CPU ms each,"
                    f" x bare: {middle['per_second'] / middle['bare_per_second']:.2f} desks/s,"
                    f" {middle['cpu_ms'] / middle['bare_cpu_ms']:.1f} CPU"
                ),
                (
                    f"after a restart: first complete after {middle['restart_first']:.2f} s,"
                    f" last after {middle['restart_last']:.2f} s"
                ),
            )
        )


def main(arguments: list[str]) -> int:
    parser = loop_options.parser("opening", __doc__)
    parser.add_argument("--desks", type=int, default=500, help="agents (500)")
    parser.add_argument("--together", type=int, default=5, help="contacts on each desk (5)")
    parser.add_argument("--items", type=int, default=20, help="items of each contact (20)")
    limits = {"desks": (1, 2000), "together": (1, 20), "items": (0, 1000)}
    options = loop_options.checked(parser, arguments, limits)
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        found = asyncio.run(_measure(options, Path(folder)))
    print(found.text())
    options.out.mkdir(parents=True, exist_ok=True)
    saved = options.out / f"opening-{time.strftime('%Y%m%d-%H%M%S')}.json"
    saved.write_text(json.dumps(asdict(found), indent=1))
    print(f"saved: {saved}")
    return 0


async def _measure(options: argparse.Namespace, folder: Path) -> Opening:
    found = Opening()
    bare = Bare(folder, 1)
    aws = Server(folder, "bench.stand_in", "{port}")
    certificate = Signer(TOPIC).write_certificate(folder / "sns.pem")
    portal = Portal(folder / "portal", aws.port, {"CCP_SNS_CERT": str(certificate)})
    try:
        contacts = options.desks * options.together
        portal.start(contacts, 0, connected=True, together=options.together, items=options.items)
        for _ in range(options.rounds):
            await _open_bare(bare, options.desks, found)
            await _open_desks(portal, found)
            await _restart(portal, found)
            print(found.text(), flush=True)
    finally:
        portal.close()
        await bare.close()
        aws.stop()
    return found


async def _open_bare(bare: Bare, count: int, found: Opening) -> None:
    cpu = cpu_seconds(bare.server)
    found.bare_per_second.append(count / await bare.open_idle(count))
    found.bare_cpu_ms.append((cpu_seconds(bare.server) - cpu) * 1000 / count)


async def _open_desks(portal: Portal, found: Opening) -> None:
    sessions = [one["session"] for one in portal.seeded["desks"]]
    cpu, starts = cpu_seconds(portal.server), time.monotonic()
    desks = await at_once([Desk.open(portal.port, session, portal.waiting) for session in sessions])
    found.per_second.append(len(desks) / (time.monotonic() - starts))
    found.cpu_ms.append((cpu_seconds(portal.server) - cpu) * 1000 / len(desks))
    for desk in desks:
        desk.close()


async def _restart(portal: Portal, found: Opening) -> None:
    """All come at once and try until they are let in, as browsers do after a deploy."""
    portal.portal.kill()
    accepted: list[float] = []
    sessions = [one["session"] for one in portal.seeded["desks"]]
    coming = [asyncio.create_task(_until_open(portal, session, accepted)) for session in sessions]
    await asyncio.to_thread(portal.portal.start)
    opened = await asyncio.gather(*coming)
    first = min(accepted)
    ends = sorted(at - first for _, at in opened)
    found.restart_first.append(ends[0])
    found.restart_last.append(ends[-1])
    for desk, _ in opened:
        desk.close()


async def _until_open(portal: Portal, session: str, accepted: list[float]) -> tuple[Desk, float]:
    while True:
        try:
            desk = await Desk.open(portal.port, session, portal.waiting, accepted)
            return desk, time.monotonic()
        except OSError:
            await asyncio.sleep(AGAIN)
