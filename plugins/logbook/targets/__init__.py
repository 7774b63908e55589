"""SKP targets (*rencana hasil kerja*): whose they are, how far along."""
