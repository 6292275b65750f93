"""One turn: in which order things come, what is stored, and what a failure leaves behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from medbot_desktop.assistant.answering import Pen
from medbot_desktop.assistant.assistant import Assistant
from medbot_desktop.assistant.skills import SUMMARY
from medbot_desktop.domain import (
    Alert,
    Cited,
    Context,
    Conversation,
    Disposition,
    Failed,
    Filters,
    Finished,
    Intent,
    Question,
    Retrieved,
    TextDelta,
    ToolUsed,
    Understood,
    Utterance,
)
from medbot_desktop.errors import LibraryError, ModelError
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import MOST_QUESTIONS
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from tests.assistants import answer_of, assistant_of, events_of, unsupported_sentences
from tests.drafts import everything_copied

SORE_THROAT = "how do I treat a sore throat"
HEART = "crushing chest pain and my left arm is numb"


class FailingOnce:
    """A retriever of which the first search fails."""

    def __init__(self, knowledge: Knowledge, error: Exception) -> None:
        self._retriever = knowledge.retriever
        self._errors = [error]

    def retrieve_each(self, message: str, *, filters: Filters) -> tuple[Retrieved, ...]:
        if self._errors:
            raise self._errors.pop()
        return self._retriever.retrieve_each(message, filters=filters)


class Composer:
    """A text model that writes what was recorded, and fails after it where it should."""

    identity = "composer@0123"
    ready = True
    device = "cpu"
    capabilities = Capabilities("llama.cpp", 4096)

    def __init__(self, written: str, fault: ModelError | None = None) -> None:
        self._written, self._fault = written, fault
        self.asked: list[str] = []

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(len(message.content.split()) for message in messages)

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        self.asked.append(messages[-1].content)
        if copied := everything_copied(messages):
            yield copied
            return
        if grammar is None:
            yield self._written
        if self._fault:
            raise self._fault


class Meant:
    """A reader that takes every message for the same want."""

    def __init__(self, intent: str) -> None:
        self._reader = Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)
        self._intent = Intent(intent, 1.0)

    def read(self, text: str, context: Context) -> Utterance:
        return replace(self._reader.read(text, context), intent=self._intent)


@pytest.fixture
def memory(knowledge: Knowledge) -> ConversationStore:
    return ConversationStore(knowledge.vault, Access(knowledge.vault, DEMO_ACCOUNT))


@pytest.fixture
def talk(memory: ConversationStore) -> Conversation:
    return memory.start()


@pytest.fixture
def build(knowledge: Knowledge, memory: ConversationStore) -> Callable[..., Assistant]:
    def assistant(**parts: object) -> Assistant:
        given = {"retriever": knowledge.retriever} | parts
        return assistant_of(embed=knowledge.prepared.embed, memory=memory, **given)  # type: ignore[arg-type]

    return assistant


@pytest.fixture
def assistant(build: Callable[..., Assistant]) -> Assistant:
    return build()


@pytest.mark.parametrize(
    "text", [SORE_THROAT, HEART, "hello", "thank you", "what is multiple sclerosis", "who are you"]
)
def test_a_turn_begins_with_what_was_understood_and_ends_with_the_answer(
    assistant: Assistant, talk: Conversation, text: str
) -> None:
    events = events_of(assistant, talk, text)
    assert isinstance(events[0], Understood)
    assert [type(event) for event in events].count(Finished) == 1
    assert isinstance(events[-1], Finished)


def test_an_alert_comes_before_any_text(assistant: Assistant, talk: Conversation) -> None:
    kinds = [type(event) for event in events_of(assistant, talk, HEART)]
    assert kinds[:2] == [Understood, Alert]
    assert kinds.index(TextDelta) > 1


def test_an_alert_names_the_number_and_the_answer_keeps_it(assistant: Assistant, talk: Conversation) -> None:
    events = events_of(assistant, talk, HEART)
    [alert] = [event for event in events if isinstance(event, Alert)]
    assert alert.triage.disposition is Disposition.EMERGENCY
    said = " ".join(sentence for flag in alert.triage.red_flags for sentence in (flag.why, *flag.do_now))
    assert "999" in said
    assert "{" not in said
    assert isinstance(events[-1], Finished)
    kept = events[-1].answer.triage
    assert (kept.disposition, kept.red_flags) == (alert.triage.disposition, alert.triage.red_flags)


def test_the_pieces_of_text_make_up_the_answer(assistant: Assistant, talk: Conversation) -> None:
    events = events_of(assistant, talk, SORE_THROAT)
    assert isinstance(events[-1], Finished)
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == events[-1].answer.text


def test_a_source_comes_just_before_the_text_that_cites_it(assistant: Assistant, talk: Conversation) -> None:
    events = events_of(assistant, talk, SORE_THROAT)
    for event, following in pairwise(events):
        if isinstance(event, Cited):
            assert isinstance(following, TextDelta)
            assert following.text.endswith(f"[{event.citation.n}]")


def test_the_search_is_told_as_a_step(assistant: Assistant, talk: Conversation) -> None:
    assert [event.name for event in events_of(assistant, talk, SORE_THROAT) if isinstance(event, ToolUsed)] == [
        "library.search"
    ]


def test_an_answer_ends_with_the_disclaimer(assistant: Assistant, talk: Conversation) -> None:
    assert answer_of(assistant, talk, SORE_THROAT).text.endswith("If you are worried, ask a clinician.")


def test_the_answer_is_stored_as_it_was_given(
    assistant: Assistant, talk: Conversation, memory: ConversationStore
) -> None:
    last = events_of(assistant, talk, SORE_THROAT)[-1]
    assert isinstance(last, Finished)
    asked, answered = memory.messages(talk.id)
    assert asked.text == SORE_THROAT
    assert answered.id == last.message_id
    assert answered.answer == last.answer


@pytest.mark.parametrize("taken", [1, 2, 3, 5])
def test_closing_the_turn_stores_nothing(
    assistant: Assistant, talk: Conversation, memory: ConversationStore, taken: int
) -> None:
    events = assistant.respond(talk, SORE_THROAT)
    for _ in range(taken):
        next(events)
    events.close()
    assert memory.messages(talk.id) == []
    assert answer_of(assistant, talk, SORE_THROAT).citations


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (LibraryError("The index is damaged.", "Open MedBot again."), "The index is damaged."),
        (RuntimeError("a secret word"), "Something went wrong inside MedBot, so this message was not answered."),
        (MemoryError(), "Something went wrong inside MedBot, so this message was not answered."),
    ],
)
def test_a_failed_turn_is_one_clear_sentence_and_the_next_one_works(
    build: Callable[..., Assistant],
    knowledge: Knowledge,
    talk: Conversation,
    memory: ConversationStore,
    error: Exception,
    message: str,
) -> None:
    assistant = build(retriever=FailingOnce(knowledge, error))
    failed = events_of(assistant, talk, SORE_THROAT)[-1]
    assert isinstance(failed, Failed)
    assert failed.message == message
    assert failed.hint
    assert memory.messages(talk.id) == []
    assert answer_of(assistant, talk, SORE_THROAT).citations


def test_the_log_of_a_failed_turn_holds_nobodys_words(
    build: Callable[..., Assistant], knowledge: Knowledge, talk: Conversation, caplog: pytest.LogCaptureFixture
) -> None:
    events_of(build(retriever=FailingOnce(knowledge, RuntimeError("my secret"))), talk, f"{SORE_THROAT}, my secret")
    assert caplog.records
    assert "secret" not in caplog.text + repr([record.__dict__ for record in caplog.records])


def test_an_alert_is_given_even_where_the_search_fails(
    build: Callable[..., Assistant], knowledge: Knowledge, talk: Conversation
) -> None:
    events = events_of(build(retriever=FailingOnce(knowledge, RuntimeError())), talk, HEART)
    assert [type(event) for event in events] == [Understood, Alert, Failed]


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("hello", "greeting"),
        ("thanks a lot", "thanks"),
        ("who are you", "small_talk"),
        ("can I talk to a person please", "speak_to_person"),
        ("wie behandle ich meine Halsschmerzen und das Fieber", "other_language"),
        ("what is the capital of Mongolia", "not_found"),
        (SORE_THROAT, "health_question"),
    ],
)
def test_the_skill_follows_from_what_the_person_wants(
    assistant: Assistant, talk: Conversation, text: str, skill: str
) -> None:
    assert answer_of(assistant, talk, text).skill == skill


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("J'ai pris trop de médicaments", "C'est peut-être une urgence"),
        ("mi hijo bebió lejía", "Esto puede ser una emergencia"),
        ("er hat eine Batterie verschluckt", "Das kann ein Notfall sein"),
        ("tomei 30 comprimidos", "Isto pode ser uma emergência"),
    ],
)
def test_an_emergency_in_another_tongue_is_answered_in_it_first(
    assistant: Assistant, talk: Conversation, text: str, call: str
) -> None:
    events = events_of(assistant, talk, text)
    [alert] = [event for event in events if isinstance(event, Alert)]
    assert alert.triage.steps[0].startswith(call)
    answer = answer_of(assistant, talk, text)
    assert answer.skill == "other_language"
    assert answer.text.startswith(call)


@pytest.mark.parametrize(
    ("text", "first", "option"),
    [
        ("quiero morir", "Gracias por decirlo.", "Sí, por favor"),
        ("j'ai envie d'en finir", "Merci de l'avoir dit.", "Oui, s'il vous plaît"),
        ("Ich will sterben", "Es ist gut, dass Sie das gesagt haben.", "Ja, bitte"),
        ("não quero mais viver", "Ainda bem que disse isto.", "Sim, por favor"),
    ],
)
def test_a_crisis_of_mind_in_another_tongue_gets_kind_words_in_it(
    assistant: Assistant, talk: Conversation, text: str, first: str, option: str
) -> None:
    events = events_of(assistant, talk, text)
    [question] = [event for event in events if isinstance(event, Question)]
    assert question.options[0] == option
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.answer.skill == "crisis"
    assert last.answer.text.startswith(first)
    assert "{" not in last.answer.text


def test_what_the_library_does_not_hold_is_said_with_the_nearest_topics(
    assistant: Assistant, talk: Conversation
) -> None:
    answer = answer_of(assistant, talk, "what happens during a bone marrow transplant")
    assert answer.skill == "not_found"
    assert answer.text.startswith("The library does not hold an answer to that")
    assert "Please ask a member of staff" in answer.text
    assert answer.grounding.mode == "none"


def test_what_a_composing_model_writes_is_shown_only_where_it_is_supported(
    build: Callable[..., Assistant], talk: Conversation, knowledge: Knowledge
) -> None:
    passage = knowledge.retriever.retrieve(SORE_THROAT).hits[0].passage
    sentence = passage.text.splitlines()[0]
    written = f"{sentence} [1] Take 40 tablets of morphine. [1]"
    answer = answer_of(build(pen=Pen(Composer(written), "a model", "composes")), talk, SORE_THROAT)
    assert answer.grounding.mode == "composed"
    assert answer.grounding.removed >= 1
    assert sentence in answer.text
    assert "morphine" not in answer.text


def test_a_composing_model_reads_what_was_asked_before_in_the_same_conversation(
    build: Callable[..., Assistant], talk: Conversation, memory: ConversationStore
) -> None:
    composer = Composer("Drink water. [1]")
    assistant = build(pen=Pen(composer, "a model", "composes"))
    answer_of(assistant, memory.start(), "what is gout")
    answer_of(assistant, talk, SORE_THROAT)
    assert not any("Asked before" in prompt for prompt in composer.asked)
    answer_of(assistant, talk, "what is tonsillitis")
    assert any(f"Asked before: {SORE_THROAT}" in prompt for prompt in composer.asked)
    assert not any("gout" in prompt.partition("Asked before")[2] for prompt in composer.asked)


def test_a_composing_model_that_dies_after_a_sentence_leaves_the_rest_to_the_library(
    build: Callable[..., Assistant], talk: Conversation, knowledge: Knowledge
) -> None:
    sentence = knowledge.retriever.retrieve(SORE_THROAT).hits[0].passage.text.splitlines()[0]
    pen = Pen(Composer(f"{sentence} [1] Sle", ModelError("It died.")), "a model", "composes")
    answer = answer_of(build(pen=pen), talk, SORE_THROAT)
    assert answer.grounding.mode == "composed"
    assert answer.grounding.sentences == answer.grounding.supported > 3
    assert answer.text.count(sentence) == 1
    assert answer.model is not None
    assert unsupported_sentences(answer) == []


@pytest.mark.parametrize("written", ["", "NOT FOUND", "Take 40 tablets of morphine. [1]"])
def test_a_composing_model_without_a_supported_sentence_leaves_the_librarys_own(
    build: Callable[..., Assistant], talk: Conversation, written: str
) -> None:
    pen = Pen(Composer(written, ModelError("It died.")), "a model", "composes")
    answer = answer_of(build(pen=pen), talk, SORE_THROAT)
    assert answer.grounding.mode == "extractive"
    assert answer.grounding.sentences == answer.grounding.supported > 0
    assert unsupported_sentences(answer) == []


def test_what_a_model_did_is_told_with_the_answer(
    build: Callable[..., Assistant], talk: Conversation, knowledge: Knowledge
) -> None:
    sentence = knowledge.retriever.retrieve(SORE_THROAT).hits[0].passage.text.splitlines()[0]
    assistant = build(pen=Pen(Composer(f"{sentence} [1] Take 40 tablets of morphine. [1]"), "a model", "composes"))
    for skill, did in (("health_question", [("composer", True, True)]), ("greeting", [])):
        answer = answer_of(assistant, talk, SORE_THROAT if did else "hello")
        assert answer.skill == skill
        assert [(work.model, work.composed, work.fell_back) for work in answer.work] == did


def test_a_model_whose_place_was_taken_is_told_with_the_answer(
    build: Callable[..., Assistant], talk: Conversation
) -> None:
    answer = answer_of(build(pen=Pen(Composer("", ModelError("It died.")), "a model", "composes")), talk, SORE_THROAT)
    assert [(work.model, work.tokens, work.composed, work.fell_back) for work in answer.work] == [
        ("composer", 1, False, True)
    ]


class Absent(Composer):
    """A model that composes, and cannot be asked."""

    ready = False

    def start(self) -> None:
        """Comes to nothing."""


class Phraser(Composer):
    """A model that takes the last of the sentences that it may choose from."""

    identity = "phraser@4567"

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        assert grammar is not None, "it is asked for nothing else"
        yield json.loads(grammar.rpartition(" | ")[2])


def test_while_the_model_that_composes_cannot_be_asked_the_one_that_phrases_phrases(
    build: Callable[..., Assistant], talk: Conversation
) -> None:
    phrasing = Pen(Phraser(""), "small", "phrases")
    asked = build(pen=Pen(Absent(""), "large", "composes", phrasing=phrasing))
    answer = answer_of(asked, talk, "hello")
    assert answer.model is not None
    assert (answer.model.name, answer.model.tier) == ("small", "phrases")
    answer = answer_of(asked, talk, SORE_THROAT)
    assert answer.grounding.mode == "extractive"
    work = {one.model: (one.tokens, one.fell_back) for one in answer.work}
    assert work == {"composer": (0, True), "phraser": (1, False)}
    present = build(pen=Pen(Composer("Rest. [1]"), "large", "composes", phrasing=phrasing))
    assert answer_of(present, talk, "hello").work == ()


@pytest.mark.parametrize("tier", ["phrases", "silent"])
def test_a_model_that_may_not_compose_writes_nothing_medical(
    build: Callable[..., Assistant], talk: Conversation, tier: str
) -> None:
    pen = Pen(Composer("Rest at home. [1]"), "a model", tier)
    assert answer_of(build(pen=pen), talk, SORE_THROAT).grounding.mode == "extractive"


def test_each_question_of_a_message_is_answered_under_its_own_words(assistant: Assistant, talk: Conversation) -> None:
    answer = answer_of(assistant, talk, "What is asthma? How do I stop a nosebleed?")
    assert answer.text.count("You asked: ") == 2
    assert {citation.passage.document_id for citation in answer.citations} == {"asthma", "nosebleeds"}
    assert answer.text.index("asthma") < answer.text.index("nosebleed")
    assert answer.grounding.sentences == answer.grounding.supported > 3
    assert unsupported_sentences(answer) == []


def test_of_two_questions_the_one_without_an_answer_is_said_to_have_none(
    assistant: Assistant, talk: Conversation
) -> None:
    answer = answer_of(assistant, talk, "What is asthma? What happens during a bone marrow transplant?")
    assert answer.skill == "health_question"
    assert "The library does not hold an answer to that" in answer.text
    assert {citation.passage.document_id for citation in answer.citations} == {"asthma"}


def test_who_wants_a_person_in_a_crisis_is_heard_and_the_turn_is_marked(
    assistant: Assistant, talk: Conversation, memory: ConversationStore
) -> None:
    met = answer_of(assistant, talk, "I want to die")
    wanted = answer_of(assistant, talk, "Yes, please")
    assert (met.skill, met.escalated) == ("crisis", False)
    assert (wanted.skill, wanted.escalated) == ("crisis", True)
    assert "show this screen to the staff at the desk now" in wanted.text
    assert memory.messages(talk.id)[-1].answer == wanted


def test_who_wants_nobody_in_a_crisis_is_not_left_alone_with_the_next_message(
    assistant: Assistant, talk: Conversation
) -> None:
    answers = [answer_of(assistant, talk, text) for text in ("I want to die", "Not now", "I feel so alone")]
    assert [answer.skill for answer in answers] == ["crisis"] * 3
    assert not any(answer.escalated for answer in answers)


def test_a_yes_in_a_crisis_is_none_to_the_question_before_it(assistant: Assistant, talk: Conversation) -> None:
    answer_of(assistant, talk, "I have a headache")
    answer_of(assistant, talk, "I want to die")
    wanted = answer_of(assistant, talk, "yes")
    assert wanted.escalated
    assert wanted.triage.disposition is Disposition.NONE


@pytest.mark.parametrize("odd", ["temperature 400", "age -3", "hello, blood pressure 120/800"])
def test_a_number_that_cannot_be_is_asked_about_and_nothing_else_is_said(
    assistant: Assistant, talk: Conversation, odd: str
) -> None:
    events = events_of(assistant, talk, odd)
    [question] = [event for event in events if isinstance(event, Question)]
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text == question.text == events[-1].answer.triage.follow_up
    assert question.text.startswith("You wrote “")


def test_the_number_that_is_given_then_is_read(assistant: Assistant, talk: Conversation) -> None:
    answer_of(assistant, talk, "temperature 400")
    answer = answer_of(assistant, talk, "no sorry 40")
    assert answer.skill == "symptom_report"
    assert answer.triage.disposition is Disposition.URGENT


def test_a_number_put_right_where_nothing_is_wrong_is_thanked_for(assistant: Assistant, talk: Conversation) -> None:
    answer_of(assistant, talk, "age -3")
    assert answer_of(assistant, talk, "3").text == "Thank you. What is wrong, or what would you like to know?"


def test_a_question_about_a_medicine_is_answered_before_a_number_is_doubted(
    assistant: Assistant, talk: Conversation
) -> None:
    answer = answer_of(assistant, talk, "can I take ibuprofen, blood pressure 120/800")
    assert answer.skill == "medicine_question"
    assert answer.text.endswith("You wrote “120/800”. What is it exactly?")


def test_a_library_that_is_switched_off_is_not_asked(assistant: Assistant, talk: Conversation) -> None:
    answer = answer_of(assistant, replace(talk, libraries_off=("core",)), SORE_THROAT)
    assert answer.skill == "not_found"
    assert answer.citations == ()


def test_the_times_of_the_steps_are_kept(assistant: Assistant, talk: Conversation) -> None:
    timings = answer_of(assistant, talk, SORE_THROAT).timings_ms
    assert {"understand", "triage", "retrieve", "first_text", "total"} <= set(timings)
    assert all(value >= 0 for value in timings.values())


@pytest.mark.parametrize("intent", ["medicine_question", "interaction_check", "health_question", "out_of_scope"])
def test_a_medicine_that_is_not_known_is_told_whatever_the_message_seems_to_want(
    build: Callable[..., Assistant], talk: Conversation, intent: str
) -> None:
    assistant = build(reader=Meant(intent))
    answer = answer_of(assistant, talk, "I take warfarin and bisoprolol, is dabrafenib ok?")
    assert answer.skill == "interaction_check"
    assert answer.text.startswith("I do not know dabrafenib: ")


def test_a_complaint_goes_on_behind_a_medicine_that_is_not_known(
    build: Callable[..., Assistant], talk: Conversation
) -> None:
    assistant = build(reader=Meant("symptom_report"))
    answer = answer_of(assistant, talk, "I have a sore throat since Monday. Can I take zzzmycin with ibuprofen?")
    assert answer.skill == "symptom_report"
    assert answer.text.startswith("I do not know zzzmycin: ")
    assert answer.text.rstrip().endswith("?")


def test_a_message_that_is_too_long_raises_its_alarm_and_is_refused(
    assistant: Assistant, memory: ConversationStore, talk: Conversation
) -> None:
    story = "I went to the shop and then I walked home and made some tea for us. " * 70
    alert, failed = events_of(assistant, talk, f"{story}{HEART}")
    assert isinstance(alert, Alert)
    assert alert.triage.disposition is Disposition.EMERGENCY
    assert "{" not in " ".join(alert.triage.steps)
    assert isinstance(failed, Failed)
    assert memory.messages(talk.id) == []
    [refused] = events_of(assistant, talk, story)
    assert isinstance(refused, Failed)


def test_the_end_of_a_complaint_says_no_sentence_of_its_beginning_again(
    assistant: Assistant, talk: Conversation
) -> None:
    events = events_of(assistant, talk, "I have a sore throat")
    assert isinstance(events[-1], Finished)
    first = events[-1].answer
    assert first.citations
    for _ in range(MOST_QUESTIONS + 1):
        if not any(isinstance(event, Question) for event in events):
            break
        events = events_of(assistant, talk, "No")
    assert isinstance(events[-1], Finished)
    last = events[-1].answer
    [summary] = [event.detail for event in events if isinstance(event, ToolUsed) and event.name == SUMMARY]
    assert summary.startswith("Situation: Sore throat.")
    assert last.text.startswith("Thank you, that is all I need to ask.")
    assert last.citations == ()
    disclaimer = last.text.split("\n\n")[-1]
    assert set(last.text.split("\n\n")) & set(first.text.split("\n\n")) == {disclaimer}


def test_an_answer_that_makes_an_emergency_points_to_the_alert(assistant: Assistant, talk: Conversation) -> None:
    events_of(assistant, talk, "I have a headache")
    events = events_of(assistant, talk, "yes")
    assert any(isinstance(event, Alert) for event in events)
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.text.startswith("Please act on the advice above first.")


@pytest.mark.parametrize(
    "text",
    ["how much paracetamol is too much? I want to die", "how much paracetamol is too much to kill me",
     "how much ibuprofen is too much, I feel hopeless"],
)  # fmt: skip
def test_who_may_mean_self_harm_is_stayed_with_and_told_no_amount(
    assistant: Assistant, talk: Conversation, text: str
) -> None:
    answer = answer_of(assistant, talk, text)
    assert answer.skill == "crisis"
    assert not re.search(r"\d+(?:,\d+)? ?m?g\b", answer.text)


def test_who_only_asks_for_the_most_is_told_it(assistant: Assistant, talk: Conversation) -> None:
    answer = answer_of(assistant, talk, "how much paracetamol is too much")
    assert answer.skill == "medicine_question"
    assert "4 g in 24 hours" in answer.text.splitlines()[0]


def test_a_blood_thinner_of_an_earlier_message_keeps_aspirin_out_of_the_alert(
    assistant: Assistant, talk: Conversation
) -> None:
    answer_of(assistant, talk, "I take warfarin. What is it for?")
    alert = next(event for event in events_of(assistant, talk, HEART) if isinstance(event, Alert))
    assert "chew one aspirin" not in " ".join(step for flag in alert.triage.red_flags for step in flag.do_now).lower()


def test_despair_of_an_earlier_message_makes_the_question_for_the_most_a_crisis(
    assistant: Assistant, talk: Conversation
) -> None:
    asked = "What is the maximum dose of paracetamol?"
    assert answer_of(assistant, talk, asked).skill == "medicine_question"
    answer_of(assistant, talk, "I feel hopeless")
    met = answer_of(assistant, talk, asked)
    assert met.skill == "crisis"
    assert "4 g" not in met.text


def test_a_question_that_names_a_condition_draws_no_care_card(assistant: Assistant, talk: Conversation) -> None:
    answer = answer_of(assistant, talk, "I have a stomach ulcer, can I take aspirin")
    assert answer.triage.disposition is Disposition.NONE
    assert answer.text.startswith("- Do not take aspirin, or ask first, if you have had an ulcer")


def test_a_forgotten_pill_is_answered_with_its_rules_and_asked_about(assistant: Assistant, talk: Conversation) -> None:
    events = events_of(assistant, talk, "I forgot my pill this morning")
    assert [event.options for event in events if isinstance(event, Question)]
    reply = answer_of(assistant, talk, "I missed my mini-pill")
    assert "Mini-pill, later than that" in reply.text
    assert "Combined pill" not in reply.text
