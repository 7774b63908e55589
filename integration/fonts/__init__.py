"""The letters of pictures and documents: every Latin one, on every machine. `LICENSE` says whose they are.

Made from DejaVu Sans Condensed 2.37 with fonttools: `pyftsubset FILE --no-hinting --layout-features=* --unicodes=` and
U+0020-007E,U+00A0-024F,U+02BB-02BC,U+0300-0312,U+0323-0328,U+1E00-1EFF,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,
U+2039-203A,U+20AC,U+2190-2193,U+2212,U+25CB,U+25CF,U+2605,U+2713.
"""

from pathlib import Path

REGULAR = Path(__file__).parent / "DejaVuSansCondensed.ttf"
BOLD = Path(__file__).parent / "DejaVuSansCondensed-Bold.ttf"
