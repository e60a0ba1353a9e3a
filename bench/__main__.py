"""`python -m bench` lists what can be measured; `python -m bench relay` measures it."""

from __future__ import annotations

import sys

from bench import ccp, desk, emulator, floor, jobs, opening, relay, routing, widget

# A module each; the first line of its docstring says what it measures.
BENCHES = {
    "ccp": ccp,
    "relay": relay,
    "routing": routing,
    "desk": desk,
    "emulator": emulator,
    "floor": floor,
    "opening": opening,
    "jobs": jobs,
    "widget": widget,
}


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        print("usage: python -m bench <name> [options]   (options of each: --help)\n")
        for name, bench in BENCHES.items():
            print(f"  {name:<9} {str(bench.__doc__).splitlines()[0]}")
        return 0
    name, *options = arguments
    if name not in BENCHES:
        print(f"There is no bench {name!r}; there is: {', '.join(BENCHES)}.", file=sys.stderr)
        return 2
    return int(BENCHES[name].main(options))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
