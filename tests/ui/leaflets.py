"""Documents that a clinic could have."""

from __future__ import annotations

from pathlib import Path


def leaflet(folder: Path, name: str, text: str) -> Path:
    """A document that a clinic could have."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


PARKING = """# Where to park

## By car

Patients park behind the bakery. The blue zone is for ambulances only, and a warden comes every hour.

## By bicycle

Bicycles are chained to the rail beside the garden door.
"""
WARTS = """# Plantar warts

## Freezing

The nurse freezes plantar warts with liquid nitrogen on Thursdays. It stings for a day.
"""
