"""Video providers, one file each. Nextcloud Talk and Mattermost Calls belong to their platforms and lie there."""
