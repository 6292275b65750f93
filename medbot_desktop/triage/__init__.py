"""Deciding how soon which help is needed, from what was read in a message."""
