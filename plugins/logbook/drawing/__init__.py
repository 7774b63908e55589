"""What is filed of the logbook: a person's month as XLSX, ODS and PDF, a unit's as a workbook, drawn again when they change.

`sweep` finds what changed, `drawing` reads and draws and files it; `material` is what is read, `person_sheets`, `unit_book` and
`paper` are what is drawn of it.
"""
