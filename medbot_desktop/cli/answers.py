"""Turn answers into the objects that the command line's contract names."""

from __future__ import annotations

from typing import Any

from medbot_desktop.domain import Answer, Citation, Hit, ModelUse


def answer_object(answer: Answer) -> dict[str, Any]:
    """What ``medbot ask --json`` prints."""
    utterance = answer.utterance
    return {
        "question": answer.question,
        "answer": answer.text,
        "language": utterance.language,
        "skill": answer.skill,
        "intent": {"name": utterance.intent.name, "confidence": utterance.intent.confidence},
        "emotion": utterance.emotion,
        "entities": [
            {
                "text": entity.text,
                "kind": entity.kind,
                "name": entity.name,
                "start": entity.start,
                "end": entity.end,
                "assertion": entity.assertion.value,
                "value": entity.value,
            }
            for entity in utterance.entities
        ],
        "triage": {
            "disposition": answer.triage.disposition.value,
            "red_flags": [flag.name for flag in answer.triage.red_flags],
            "reasons": list(answer.triage.reasons),
            "follow_up": answer.triage.follow_up,
        },
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


def hit_object(hit: Hit) -> dict[str, Any]:
    """One hit of ``medbot library search --json``."""
    return {
        "document_id": hit.passage.document_id,
        "title": hit.passage.title,
        "passage_id": hit.passage.id,
        "score": round(hit.score, 4),
        "quote": hit.passage.text,
    }


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
