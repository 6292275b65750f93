"""Say what is published about contraceptive pills that were missed, by the kind of pill."""

from __future__ import annotations

import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.resources import load_resource


class MissedPill(BaseModel):
    """What to do about a missed pill of one kind, as national bodies publish it, in our own words.

    Attributes:
        name: the class of the formulary that it is.
        called: what people call it.
        about: the medicine of this kind whose monograph explains more.
        lines: what to do, one sentence each.
        sources: the bodies and their pages.
        reviewed: when it was last read over.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    called: str
    about: str
    lines: list[str] = Field(min_length=2)
    sources: list[str] = Field(min_length=1)
    reviewed: datetime.date


class MissedPillFile(BaseModel):
    """``medicines/missed_pills.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pill: list[MissedPill]


def missed_pills(resources: Path) -> tuple[MissedPill, ...]:
    """Read what to do about missed pills.

    Raises:
        InputError: the file is missing or wrong.
    """
    return tuple(load_resource(resources / "medicines" / "missed_pills.toml", MissedPillFile).pill)
