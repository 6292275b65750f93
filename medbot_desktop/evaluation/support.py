"""Judge whether the support check stops what a passage does not say, and lets through what it does."""

from __future__ import annotations

from collections.abc import Mapping

from medbot_desktop.evaluation.cases import Case, Judged, field
from medbot_desktop.evaluation.scores import Confusion, Share
from medbot_desktop.generation.support import check

SUPPORTED, LOST = "supported", "lost"
CHANGES = (
    "number", "unit", "negation", "medicine", "population", "time", "cause", "dropped condition", "swapped roles",
    "swapped items", "over-general", "joined",
)  # fmt: skip
"""What was changed in a sentence so that the passage does not say it any more."""

LABELS = (*CHANGES, SUPPORTED, LOST)


def judge_support(case: Case) -> list[Judged]:
    """Judge one sentence; a false one is expected to be stopped, which finds its change.

    Args:
        case: has ``text``, the sentence; ``passage``; ``supported``; and ``change``, empty where it is supported.

    Raises:
        InputError: the case lacks one of these.
    """
    verdict = check(case["text"], field(case, "passage", str))
    change = field(case, "change", str)
    if field(case, "supported", bool):
        expected, found = SUPPORTED, SUPPORTED if verdict.holds else LOST
    else:
        expected, found = change, SUPPORTED if verdict.holds else change
    because = f"{verdict.fault.value} {verdict.detail}".strip() if verdict.fault else ""
    return [Judged(str(case["id"]), case["text"], expected, found, because)]


def support_shares(confusion: Confusion) -> Mapping[str, Share]:
    """How many of the false sentences were stopped, and how many of the true ones were lost."""
    false = [(found, n) for (expected, found), n in confusion.counts.items() if expected != SUPPORTED]
    return {
        "false_stopped": Share(sum(n for found, n in false if found != SUPPORTED), sum(n for _, n in false)),
        "true_lost": Share(confusion.counts[SUPPORTED, LOST], confusion.recall(SUPPORTED).among),
    }
