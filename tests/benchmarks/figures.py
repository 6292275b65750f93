"""What was measured, beside what it may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from medbot_desktop.inference import devices


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        name: what was measured.
        value: the figure.
        unit: e.g. ``ms``, ``MB``, ``x`` for a ratio.
        most: the budget where less is better; None where there is none.
        least: the budget where more is better; None where there is none.
        beside: what it was measured against, in words.
    """

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None
    beside: str = ""

    @property
    def within(self) -> bool | None:
        """Whether it keeps to its budget; None where it has none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


def percentile(values: Sequence[float], share: int) -> float:
    """The value below which this share, in percent, of the values lies."""
    return float(np.percentile(np.asarray(values), share))


def machine() -> dict[str, Any]:
    """The computer that the figures were measured on."""
    processor, memory = devices.processor(), devices.memory()
    return {
        "architecture": processor.architecture,
        "cores": processor.cores,
        "features": list(processor.features),
        "memory_gb": round(memory.total / 2**30, 1),
    }


def as_objects(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """The figures for programs."""
    return [asdict(figure) | {"within": figure.within} for figure in figures]


def print_table(figures: Iterable[Figure]) -> None:
    """The figures for people, with the machine above them."""
    here = machine()
    console = Console(highlight=False)
    features = " ".join(here["features"])
    console.print(f"{here['architecture']}, {here['cores']} cores, {here['memory_gb']} GB, {features}")
    table = Table("What", "Measured", "Budget", "Kept", "Measured against")
    for figure in figures:
        kept = {True: "yes", False: "NO", None: ""}[figure.within]
        table.add_row(figure.name, f"{figure.value:,.2f} {figure.unit}", _budget(figure), kept, figure.beside)
    console.print(table)


def _budget(figure: Figure) -> str:
    if figure.most is not None:
        return f"at most {figure.most:,g} {figure.unit}"
    return "" if figure.least is None else f"at least {figure.least:,g} {figure.unit}"
