"""Rooms in which people meet: which there are, when they are free, and booking one, never twice."""
