"""`python -m bench [NAME …] [--rounds N]`: one by one, or all of `NAMES`.

Each runs in a process of its own, so that its memory is its own, and writes its own file beside this one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

NAMES = ("checkin", "evaluate", "rota", "reports", "outbox", "talk", "ill", "meetings", "logbook", "logbook_files")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for name in options.names or NAMES:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}", "--rounds", str(options.rounds)], check=True)


if __name__ == "__main__":
    main()
