"""Leave out of what to do the steps that could harm this very person: aspirin with a blood thinner."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.triage.findings import Findings

_ALLERGY = "allergy"


class LeftOut(BaseModel):
    """A step that is not for everybody.

    Attributes:
        says: words by which the step is known.
        signs: the signs, circumstances and medicines of which one is enough to leave it out.
        allergies: what an allergy is to that leaves it out.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    says: str = Field(min_length=8)
    signs: list[str]
    allergies: list[str]

    def is_for(self, findings: Findings) -> bool:
        """Whether the step is to be left out for this person."""
        allergic = any(one.kind == _ALLERGY for name in self.allergies for one in findings.held.get(name, ()))
        return allergic or any(map(findings.holds, self.signs))


class LeftOutFile(BaseModel):
    """``triage/left_out.toml``: the steps that are not for everybody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: list[LeftOut]

    def fitting(self, steps: Sequence[str], findings: Findings) -> tuple[str, ...]:
        """The steps that are for this person.

        Args:
            steps: what to do, one sentence each.
            findings: what is known, with what the record holds.
        """
        words = [one.says.lower() for one in self.step if one.is_for(findings)]
        return tuple(step for step in steps if not any(said in step.lower() for said in words))
