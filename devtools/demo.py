"""`dev.py demo`: the portal and the emulator of Amazon Connect, from a clean clone to two windows that talk."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from .demo_settings import DATA, LAMBDA_ARN, PASSWORD, TOPIC_ARN, Place, demo_environment, kept, require_free
from .environment import environment, fingerprint
from .servers import Server, run
from .terminal import EMULATOR, ROOT, Command, SetupError, quietly, step


def demo(host: str, port: int, reset: bool, streams: Path | None = None) -> int:
    place = Place(host, port)
    os.umask(
        0o077
    )  # the emulator's chats and the portal's are for whoever started it, as the portal's own settings have it
    print("CCP Portal, the demo")
    if streams is not None and not streams.is_file():
        raise SetupError(
            f"{streams} is no file: take release/connect-streams-min.js of the npm package amazon-connect-streams"
        )
    require_free(place)
    with only_one(ROOT / "var" / "demo.lock"):
        if reset and DATA.exists():
            with step("Removing var/demo"):
                shutil.rmtree(DATA)
        python = environment(".venv", "requirements.txt")
        env = demo_environment(place, os.environ, kept(DATA / "reception_secret"))
        if streams is not None:
            env |= {
                "CCP_CONNECT_CCP_URL": f"{place.emulator}/connect/ccp-v2/",
                "CCP_STREAMS_FILE": str(streams.resolve()),
            }
        prepare(python, env)
        told = welcome(place) if streams is None else welcome_beside_ccp(place) + welcome(place)
        return run(servers(python, place, env, chats_go_to_ccp=streams is not None), told)


@contextlib.contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Two demos on one SQLite file and one emulator's state would answer the same customers twice."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetupError(
                "a demo runs in this folder already; stop that one first (Ctrl-C in its window)"
            ) from error
        yield


def prepare(python: Path, env: Mapping[str, str]) -> None:
    """Before the emulator starts: its SNS asks for a confirmation at once, and after a while only every 20 s."""
    stamp, wanted = DATA / ".prepared", fingerprint(sources())
    if stamp.is_file() and stamp.read_text() == wanted and (DATA / "portal.sqlite3").is_file():
        print("  var/demo holds the database already")
        return
    env = {name: value for name, value in env.items() if name != "CCP_SNS_CERT"}  # the emulator has not made it yet
    with step("Bringing the database up to date"):
        quietly("manage.py migrate", [python, "manage.py", "migrate", "--no-input"], DATA / "migrate.log", env)
    with step("Making agents, queue and texts, unless they are there"):
        quietly("manage.py seed_demo", [python, "manage.py", "seed_demo", "--company"], DATA / "seed.log", env)
    stamp.write_text(wanted)


def sources() -> list[Path]:
    """What decides how the database looks: ours, and with the requirements the migrations of Django itself."""
    ours = sorted(
        [
            *ROOT.glob("*/migrations/*.py"),
            *ROOT.glob("*/management/commands/seed_demo.py"),
            *ROOT.glob("*/management/demo_company.py"),
        ]
    )
    return [ROOT / "requirements.txt", *ours]


def servers(python: Path, place: Place, env: dict[str, str], *, chats_go_to_ccp: bool) -> list[Server]:
    """The emulator first: the portal wants to see the certificate that the emulator's SNS signs with."""
    emulator: list[str | Path] = [python, "-m", "connect_emulator", "--host", place.host]
    emulator += ["--port", str(place.port + 1)]
    emulator += ["--allow-host", *place.names]
    emulator += ["--state", DATA / "emulator.sqlite3"]
    emulator += (
        ["--samples", "--control"] if chats_go_to_ccp else ["--flow", "deploy/flows/agent-as-custom-participant.json"]
    )
    emulator += ["--lambda", f"{LAMBDA_ARN}=deploy/handover_lambda.py:handler"]
    emulator += ["--website", "devtools/demo_website.json"]
    emulator += ["--subscribe", f"{TOPIC_ARN}={place.portal}/webhooks/sns/"]
    portal: Command = [python, "manage.py", "serve", "--host", place.host, "--port", str(place.port)]
    website: list[str | Path] = [python, "-m", "devtools.website", "--host", place.host, "--port", str(place.port + 2)]
    website += ["--portal", place.portal, "--endpoint", place.emulator]
    return [
        Server(
            "The emulator",
            emulator,
            env | {"PYTHONPATH": str(EMULATOR)},
            f"{place.emulator}/_emulator/customer",
            DATA / "emulator.log",
        ),
        Server("The portal", portal, env, f"{place.portal}/healthz", DATA / "portal.log"),
        Server("The website", website, env, f"{place.website}/", DATA / "website.log"),
    ]


def welcome_beside_ccp(place: Place) -> str:
    return f"""
  Chats wait in a queue of Amazon Connect's own. Its agent, once, from a shell:
      curl -H content-type:application/json -d '{{"username": "grace"}}' {place.emulator}/_emulator/control/agents
  At the desk, as mira, sign in to Amazon Connect as grace. Chats begin at {place.emulator}/_emulator/customer
"""


def welcome(place: Place) -> str:
    return f"""
  A customer    {place.website}/    a shop with the chat widget; without a portal: {place.emulator}/_emulator/customer
  A bot first   {place.emulator}/_emulator/bot
  An agent      {place.portal}/desk/    log in as mira or jonas
  A supervisor  {place.portal}/floor/   log in as ida; lena leads one team, ayo audits
  An admin      {place.portal}/admin/   log in as admin
  Password of all: {PASSWORD}
  What Connect does, emulated: {place.emulator}/_emulator/

  Open the shop in one window and the desk in another, set the agent to Available, write as the customer.
  A browser holds one login at a time: a second agent or the supervisor needs a private window.
  Logs: var/demo/portal.log, emulator.log and website.log. Ctrl-C stops all; the data stays in var/demo."""
