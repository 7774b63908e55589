"""Reading TOML that somebody wrote, or made to keep the reader busy: what is no table of ours is refused before it costs."""

from __future__ import annotations

import tomllib
from typing import Any

# Keys of a thousand parts cost a thousand times their length; a comment has at most 1,000 characters.
LONGEST_LINE = 4_000
# Nobody mends more at once, and each costs a look through the file.
MOST_PROBLEMS = 200
MOST_BLOCKS = 1_000


def loads(text: str) -> dict[str, Any]:
    """The content; raises ValueError with what is wrong, in words that follow "the file is not TOML:"."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deeply") from None
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python reads no number of thousands of digits
        raise ValueError("a number is too long") from None


def too_long(text: str) -> str:
    """What is wrong with the lines of a file; empty if nothing is."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            return f"line {number}: is longer than {LONGEST_LINE:,} characters; break it into several"
    return ""
