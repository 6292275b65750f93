"""The window: what a person sees of MedBot, in PySide6, and nothing but this room imports it."""

import builtins

import PySide6.QtCore  # noqa: F401

# From here on PySide6 would read the source of each module that is imported, to see whether it asks for Python's manner
# of names (``from __feature__ import snake_case``), and Python would keep all those lines. No module of MedBot asks.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
