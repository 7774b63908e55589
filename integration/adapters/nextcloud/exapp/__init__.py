"""Hadir as an external app of Nextcloud (AppAPI); off unless a secret is set."""
