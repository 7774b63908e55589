"""Setting a Nextcloud up: the account, units' folders, the calendar, Talk's bot."""
