"""Where the demo lives: its addresses, its names, the ports it needs, the settings that follow from them."""

import contextlib
import os
import re
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .terminal import ROOT, SetupError

DATA = ROOT / "var" / "demo"
PASSWORD = "demo-portal"  # noqa: S105 -- printed on purpose: the demo's logins are for whoever runs it
INSTANCE_ID = "11111111-2222-4333-8444-555555555555"
TOPIC_ARN = "arn:aws:sns:us-east-1:123456789012:ccp-portal"
FLOW_ID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"  # the emulator's first flow
LAMBDA_ARN = "arn:aws:lambda:us-east-1:123456789012:function:ccp-portal-handover"
# The user's own portal, database and AWS account must not leak into the demo or the tests, nor these into them.
FOREIGN = re.compile(r"(AWS|CCP|DJANGO)_|(DATABASE_URL|REDIS_URL|SECRET_KEY|DEBUG|ALLOWED_HOSTS|CSRF_TRUSTED_ORIGINS)$")


@dataclass(frozen=True)
class Place:
    """Where the portal listens; the emulator has the next port, the website the one after it."""

    host: str = "127.0.0.1"
    port: int = 8000

    @property
    def portal(self) -> str:
        return f"http://{self._reach}:{self.port}"

    @property
    def emulator(self) -> str:
        return f"http://{self._reach}:{self.port + 1}"

    @property
    def website(self) -> str:
        return f"http://{self._reach}:{self.port + 2}"

    @property
    def names(self) -> list[str]:
        """What a browser may call the portal by."""
        everywhere = [socket.gethostname(), *addresses()] if self._everywhere else []
        return list(dict.fromkeys(["127.0.0.1", "localhost", "[::1]", self._reach, *everywhere]))

    @property
    def _everywhere(self) -> bool:
        return self.host in {"0.0.0.0", "::"}

    @property
    def _reach(self) -> str:
        host = "127.0.0.1" if self._everywhere else self.host
        return f"[{host}]" if ":" in host else host


def addresses() -> list[str]:
    """This machine's own IPv4 addresses, as far as its name tells them."""
    with contextlib.suppress(OSError):
        return [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return []


def require_free(place: Place) -> None:
    for port in (place.port, place.port + 1, place.port + 2):
        with socket.socket(socket.AF_INET6 if ":" in place.host else socket.AF_INET) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((place.host, port))
            except (OSError, OverflowError) as error:
                raise SetupError(
                    f"cannot listen on {place.host} port {port}: {error}. The demo takes three free ports in a row, "
                    "8000 to 8002 unless --port says otherwise"
                ) from error


def kept(path: Path) -> str:
    """A secret made once, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def own(outside: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in outside.items() if not FOREIGN.match(name)} | {"NO_PROXY": "*"}


def demo_environment(place: Place, outside: Mapping[str, str], reception_secret: str) -> dict[str, str]:
    return own(outside) | {
        "ALLOWED_HOSTS": ",".join(place.names),
        "CSRF_TRUSTED_ORIGINS": ",".join(f"http://{name}:{place.port}" for name in place.names),
        "AWS_ACCESS_KEY_ID": "demo",  # boto3 wants to sign; the emulator does not ask whose key it is
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "CCP_AWS_ENDPOINT": place.emulator,
        "CCP_AWS_REGION": "us-east-1",
        "CCP_DATA_DIR": str(DATA),
        "CCP_DEMO_PASSWORD": PASSWORD,
        "CCP_DEMO_TAKES_NO_FILES": "1",
        "CCP_INSTANCE_ID": INSTANCE_ID,
        "CCP_RECEPTION_SECRET": reception_secret,
        "CCP_RECEPTION_URL": f"{place.portal}/reception/",  # for the hand-over Lambda, which the emulator runs
        "CCP_SNS_CERT": str(DATA / "emulator.sqlite3.sns.pem"),
        "CCP_START_CHAT_ATTRIBUTES": "connect_*,topic,page,order,country,tier",
        "CCP_START_CHAT_FILES": "1",
        "CCP_START_CHAT_FLOWS": FLOW_ID,
        "CCP_START_CHAT_ORIGINS": ",".join(
            f"http://{name}:{place.port + beside}" for name in place.names for beside in (1, 2)
        ),
        "CCP_START_CHAT_PERSISTENT": "1",
        "CCP_TOPIC_ARN": TOPIC_ARN,
        "CCP_WIDGET_ENDPOINT": place.emulator,
        "PYTHONUNBUFFERED": "1",
    }
