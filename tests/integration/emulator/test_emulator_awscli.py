"""The AWS CLI, as it comes from PyPI, starts a chat."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT, RunningEmulator

PLACE = ROOT / "var" / "awscli"


@pytest.fixture(scope="module")
def aws() -> Path:
    """Installed once, in an environment of its own: awscli wants other versions of botocore than we do."""
    command = PLACE / "bin" / "aws"
    if not command.exists():
        venv.create(PLACE, with_pip=True, clear=True)
        subprocess.run(
            [PLACE / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "awscli"],
            check=True,
            timeout=540,
        )
    return command


def run(aws: Path, emulator: RunningEmulator, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [str(aws), *argv, "--endpoint-url", emulator.url, "--output", "json"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_aws_cli_starts_describes_and_stops_a_chat(aws: Path, emulator: RunningEmulator) -> None:
    started = answer(
        run(
            aws,
            emulator,
            "connect",
            "start-chat-contact",
            "--instance-id",
            INSTANCE,
            "--contact-flow-id",
            INBOUND_FLOW,
            "--participant-details",
            "DisplayName=Ada",
            "--initial-message",
            "ContentType=text/plain,Content=Hello",
            "--attributes",
            "topic=parcels",
        )
    )
    assert sorted(started) == ["ContactId", "ParticipantId", "ParticipantToken"]
    contact = ("--instance-id", INSTANCE, "--contact-id", started["ContactId"])
    token = ("--participant-token", started["ParticipantToken"])
    kinds = ("--type", "WEBSOCKET", "CONNECTION_CREDENTIALS")
    connection = answer(run(aws, emulator, "connectparticipant", "create-participant-connection", *token, *kinds))
    assert connection["Websocket"]["Url"].startswith("ws://127.0.0.1:")
    described = answer(run(aws, emulator, "connect", "describe-contact", *contact))["Contact"]
    assert (described["Id"], described["Attributes"]) == (started["ContactId"], {"topic": "parcels"})
    assert run(aws, emulator, "connect", "stop-contact", *contact).returncode == 0
    again = run(aws, emulator, "connect", "stop-contact", *contact)
    assert again.returncode != 0
    assert "(ContactNotFoundException) when calling the StopContact operation" in again.stderr
