"""Medicines: their names, what is published about each, and what they mean together."""
