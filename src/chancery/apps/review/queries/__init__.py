"""Reads of the review room, as plain records."""
