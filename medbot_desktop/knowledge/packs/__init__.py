"""Carry libraries to other computers as signed files."""
