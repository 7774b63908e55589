"""`/rapat cari-waktu`: several times are proposed, everybody says when they can come, and one is taken."""
