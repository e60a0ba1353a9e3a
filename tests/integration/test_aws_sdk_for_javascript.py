"""AWS SDK for JavaScript v3, as npm has it, with a key that may only start chats; run with --full (30 MB from npm)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT, RunningEmulator

FILES = ROOT / "tests" / "data" / "aws_sdk"
CACHE = ROOT / "var" / "npm" / "aws-sdk"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


@pytest.mark.full
def test_it_starts_a_chat_speaks_reads_leaves_and_is_refused_with_its_own_errors(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    shutil.copytree(FILES, CACHE, dirs_exist_ok=True)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=CACHE, check=True, capture_output=True, timeout=300)
    policy = tmp_path / "bot.json"
    flow = f"arn:aws:connect:{REGION}:123456789012:instance/{INSTANCE}/contact-flow/{INBOUND_FLOW}"
    statement = {"Effect": "Allow", "Action": "connect:StartChatContact", "Resource": flow}
    policy.write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    keys = ["--access-key", f"AKIAADMIN={KEY}", "--access-key", f"AKIABOT={KEY}={policy}"]
    with RunningEmulator(tmp_path, options=keys) as emulator:
        done = subprocess.run(
            ["node", "chat.mjs", emulator.url, REGION, INSTANCE, INBOUND_FLOW],
            cwd=CACHE,
            env={**os.environ, "AWS_ACCESS_KEY_ID": "AKIABOT", "AWS_SECRET_ACCESS_KEY": KEY},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "sent": True,
        "said": ["Hällo, 你好"],
        "refused": ["AccessDeniedException", 403],
        "after": ["AccessDeniedException", 403],
    }
