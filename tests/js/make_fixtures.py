"""Makes tests/js/fixtures/*.json anew: a real product, every action of a desk, and what a tab was told of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TEST = "tests/integration/test_frames_equal_snapshot.py"


def main() -> int:
    environment = {**os.environ, "CCP_WRITE_FIXTURES": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", TEST], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
