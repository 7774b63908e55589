"""Hours, seasons and holidays as TOML files: those of this package (beside this file) and an administrator's own."""
