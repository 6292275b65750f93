"""The words that every room uses: what was said, how urgent it is, what supports the answer."""

from medbot_desktop.domain.answered import Answer, Grounding, ModelUse, ModelWork
from medbot_desktop.domain.events import (
    Alert,
    Cited,
    Failed,
    Finished,
    Question,
    TextDelta,
    ToolUsed,
    Triaged,
    TurnEvent,
    Understood,
)
from medbot_desktop.domain.found import Citation, Filters, Hit, Passage, Retrieved
from medbot_desktop.domain.kept import Conversation, Message, Person
from medbot_desktop.domain.known import Context, context_of
from medbot_desktop.domain.said import (
    CLINICAL_KINDS,
    FROM_RECORD,
    GONE,
    RECORDED,
    UNKNOWN_MEDICINE,
    Assertion,
    Entity,
    Intent,
    Utterance,
)
from medbot_desktop.domain.urgency import Because, Disposition, RedFlag, Triage

__all__ = [
    "CLINICAL_KINDS",
    "FROM_RECORD",
    "GONE",
    "RECORDED",
    "UNKNOWN_MEDICINE",
    "Alert",
    "Answer",
    "Assertion",
    "Because",
    "Citation",
    "Cited",
    "Context",
    "Conversation",
    "Disposition",
    "Entity",
    "Failed",
    "Filters",
    "Finished",
    "Grounding",
    "Hit",
    "Intent",
    "Message",
    "ModelUse",
    "ModelWork",
    "Passage",
    "Person",
    "Question",
    "RedFlag",
    "Retrieved",
    "TextDelta",
    "ToolUsed",
    "Triage",
    "Triaged",
    "TurnEvent",
    "Understood",
    "Utterance",
    "context_of",
]
