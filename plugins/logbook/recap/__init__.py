"""A month in figures and files, and its export."""
