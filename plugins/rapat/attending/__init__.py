"""Who was there: checking in and out, the code in the room, guests, the provider's own times, and the list (daftar hadir)."""
