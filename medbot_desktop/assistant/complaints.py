"""Go on with a complaint from message to message: judge it, ask what matters, and know when enough is known."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from medbot_desktop.domain import Conversation, Disposition, Question, Triage, Utterance
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.doubts import Doubt
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.summary import sbar

_MOST = 200
"""Conversations whose open complaint is remembered; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of a complaint after a message.

    Attributes:
        triage: how urgent it is by all that was said.
        question: what to ask next; None where enough is known.
        is_answer: whether the message answered a question.
        complaint: the message with which it began.
        summary: for the clinician, once nothing is left to ask; empty before.
        is_doubt: whether the question is about a number that cannot be.
    """

    triage: Triage
    question: Question | None
    is_answer: bool
    complaint: str
    summary: str = ""
    is_doubt: bool = False


class Complaints:
    """The open complaints, one for each conversation; forgotten when the program is locked.

    Args:
        judge: judges them.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._open: OrderedDict[str, Dialogue] = OrderedDict()

    def emergency(self, utterance: Utterance) -> Triage | None:
        """The emergency that a message tells of by itself, or None; nothing is remembered of it."""
        return self._judge.emergency(utterance)

    def hear(self, conversation: Conversation, utterance: Utterance) -> Judged:
        """Take in a message.

        Args:
            conversation: whose complaint it is.
            utterance: the message.
        """
        dialogue = self._open.pop(conversation.id, None)
        is_answer = dialogue is not None and dialogue.is_answer(utterance)
        if dialogue is not None and not is_answer and dialogue.is_aside(utterance):
            self._open[conversation.id] = dialogue
            return Judged(Triage(), None, False, utterance.own)
        if dialogue is None or not is_answer:
            dialogue = Dialogue()
        dialogue.hear(utterance)
        triage, question = dialogue.judge(self._judge)
        if triage.disposition is Disposition.NONE and question is None:
            return Judged(triage, None, is_answer, utterance.own)
        summary = "" if question else sbar(dialogue, triage)
        if question:
            self._open[conversation.id] = dialogue
            while len(self._open) > _MOST:
                self._open.popitem(last=False)
        return Judged(triage, question, is_answer, dialogue.messages[0], summary, isinstance(dialogue.pending, Doubt))

    def let_go(self, conversation: Conversation) -> None:
        """Forget the open complaint of a conversation, so that no answer is taken for one to its question."""
        self._open.pop(conversation.id, None)
