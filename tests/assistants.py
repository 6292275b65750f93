"""Build an assistant of real parts around a pen of one's own, and read its turns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from medbot_desktop.assistant.answering import Answering, Pen
from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.assistant.complaints import Complaints
from medbot_desktop.assistant.medicine_answers import MedicineAnswers
from medbot_desktop.assistant.missed_pills import MissedPills
from medbot_desktop.assistant.recorded_medicines import RecordedMedicines
from medbot_desktop.assistant.skills import Skills
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Answer, Context, Conversation, Filters, Finished, Retrieved, TurnEvent, Utterance
from medbot_desktop.generation.extractive import ExtractiveComposer
from medbot_desktop.generation.question_kind import QuestionKinds
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.opening import open_embedder
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.missed_pills import missed_pills
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import emergency_numbers
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader

_CITED = re.compile(r"(\S.*?) \[(\d+)\](?= |$)")


class Retrieving(Protocol):
    """Finds passages."""

    def retrieve_each(self, message: str, *, filters: Filters) -> Sequence[Retrieved]: ...


class Reading(Protocol):
    """Reads messages."""

    def read(self, text: str, context: Context) -> Utterance: ...

    def signs(self, text: str) -> Utterance: ...


def assistant_of(
    retriever: Retrieving,
    embed: EmbedTexts,
    memory: ConversationStore,
    pen: Pen | None = None,
    reader: Reading | None = None,
) -> Assistant:
    """An assistant with the rules and words that ship."""
    resources = resources_folder()
    wording = load_resource(resources / "locale" / "en.toml", Wording)
    kinds = QuestionKinds.load(resources / "retrieval" / "question_kinds.toml")
    formulary = Formulary.load(resources)
    medicines = MedicineAnswers(formulary, wording.medicines)
    numbers, complaints = emergency_numbers("GB"), Complaints(Judge.load(resources))
    return Assistant(
        reader=reader or Reader.load(resources, formulary.spoken, open_embedder(ModelStore.standard())),
        watch=Watch.load(resources),
        complaints=complaints,
        skills=Skills(
            retriever=retriever,
            answering=Answering(ExtractiveComposer(embed, embed, kinds), wording, pen),
            wording=wording,
            numbers=numbers,
            complaints=complaints,
            medicines=medicines,
            record=RecordedMedicines(formulary, medicines, wording.record),
            pills=MissedPills(formulary, missed_pills(resources), wording.missed_pills),
            history=memory,
        ),
        memory=memory,
        wording=wording,
        numbers=numbers,
    )


def events_of(assistant: Assistant, conversation: Conversation, text: str) -> list[TurnEvent]:
    """All events of one turn."""
    return list(assistant.respond(conversation, text))


def answer_of(assistant: Assistant, conversation: Conversation, text: str) -> Answer:
    """The answer of one turn that must succeed."""
    last = events_of(assistant, conversation, text)[-1]
    assert isinstance(last, Finished), last
    return last.answer


def cited_sentences(text: str) -> list[tuple[str, int]]:
    """Each sentence of an answer that has a numbered mark, with its number."""
    lines = [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]
    return [(match.group(1), int(match.group(2))) for line in lines for match in _CITED.finditer(line)]


def unsupported_sentences(answer: Answer) -> list[str]:
    """The listed sentences of an answer that do not stand, word for word, in the passage that they cite."""
    passages = {citation.n: citation.passage.text for citation in answer.citations}
    wrong = [sentence for sentence, n in cited_sentences(answer.text) if sentence not in passages.get(n, "")]
    unmarked = [
        line for line in answer.text.splitlines() if line.startswith("- ") and not re.search(r" \[\d+\]$", line)
    ]
    return wrong + unmarked
