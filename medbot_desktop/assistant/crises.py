"""Stay with somebody in a crisis of mind: calm words, the offer to fetch a person, and an ear for what they answer."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from enum import StrEnum

from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Crisis
from medbot_desktop.domain import Conversation, Disposition, Question, TextDelta, Triage, Utterance
from medbot_desktop.triage.numbers import EmergencyNumbers

_MOST = 200
"""Conversations whose crisis is remembered; the oldest goes first."""
_SURE = 0.9
_CRISIS_FLAGS = frozenset({"suicidal", "suicide_attempt", "suicide_dose", "suicide_most", "overdose_with_intent"})
_HARM_FLAGS = frozenset({"harm_intent"})
_OF_MEDICINES = frozenset({"medicine_question", "interaction_check"})
_OTHER_MATTERS = frozenset(
    """health_question appointment_book appointment_change appointment_cancel appointment_ask coverage_question
    billing_question authorisation_question""".split()
)
_OF_THE_MIND = ("low_mood:", "anxiety_or_panic:", "bereavement:", "no protocol")
"""How the rules begin that belong to a crisis of mind; what no complaint tells of may be about it, too."""

_PERSON = (
    r"(?:some ?one|some ?body|any ?one|any ?body|(?:a|the|real) (?:person|human|nurse|doctor|member|staff)|staff|help)"
)
_YES = re.compile(
    r"^\W*(?:y|yes+|yeah+|yep|yup|aye|ok(?:ay)?|sure|please|definitely|of course|go (?:on|ahead)|i.?d like that"
    r"|s[ií]|claro|vale|oui|d.accord|ja|bitte|gerne|sim"
    r"|i (?:would|do)(?: like that)?(?= please|\W*$))\b",
    re.IGNORECASE,
)
_ACKNOWLEDGED = re.compile(r"^\W*(?:ok(?:ay)?|sure|right|correct|true|of course)\W*$", re.IGNORECASE)
"""What somebody also says to an answer about something else."""
_FETCH = re.compile(
    rf"\b(?:get|send|fetch|call|bring|ask|find)(?: me| for| over| in)? {_PERSON}\b"
    rf"|\b(?:want|need|like|see|talk to|speak to)(?: to (?:see|have|meet|(?:talk|speak) (?:to|with)))? {_PERSON}\b"
    rf"|\b{_PERSON} (?:to )?(?:come|stay|sit)\b",
    re.IGNORECASE,
)
_NOT_FETCH = re.compile(
    rf"\b(?:do ?n.?t|do not|not|never|no need to|rather not)\b.{{0,20}}\b(?:get|send|fetch|call|bring|ask|tell|want"
    rf"|need|like|see|talk|speak)\b.{{0,10}}\b{_PERSON}\b|^\W*(?:ok(?:ay)?\W+|please )*(?:do ?n.?t|do not|no)\b\W*$",
    re.IGNORECASE,
)
_NO = re.compile(
    r"^\W*(?:n|no|nope|nah|not (?:now|really|yet|today|at all)|never ?mind|i(?: would|.?d) rather not"
    r"|i (?:do|would)(?: not|n.?t)(?: (?:want|need|like)(?: (?:that|it|to|this|them|any))?)?(?= thank|\W*$)"
    r"|(?:ahora|ya) no|non|pas maintenant|nein|(?:jetzt|noch) nicht|(?:agora )?n[aã]o)\b",
    re.IGNORECASE,
)
_SHORT = 6
"""A no with more words than these goes on to something else."""
_DESPAIR = re.compile(
    r"\b(?:no ?(?:one|body|point|reason|hope|way|where)|nothing|never|none|hopeless|pointless|any ?more)\b",
    re.IGNORECASE,
)


class Stage(StrEnum):
    """Where a message stands in a crisis of mind: it begins one, answers the offer, or goes on talking."""

    BEGINS = "begins"
    YES = "yes"
    NO = "no"
    GOES_ON = "goes on"


class Crises:
    """The crises of mind that were met, by conversation; forgotten when the program is locked.

    Args:
        words: what is said to somebody who may harm themselves.
        harm: what is said where somebody else may come to harm.
        numbers: whom to call in this country.
    """

    def __init__(self, words: Crisis, harm: Crisis, numbers: EmergencyNumbers) -> None:
        self._words = words
        self._harm = harm
        self._numbers = numbers
        self._is_near: OrderedDict[str, bool] = OrderedDict()
        self._tongues: dict[str, str] = {}
        self._of_others: set[str] = set()

    def hear(
        self, conversation: Conversation, utterance: Utterance, triage: Triage, *, is_answer: bool
    ) -> Stage | None:
        """Take in a message.

        Args:
            conversation: where it was said.
            utterance: the message.
            triage: how urgent it is.
            is_answer: whether it answers a question of triage, rather than the offer.

        Returns:
            None where there is no crisis, or the message is surely about something else; a yes is still heard later.
        """
        is_near = None if is_answer else self._is_near.get(conversation.id)
        stage = self._stage(is_near, utterance, triage)
        if stage is not None:
            self._is_near[conversation.id] = True
            self._is_near.move_to_end(conversation.id)
            self._note_whose(conversation, triage)
            # A yes or no is too short to tell its language.
            is_told = stage in (Stage.BEGINS, Stage.GOES_ON)
            if is_told and (utterance.language == "en" or utterance.language in self._words.tongues):
                self._tongues[conversation.id] = utterance.language
        elif conversation.id in self._is_near:
            self._is_near[conversation.id] = False
        while len(self._is_near) > _MOST:
            gone, _ = self._is_near.popitem(last=False)
            self._tongues.pop(gone, None)
            self._of_others.discard(gone)
        return stage

    def say(self, stage: Stage, answer: AnswerText, conversation: Conversation) -> Iterator[TextDelta | Question]:
        """Say calm words and the crisis line, and offer to fetch somebody until that is answered; no lecture.

        Args:
            stage: where the last message stands.
            answer: collects the text.
            conversation: where it is said, in the tongue of what was heard there.
        """
        told = self._harm if conversation.id in self._of_others else self._words
        own = told.said_in(self._tongues.get(conversation.id, "en"))
        words = {
            Stage.BEGINS: own.sentences,
            Stage.YES: own.accepted,
            Stage.NO: own.not_now,
            Stage.GOES_ON: own.still_here,
        }
        for sentence in words[stage]:
            yield from answer.say(self._numbers.fill(sentence))
        if stage in (Stage.BEGINS, Stage.GOES_ON):
            yield from answer.say(own.offer)
            yield Question(own.offer, tuple(own.options))

    def _note_whose(self, conversation: Conversation, triage: Triage) -> None:
        """Keep whether others or the person themselves may come to harm; what says neither changes nothing."""
        flags = {flag.name for flag in triage.red_flags}
        if flags & _CRISIS_FLAGS:
            self._of_others.discard(conversation.id)
        elif flags & _HARM_FLAGS:
            self._of_others.add(conversation.id)

    @staticmethod
    def _stage(is_near: bool | None, utterance: Utterance, triage: Triage) -> Stage | None:
        """Where a message stands; ``is_near``: whether the one before belonged to a crisis, None without any."""
        reply = reply_of(utterance.own) if is_near is not None else None
        is_clear = is_near or not _ACKNOWLEDGED.match(utterance.own)
        if reply is Stage.YES and is_clear and (_YES.match(utterance.own) or not triage.red_flags):
            return Stage.YES
        if utterance.language not in ("en", "und") and not (triage.red_flags or is_near):
            return None
        if is_crisis(utterance, triage) or (is_near and _is_overdose(utterance, triage)):
            return Stage.BEGINS
        return (reply or Stage.GOES_ON) if is_near and (reply or _goes_on(utterance, triage)) else None


def is_crisis(utterance: Utterance, triage: Triage) -> bool:
    """Whether somebody may be in a crisis of mind: a red flag says so, or the intent does and nothing else is wrong."""
    if any(flag.name in _CRISIS_FLAGS | _HARM_FLAGS for flag in triage.red_flags):
        return True
    confidence = utterance.intent.confidence
    is_sure = confidence is None or confidence >= _SURE
    return utterance.intent.name == "crisis" and is_sure and triage.disposition is Disposition.NONE


def reply_of(text: str) -> Stage | None:
    """Tell whether a text says yes or no to the offer; whoever goes on talking, or despairs, has said neither."""
    if _NOT_FETCH.search(text):
        return Stage.NO
    if _YES.match(text) or _FETCH.search(text):
        return Stage.YES
    is_no = _NO.match(text) and len(text.split()) <= _SHORT and not _DESPAIR.search(text)
    return Stage.NO if is_no else None


def _goes_on(utterance: Utterance, triage: Triage) -> bool:
    """Whether a message in a crisis still belongs to it; a question about medicines does: no dose is told there."""
    if utterance.intent.name in _OF_MEDICINES or _names_medicine(utterance):
        return True
    if triage.disposition is not Disposition.NONE:
        return bool(triage.because) and triage.because[0].rule.startswith(_OF_THE_MIND)
    return (utterance.intent.confidence or 0.0) < _SURE or utterance.intent.name not in _OTHER_MATTERS


def _is_overdose(utterance: Utterance, triage: Triage) -> bool:
    """Whether what was taken in a crisis makes an emergency."""
    return triage.disposition is Disposition.EMERGENCY and _names_medicine(utterance)


def _names_medicine(utterance: Utterance) -> bool:
    return any(entity.kind.startswith("medicine") for entity in utterance.entities)
