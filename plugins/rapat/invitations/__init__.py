"""Who is invited is told: by direct message, in the channel, and by their calendar; each once of every version, in order."""
