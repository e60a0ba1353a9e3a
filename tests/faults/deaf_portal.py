"""`manage.py` of a portal in which nobody hears a hint, a copy or a bell: everything has to be found by looking."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def hear_nothing(_hint: object) -> None:
    """What chats.realtime.hints._hear would have passed to the hubs and their buses."""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ccp_portal.settings")
    import django
    from django.core.management import execute_from_command_line

    django.setup()
    from chats.realtime import hints

    hints._hear = hear_nothing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
