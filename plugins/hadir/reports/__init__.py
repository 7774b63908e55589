"""Attendance on paper and in files: workbooks, PDF for signature, datasets; of a person, a unit or the whole office."""
