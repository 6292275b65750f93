"""Say what a suite found: as an object for programs, and as a page that stands by itself."""

from __future__ import annotations

from html import escape
from typing import Any

from medbot_desktop.evaluation.cases import Judged
from medbot_desktop.evaluation.scores import Calibration, Share
from medbot_desktop.evaluation.suites import Result

_WORST = 40
_WIDE = 8
"""Labels above which the columns of a page's table are numbered, with a key below."""
_STYLE = (
    "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:60rem;color:#1b1b1b}"
    "table{border-collapse:collapse;margin:1rem 0 2rem}"
    "th,td{border-bottom:1px solid #ccc;padding:.35rem .8rem;text-align:left;vertical-align:top}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}td.right{background:#e6f2e8}"
)


def in_words(share: Share) -> str:
    """A share with its 95 % interval, in percent."""
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%})"


def spelt_out(name: str) -> str:
    """The name of a share, for people."""
    return name.replace("_", " ").capitalize()


def as_object(result: Result) -> dict[str, Any]:
    """What ``medbot eval --json`` prints."""
    confusion = result.confusion
    return {
        "suite": result.suite,
        "cases": len(result.judged),
        "accuracy": _share(confusion.accuracy),
        "macro_f1": round(confusion.macro_f1, 4),
        "micro_f1": round(confusion.micro_f1, 4),
        "calibration": _calibration(result.calibration),
        "shares": {name: _share(share) for name, share in result.shares.items()},
        "labels": {
            label: {
                "recall": _share(confusion.recall(label)),
                "precision": _share(confusion.precision(label)),
                "f1": round(confusion.f1(label), 4),
            }
            for label in confusion.scored
        },
        "confusion": [
            {"expected": expected, "found": found, "cases": count}
            for (expected, found), count in sorted(confusion.counts.items())
        ],
        "wrong": [
            {"id": case.id, "expected": case.expected, "found": case.found, "because": case.because, "text": case.text}
            for case in result.wrong[:_WORST]
        ],
    }


def as_page(result: Result) -> str:
    """The whole report as HTML, with nothing that lies elsewhere."""
    confusion = result.confusion
    scores = [
        [label, in_words(confusion.recall(label)), in_words(confusion.precision(label)), f"{confusion.f1(label):.3f}"]
        for label in confusion.scored
    ]
    shares = [[spelt_out(name), in_words(share)] for name, share in result.shares.items()]
    calibration = result.calibration
    told = f"<p>{escape(calibration_in_words(calibration))}.</p>" if calibration else ""
    is_wide = len(confusion.labels) > _WIDE
    numbers = {label: f"{n}" if is_wide else label for n, label in enumerate(confusion.labels, start=1)}
    key = ", ".join(f"{n} {label}" for label, n in numbers.items()) if is_wide else ""
    counts = "".join(
        f"<tr><th>{escape(f'{numbers[expected]} {expected}' if is_wide else expected)}</th>"
        + "".join(
            f'<td class="n{" right" if expected == found else ""}">{confusion.counts[expected, found]:,}</td>'
            for found in confusion.labels
        )
        + "</tr>"
        for expected in confusion.expected
    )
    heads = "".join(f'<th title="{escape(label)}">{escape(numbers[label])}</th>' for label in confusion.labels)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(result.suite)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(result.suite)}</h1>"
        f"<p>{len(result.judged):,} cases, right in {in_words(confusion.accuracy)}; macro-F1 {confusion.macro_f1:.3f},"
        f" micro-F1 {confusion.micro_f1:.3f}."
        " In brackets, the 95 % interval.</p>"
        f"{_table(['Label', 'Recall', 'Precision', 'F1'], scores)}"
        f"{told}{_table(['Share', 'Of all'], shares) if shares else ''}"
        f"<h2>What was expected (rows), and what was found</h2><table><tr><th></th>{heads}</tr>{counts}</table>"
        f"{f'<p>The columns: {escape(key)}.</p>' if key else ''}"
        f"<h2>What went wrong</h2>{_table(['Case', 'Expected', 'Found', 'Because', 'Message'], _wrong(result.wrong))}"
    )


def calibration_in_words(calibration: Calibration) -> str:
    """How far stated confidences are from what was right, for people."""
    return f"Expected calibration error {calibration.error:.3f}, of {calibration.among:,} with a stated confidence"


def _calibration(calibration: Calibration | None) -> dict[str, float] | None:
    if calibration is None:
        return None
    return {"expected_error": round(calibration.error, 4), "among": calibration.among}


def _wrong(cases: list[Judged]) -> list[list[str]]:
    return [[case.id, case.expected, case.found, case.because, case.text] for case in cases[:_WORST]]


def _table(heads: list[str], rows: list[list[str]]) -> str:
    first = "".join(f"<th>{escape(head)}</th>" for head in heads)
    rest = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{first}</tr>{rest}</table>"


def _share(share: Share) -> dict[str, float]:
    low, high = share.interval
    return {
        "right": share.right,
        "among": share.among,
        "value": round(share.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
