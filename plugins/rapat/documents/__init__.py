"""What a meeting leaves on paper: undangan, daftar hadir, notulen. Plain data in, the bytes of a file out."""
