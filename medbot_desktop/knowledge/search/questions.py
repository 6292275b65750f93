"""Find what a message asks: each of its questions, whole in itself, and the question in a long story."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from medbot_desktop.knowledge.search.clauses import Clause, clauses_of
from medbot_desktop.knowledge.search.question_words import is_place, is_subject, is_treatment
from medbot_desktop.text import STOP_WORDS, words

MOST_QUESTIONS = 4
_STORY_FROM = 50
"""Words from which a message is a story, unless most of it asks."""

_STORY_WORDS = 100
"""Words of a story that are searched for, beside its questions."""

# What a word tells, against one of a complaint, a condition or a medicine; found on the dev half of stories.jsonl.
_PLACE = 0.5
_ORDINARY = 0.2
_HEARSAY = 0.5
_RARE = 3.0
"""The rarity of a middling word of a complaint."""

_LONGEST_CONTEXT = 30
_FEWEST_TELLING = 4
_LONGEST_NAME = 5

Rarity = Callable[[str], float]
"""How rare a word is in the libraries; 0 for one that they do not use."""

_IT_IS_FINE = re.compile(
    r"\b(?:it'?s?(?:\s+(?:is|be|was))?|is it|be it)\s+(?:ok|okay|safe|normal|possible|true|worth|bad|dangerous|best"
    r"|better|common|time|too (?:late|soon|early)|all right|alright)\s+(?:to|that|if|when)\b",
    re.IGNORECASE,
)
"""An "it" that stands for no thing: "is it safe to swim"."""

_THING = re.compile(r"\b(?:it|this|that|these|those|them|they|one|mine)\b(?!\s+(?:is|are)\s+\w+ing\b)", re.IGNORECASE)
_NO_THING = re.compile(
    r"\b(?:that|this|these|those|one)\s+"
    r"(?!for|with|and|or|in|on|at|last|go|be|mean|is|are|was|when|if|after|before|safe|bad|work)\w+",
    re.IGNORECASE,
)
"""A "that" or "this" with its own noun, or one that opens a clause."""

_FOR_IT = re.compile(
    r"^(?!.*(?:,|\b(?:and|or|if|when|that)\b)).*\b(?:for|with|on|during|after|before|against|about|from)"
    r"\s+(?:it|this|that|them|these|those)\W*$",
    re.IGNORECASE,
)
"""A plain question that ends so is about what was named before, whatever else it names: "can I take aspirin for it"."""

_THE_NAMED = re.compile(r"\bthe\s+(?!flu\b|pill\b|menopause\b|runs\b)(\w+)", re.IGNORECASE)
"""What is named as known already: "the rash"."""

_IS_IT = re.compile(r"(?:is|could|might|can|was)\s+(?:it|this|that|these|they)\b", re.IGNORECASE)
"""A question that asks whether what was told is this or that; the next one is about both."""

_HOW_IT_IS_SAID = re.compile(r"(?<=\s)(?:it|this|that|them|they|these|those|mine|one)(?=[\s?.,!]|$)", re.IGNORECASE)
_JOINT = re.compile(
    r"(?:(?:and|also|but|so|then|plus|or|first(?:ly)?|second(?:ly)?|third(?:ly)?)[\s,:]+)+(?=\S)", re.IGNORECASE
)
_PERSON = re.compile(r"\b(?:he|she|him|her|his)\b", re.IGNORECASE)
_BACKGROUND = re.compile(
    r"\b(?:pregnan|breast ?-?feed|weeks gone|bab(?:y|ies)\b|newborn|toddler|diabet|epilep|chemo|transplant|dialysis)",
    re.IGNORECASE,
)
"""What bears on every question about a person, not only on the next."""

_ELSEWHERE = re.compile(
    r"\b(?:my|his|her|our|the)\s+(?:friend|mate|pal|neighbour|colleague|flatmate|housemate|boss|manager|cousin|niece"
    r"|nephew|aunt(?:y|ie)?|uncle|gran(?:dad|ny|ma)?|nan|sister|brother|mother|mum|dad|father)(?:[ -]in[ -]law)?\s+"
    r"(?:\w+\s+)?(?:says?|said|swears|thinks|reckons|had|used|bought|paid)\b",
    re.IGNORECASE,
)
"""What another person says or had, which is seldom what is asked about."""


_NO_NAME = frozenset(
    """around average bad best better call called catching cause caused causes causing check contagious cure dangerous
    day difference drink ease eat explain fast feel food foods get getting happen happens help helps long lower many
    mean means much normal often people prevent put reduce safe serious sign signs someone soon still stop symptom
    symptoms take takes treat treated treatment treats week work""".split()
)
"""Words of a question that are no part of the name of what it is about."""


def questions_in(message: str, rarity: Rarity | None = None) -> tuple[str, ...]:
    """The questions to search for, in the order in which they are asked.

    A short message with one question comes back as it is. Of several, each is made whole: what "it" stands for is put
    in, or the statement that it needs is put before it. Of a story, the question comes with the parts that it refers
    to, and of one that asks nothing, the parts that tell most. Where that cannot be told, the whole message is kept.

    Args:
        message: the message as typed, or as cleaned.
        rarity: tells which words are rare in the libraries; without it every word of a complaint weighs the same.

    Returns:
        One to four texts; none for a message without words.
    """
    whole = " ".join(message.split())
    clauses = clauses_of(message)
    asking = [clause for clause in clauses if clause.asks]
    length = sum(len(clause.words) for clause in clauses)
    if not length:
        return ()
    asked = sum(len(clause.words) for clause in asking)
    if length > _STORY_FROM and (2 * asked < length or len(asking) < 2):
        return (_story(clauses, rarity) or whole,)
    if len(asking) < 2:
        return (whole,)
    return _at_most(_each_whole(clauses))


def _at_most(questions: Sequence[str]) -> tuple[str, ...]:
    """Different questions, of which the last takes in all that are too many."""
    different = list(dict.fromkeys(questions))
    if len(different) <= MOST_QUESTIONS:
        return tuple(different)
    return (*different[: MOST_QUESTIONS - 1], " ".join(different[MOST_QUESTIONS - 1 :]))


def _each_whole(clauses: Sequence[Clause]) -> list[str]:
    """Each question of a message with what it refers to."""
    found: list[str] = []
    statement = ""
    background = ""
    name = ""
    for clause in clauses:
        if not clause.asks:
            if clause.is_medical or (len(clause.words) >= _FEWEST_TELLING and not name):
                statement, name = clause.text, ""
                background = clause.text if _BACKGROUND.search(clause.text) else background
            continue
        text = _without_joint(clause.text)
        own = clause.subjects
        refers = _refers_back(text, own)
        if refers and name:
            text = _put_in(text, name)
        elif statement and (refers or _belongs(text, own, statement)):
            text = _after(statement, text)
        elif background and own.isdisjoint(_lower_words(background)):
            text = _after(background, text)
        found.append(text)
        if own and refers and statement and _IS_IT.match(text.removeprefix(statement).lstrip(". ")):
            statement = text
        elif own and not (refers and (name or statement)):
            name = _name_in(clause)
            statement = "" if name else text
        elif not (name or statement):
            statement = text  # It names what no library knows: what follows is still about that.
    return found


def _refers_back(text: str, own: frozenset[str]) -> bool:
    """Whether a question means something that was named before it."""
    if not own or own <= {found.lower() for found in _THE_NAMED.findall(text)}:
        return True
    plain = _NO_THING.sub(" ", _IT_IS_FINE.sub(" ", text))
    found = _THING.search(plain)
    if found is None:
        return False
    if _FOR_IT.search(plain) is not None:
        return True
    before = re.findall(r"[\w'’-]+", plain[: found.start()])
    return not any(is_subject(word) and not is_treatment(word) for word in before)


def _belongs(text: str, own: frozenset[str], statement: str) -> bool:
    """Whether a question that names something of its own is still about the person of the statement."""
    return _PERSON.search(text) is not None and own.isdisjoint(_lower_words(statement))


def _lower_words(text: str) -> set[str]:
    return set(words(text))


def _put_in(text: str, name: str) -> str:
    """Put the name in for the word that stands for it, else before the question."""
    plain = _IT_IS_FINE.sub(lambda match: "\0" * len(match.group()), text)
    for match in reversed(list(_HOW_IT_IS_SAID.finditer(plain))):
        if not _NO_THING.match(plain, match.start()):
            return f"{text[: match.start()]}{name}{text[match.end() :]}"
    return f"{name}: {text}"


def _after(context: str, question: str) -> str:
    """The question behind the statement that it needs."""
    told = context.split()
    if len(told) > _LONGEST_CONTEXT:
        context = " ".join(told[-_LONGEST_CONTEXT:])
    return f"{context.rstrip('.,;: ')}. {question}"


def _without_joint(text: str) -> str:
    """A question without the words that join it to the one before."""
    joint = _JOINT.match(text)
    return text[joint.end() :] if joint else text


def _name_in(clause: Clause) -> str:
    """The words that name what a question is about: its longest run around a complaint, a condition or a medicine."""
    runs: list[list[str]] = [[]]
    for word in clause.words:
        if word.lower() in STOP_WORDS or word.lower() in _NO_NAME:
            runs.append([])
        else:
            runs[-1].append(word)
    named = [run for run in runs if any(is_subject(word) and not is_treatment(word) for word in run)]
    if len(named) != 1 or len(named[0]) > _LONGEST_NAME:
        return ""
    return " ".join(named[0])


def _story(clauses: Sequence[Clause], rarity: Rarity | None) -> str:
    """The questions of a story, and the clauses that tell most, in their order."""
    telling = [position for position, clause in enumerate(clauses) if not clause.asks]
    telling.sort(key=lambda position: (-_weight(clauses[position], rarity), position))
    kept = {position for position, clause in enumerate(clauses) if clause.asks}
    left = _STORY_WORDS
    for position in telling:
        size = len(clauses[position].words)
        if size <= left or left == _STORY_WORDS:
            kept.add(position)
            left -= size
    return " ".join(_closed(clause.text) for position, clause in enumerate(clauses) if position in kept)


def _closed(text: str) -> str:
    """A clause with a mark at its end, so that it does not run into the next."""
    return text if text.endswith((".", "?", "!", ",", ";", ":")) else f"{text}."


def _weight(clause: Clause, rarity: Rarity | None) -> float:
    """How much a clause tells: its different words, those of complaints before all, and the rarer the more."""
    weight = 0.0
    for lower, word in {word.lower(): word for word in clause.words}.items():
        if lower in STOP_WORDS:
            continue
        is_complaint = is_subject(word)
        worth = 1.0 if is_complaint else _PLACE if is_place(word) or is_treatment(word) else _ORDINARY
        rare = _RARE if rarity is None else rarity(lower)
        # A complaint that no document names must not be lost: then there is no answer, rather than a wrong one.
        weight += worth * (rare or (_RARE if is_complaint else 0.0))
    return weight * _HEARSAY if _ELSEWHERE.search(clause.text) else weight
