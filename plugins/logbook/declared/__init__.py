"""What an office or a unit asks of an entry beside what every entry has."""
