"""Spreadsheets of last year's work and of SKP targets: read, guessed, shown, confirmed, taken whole or not at all."""
