"""Hadir: attendance and office commands for a self-hosted Mattermost or Nextcloud."""

__version__ = "0.1.0"
