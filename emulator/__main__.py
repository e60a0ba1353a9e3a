"""What `python -m emulator` was in earlier versions goes on working in a checkout, and says how it is called now."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from connect_emulator.__main__ import main

if __name__ == "__main__":
    sys.stderr.write(
        "python -m emulator is now connect-emulator (in a checkout PYTHONPATH=emulator python -m connect_emulator)\n"
    )
    sys.exit(main())
