"""Turn answers into the objects that the command line's contract names."""

from __future__ import annotations

from typing import Any

from medbot_desktop.domain import Answer, Citation, Hit, ModelUse, Triage, Utterance


def answer_object(answer: Answer) -> dict[str, Any]:
    """What ``medbot ask --json`` prints."""
    utterance = answer.utterance
    return {
        "question": answer.question,
        "answer": answer.text,
        "language": utterance.language,
        "skill": answer.skill,
        "intent": _intent(utterance),
        "emotion": utterance.emotion,
        "entities": _entities(utterance),
        "triage": triage_object(answer.triage),
        "sources": [_source(citation) for citation in answer.citations],
        "grounding": {
            "mode": answer.grounding.mode,
            "sentences": answer.grounding.sentences,
            "supported": answer.grounding.supported,
            "removed": answer.grounding.removed,
        },
        "model": _model(answer.model),
        "escalated": answer.escalated,
        "timings_ms": answer.timings_ms,
    }


def triage_object(triage: Triage) -> dict[str, Any]:
    """What ``medbot triage --json`` prints, and ``medbot ask --json`` in its ``triage``."""
    return {
        "disposition": triage.disposition.value,
        "red_flags": [flag.name for flag in triage.red_flags],
        "reasons": list(triage.reasons),
        "follow_up": triage.follow_up,
    }


def utterance_object(utterance: Utterance) -> dict[str, Any]:
    """What ``medbot understand --json`` prints."""
    return {
        "language": utterance.language,
        "intent": _intent(utterance),
        "entities": _entities(utterance),
        "emotion": utterance.emotion,
        "emotion_strength": utterance.emotion_strength,
    }


def hit_object(hit: Hit) -> dict[str, Any]:
    """One hit of ``medbot library search --json``."""
    return {
        "document_id": hit.passage.document_id,
        "title": hit.passage.title,
        "passage_id": hit.passage.id,
        "score": round(hit.score, 4),
        "quote": hit.passage.text,
    }


def _intent(utterance: Utterance) -> dict[str, Any]:
    return {"name": utterance.intent.name, "confidence": utterance.intent.confidence}


def _entities(utterance: Utterance) -> list[dict[str, Any]]:
    return [
        {
            "text": entity.text,
            "kind": entity.kind,
            "name": entity.name,
            "start": entity.start,
            "end": entity.end,
            "assertion": entity.assertion.value,
            "because": entity.because,
            "by_rules": entity.by_rules.value,
            "value": entity.value,
        }
        for entity in utterance.entities
    ]


def _source(citation: Citation) -> dict[str, Any]:
    passage = citation.passage
    return {
        "n": citation.n,
        "library": passage.library,
        "document_id": passage.document_id,
        "title": passage.title,
        "section": passage.section,
        "page": passage.page,
        "passage_id": passage.id,
        "quote": citation.quote,
        "score": round(citation.score, 4),
    }


def _model(model: ModelUse | None) -> dict[str, str] | None:
    return None if model is None else {"name": model.name, "tier": model.tier, "device": model.device}
