#!/usr/bin/env python3
"""The two commands of this house: `python3 dev.py demo` runs the main job, `python3 dev.py test` passes the tests."""

import sys

# Everything in this file is understood by any Python, so that an old one can say what is wrong with it.
if sys.version_info < (3, 11):  # noqa: UP036 -- see above
    sys.exit("dev.py: this is Python %d.%d; CCP Portal needs 3.11 or newer" % sys.version_info[:2])  # noqa: UP031

from devtools.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
