"""One's own reports: drafted, written in a line or a form, sent, looked at, brought again."""
