"""The office's people as a file: read it, check it whole, compare it with the database, write it; and the way back."""
