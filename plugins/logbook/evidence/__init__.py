"""Files and links that show what an entry says."""
