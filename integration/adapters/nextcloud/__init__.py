"""Nextcloud, reached through nc-py-api: the only folder that knows that library."""
