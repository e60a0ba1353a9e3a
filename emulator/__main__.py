"""What `python -m emulator` was in earlier versions: says how the emulator is called now."""

import sys

sys.exit("python -m emulator is now: PYTHONPATH=emulator python -m connect_emulator (installed: connect-emulator)")
