"""`python -m integration.cli` is `hadir`."""

from integration.cli import main

main()
