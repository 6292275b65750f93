"""The window: what a person sees of MedBot, in PySide6, and nothing but this room imports it."""
