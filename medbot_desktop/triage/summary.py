"""Sum a complaint up for the clinician, in the words that were said and in four parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from medbot_desktop.domain import Assertion, Entity, Triage
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.early_warning import news2
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.recorded import with_record

_MOST_WORDS = 8
"""A longer text is an answer to a question, and not the words of a sign."""
_LABELS = {
    "respiratory_rate": "breathing rate",
    "systolic": "blood pressure",
    "heart_rate": "heart rate",
    "oxygen_saturation": "oxygen saturation",
    "coma_scale": "coma scale",
    "early_warning_score": "early warning score as told",
    "pregnancy_weeks": "weeks of pregnancy",
    "peak_flow": "peak flow",
}
"""What a measure is called where its name would not do."""
_PRESSURE = ("systolic", "diastolic")
_COUNTED = re.compile(r"(?:breaths|beats) ")
_SAID = ("duration", "severity")
"""Measures that stand as they were said: "half an hour"."""


def sbar(dialogue: Dialogue, triage: Triage) -> str:
    """A summary for the clinician: situation, background, assessment, recommendation (NHS Improvement: SBAR, 2018).

    Args:
        dialogue: what was said.
        triage: what came of it.
    """
    said = dialogue.entities
    findings = Findings.of(said)
    held = [entity for entity in said if entity.name in findings.held and entity.assertion is Assertion.PRESENT]
    recorded = with_record(said, dialogue.known)[len(said) :]
    lasting = [entity for entity in held if entity.kind == "condition" or _lasts(entity)]
    denied = [entity for entity in said if entity.name in findings.denied and entity.assertion is Assertion.NEGATED]
    lines = [
        f"Situation: {triage.complaint or 'Complaint'}. "
        f"{_listed('Reports', _words(entity for entity in held if entity.kind in ('symptom', 'event')))} "
        f"{_listed('Denies', _words(denied))}",
        f"Background: {_listed('Known', _words(lasting))} "
        f"{_listed('Takes or names', [entity.name for entity in held if entity.kind == 'medicine'])} "
        f"{_listed('Besides', [entity.text for entity in recorded])}",
        f"Assessment: {_listed('Measured or said', _measures(said))} {_score(findings)} {' '.join(triage.reasons)}",
        f"Recommendation: {triage.disposition.value.replace('_', ' ')}. {' '.join(triage.steps)}",
    ]
    return "\n".join(" ".join(line.split()) for line in lines)


def _lasts(entity: Entity) -> bool:
    """Whether a circumstance belongs to somebody's history, and not to how the complaint is told ("crushing")."""
    return entity.kind == "context" and entity.name in _HISTORY


_HISTORY = frozenset(
    """adrenal_disease atrial_fibrillation asthma blood_thinner cancer_known chemo_now clot_before copd_known dementia
    diabetes diabetes_type1 diabetes_type2 dialysis elderly_frail epilepsy_known heart_disease heart_failure
    immune_lowered immune_weak insulin_user kidney_disease liver_disease long_term_steroids methotrexate no_spleen
    postpartum pregnant recent_surgery sickle_known smoker transplant valve_disease""".split()
)
"""Circumstances that a clinician is told of as the person's history."""


def _words(entities: Iterable[Entity]) -> list[str]:
    """The signs as they were said; by their names where they answered a question. Of two alike the longer one."""
    told = [_told(entity) for entity in entities]
    return [one for one in dict.fromkeys(told) if not any(one != other and one in other for other in told)]


def _told(entity: Entity) -> str:
    is_answer = entity.text.lower().startswith(("yes", "no")) or len(entity.text.split()) > _MOST_WORDS
    return entity.name.replace("_", " ") if is_answer else entity.text


def _measures(entities: Sequence[Entity]) -> list[str]:
    """What was measured, each once, with its unit; the two values of a blood pressure as one."""
    told = {entity.name: entity for entity in entities if entity.kind == "measure" and entity.value}
    found: list[str] = []
    for name, entity in told.items():
        value = entity.value or ""
        if name == "age":
            found.append(f"{value} old")
        elif name in _SAID:
            found.append(entity.text)
        elif name == "systolic" and "diastolic" in told:
            upper, lower = (str(told[one].value).partition(" ")[0] for one in _PRESSURE)
            found.append(f"blood pressure {upper}/{lower} mmHg")
        elif name != "diastolic" or "systolic" not in told:
            found.append(f"{_called(name)} {_COUNTED.sub('', value)}")
    return list(dict.fromkeys(found))


def _score(findings: Findings) -> str:
    """The early warning score of what was measured, with what each sign adds; empty where nothing was."""
    score = news2(findings.numbers, findings.held.keys(), least=1)
    if score is None:
        return ""
    parts = ", ".join(f"{_called(name)} {n}" for name, n in score.points.items() if n)
    return f"NEWS2 from what was given: at least {score.total}{f' ({parts})' if parts else ''}."


def _called(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " "))


def _listed(word: str, names: Sequence[str]) -> str:
    shown = ", ".join(dict.fromkeys(name.replace("_", " ") for name in names))
    return f"{word}: {shown}." if shown else ""
