"""Ask about a number that cannot be, a temperature of 400 or an age of -3, rather than to guess what was meant."""

from __future__ import annotations

from collections.abc import Collection

from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.protocols import Asked

_NOT_SURE = "Not sure"


class Doubt(Asked):
    """The question about a number that cannot be: which it is."""


def doubted(findings: Findings, settled: Collection[int] = ()) -> Doubt | None:
    """The question about the first number that cannot be; None where there is none.

    Args:
        findings: what is known.
        settled: the offsets of numbers that were asked about already.
    """
    for entity in findings.strange:
        if entity.start not in settled:
            names = sorted((one.name for one in findings.strange if one.start == entity.start), reverse=True)
            return Doubt(asks=names, text=f"You wrote “{entity.text}”. What is it exactly?", buttons=[_NOT_SURE])
    return None
