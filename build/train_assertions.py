"""Train what weighs the words around a sign: is it there, denied, doubted, past, only talked of, somebody else's?

Run by hand when the messages, the rules or the lexicon change: ``.venv/bin/python build/train_assertions.py``. It
learns from ``build/assertions/*.tsv`` (a file for each writer; a line is a label, a tab, and a message with the sign in
square brackets), and from the parts of ``tests/evaluation/`` that the rules are tuned on. There a label is as likely as
any other; in what people write to a clinic nearly every sign is there. So the messages whose urgency the rules are
tuned on teach as well: that their signs are what the rules say, since the rules make the right level of them.
What the labels mean stands in ``build/assertions/README.md``.

Two things learn: what words stand around a sign (``assertions.npz``), and what the embedder makes of the tokens around
it (``assertion_head.npz``; see ``assertion_training.py``). The embedder must be among the models (``medbot models
sync``). First the writers are judged by what the others taught, which takes most of the time: each fold teaches both
anew. ``--unjudged`` leaves that out. ``medbot eval assertions`` prints the figures of the sets that nothing was learnt
from.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from build.assertion_training import Lesson, taught, untaught  # noqa: E402
from medbot_desktop.domain import Assertion, Entity  # noqa: E402
from medbot_desktop.errors import InputError  # noqa: E402
from medbot_desktop.evaluation.suites import sign_at  # noqa: E402
from medbot_desktop.inference.embedder import Embedder, Looked  # noqa: E402
from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.opening import open_embedder  # noqa: E402
from medbot_desktop.medicines.formulary import Formulary  # noqa: E402
from medbot_desktop.settings import resources_folder  # noqa: E402
from medbot_desktop.understanding.assertion_head import LABELS, AssertionHead, windows  # noqa: E402
from medbot_desktop.understanding.assertion_weights import BESIDE_STATES  # noqa: E402
from medbot_desktop.understanding.cleaning import clean  # noqa: E402
from medbot_desktop.understanding.reader import Reader  # noqa: E402

_IN = 3  # in how many messages a feature must be to be looked at
_STRENGTH = 0.2  # the inverse of the ridge penalty; 0.1 to 0.5 do alike for writers that nothing was learnt from
_STEPS = 300
_FOLDS = 8  # of whole writers
_OF_A_MESSAGE = 4  # signs of a message whose level is known that teach what words say
_OF_KNOWN_LEVEL = 2_500  # of all these, the signs that teach what the embedder's states say
_LABELLED = (("assertions", "dev"), ("assertions_train", "train"), ("assertions_train", "check"))
_LEVELLED = ("triage_train", "red_flags_train")

Around = Sequence[tuple[Entity, Sequence[str]]]
"""The signs of a message, each with its features."""


@dataclass(frozen=True, slots=True)
class _Message:
    writer: str
    label: int
    features: tuple[str, ...]
    text: str
    sign: Entity
    signs: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class _Judged:
    """Messages of one writer, by what others taught: the logarithms of the chances, shape (messages, assertions)."""

    labels: NDArray[np.int64]
    by_words: NDArray[np.float64]
    by_states: NDArray[np.float32]


def main() -> None:
    """Train, judge and write."""
    parser = argparse.ArgumentParser(prog="build/train_assertions.py", description=__doc__.splitlines()[0])
    parser.add_argument("--unjudged", action="store_true", help="leave out judging each writer by the others")
    is_judged = not parser.parse_args().unjudged
    embedder = open_embedder(ModelStore.standard())
    _give_way(embedder.identity)
    messages = list(_messages())
    print(f"{len(messages):,} messages in which the sign is found")
    lessons = _lessons(messages, embedder)
    if is_judged:
        _judge_writers(messages, lessons, embedder.identity)
    known = _known(messages)
    model = _fit(messages, known)
    step = np.float32(np.abs(model.coef_).max() / np.iinfo(np.int8).max)
    target = resources_folder() / "triage" / "assertions.npz"
    np.savez_compressed(
        target,
        features=np.frombuffer("\n".join(known).encode(), dtype=np.uint8),
        weights=np.round(model.coef_.T / step).astype(np.int8),
        step=step,
        bias=model.intercept_.astype(np.float32),
    )
    print(f"{len(known):,} features, {target.stat().st_size / 1e3:,.0f} kB")
    target = taught(list(lessons.values()), embedder.identity).save(resources_folder())
    print(f"{len(lessons):,} signs with their states, {target.stat().st_size / 1e3:,.0f} kB")


def _give_way(identity: str) -> None:
    """Put networks that know nothing in the place of those of another build, which the reader would refuse to open."""
    try:
        AssertionHead.load(resources_folder())
    except InputError:
        untaught(identity).save(resources_folder())


def _messages() -> Iterator[_Message]:
    resources = resources_folder()
    reader = Reader.load(resources, Formulary.load(resources).spoken)
    yield from _written(reader)
    yield from _tuned_on(reader)
    yield from _of_known_level(reader)


def _written(reader: Reader) -> Iterator[_Message]:
    for file in sorted((ROOT / "build" / "assertions").glob("*.tsv")):
        for line in file.read_text(encoding="utf-8").splitlines():
            label, marked = line.split("\t")
            before, sign, behind = re.split(r"[\[\]]", marked)
            text = before + sign + behind
            yield from _labelled(reader, file.stem, Assertion(label), text, len(before), len(before) + len(sign))


def _tuned_on(reader: Reader) -> Iterator[_Message]:
    for name, half in _LABELLED:
        for case in _cases(name):
            if case["half"] == half:
                label = Assertion(case["assertion"])
                yield from _labelled(reader, name, label, case["text"], case["start"], case["end"])


def _of_known_level(reader: Reader) -> Iterator[_Message]:
    chance = random.Random(0)
    for name in _LEVELLED:
        for case in _cases(name):
            around = reader.surroundings(case["text"])
            each = {(entity.start, entity.end): (entity, told) for entity, told in around}
            for entity, told in chance.sample(list(each.values()), min(_OF_A_MESSAGE, len(each))):
                yield _message(name, entity.assertion, case["text"], around, entity, told)


def _labelled(reader: Reader, writer: str, label: Assertion, text: str, start: int, end: int) -> Iterator[_Message]:
    """The message, if its sign is found."""
    around = reader.surroundings(text)
    entity = sign_at((entity for entity, _ in around), start, end)
    if entity is not None:
        yield _message(writer, label, text, around, entity, next(told for one, told in around if one is entity))


def _message(writer: str, label: Assertion, text: str, around: Around, sign: Entity, told: Sequence[str]) -> _Message:
    signs = tuple(entity for entity, _ in around)
    return _Message(writer, LABELS.index(label), tuple(told), clean(text), sign, signs)


def _lessons(messages: Sequence[_Message], embedder: Embedder) -> dict[int, Lesson]:
    """What the states teach, by the place of the message."""
    levelled = [at for at, message in enumerate(messages) if message.writer in _LEVELLED]
    left = set(levelled) - set(random.Random(0).sample(levelled, min(_OF_KNOWN_LEVEL, len(levelled))))
    lessons: dict[int, Lesson] = {}
    looked: tuple[str, Looked] = "", embedder.look("")
    for at, message in enumerate(messages):
        if at in left:
            continue
        if looked[0] != message.text:
            looked = message.text, embedder.look(message.text)
        states, seen = looked[1].states, windows(message.signs, looked[1].spans).get(message.sign)
        if states is not None and seen is not None:
            lessons[at] = Lesson(states[seen.begin : seen.end].astype(np.float16), seen, message.label)
    return lessons


def _cases(name: str) -> list[dict[str, Any]]:
    lines = (ROOT / "tests" / "evaluation" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _known(messages: Sequence[_Message]) -> list[str]:
    counts = Counter(feature for message in messages for feature in message.features)
    return sorted(feature for feature, count in counts.items() if count >= _IN)


def _rows(messages: Sequence[_Message], known: Sequence[str]) -> csr_matrix:
    places = {feature: place for place, feature in enumerate(known)}
    columns = [[places[one] for one in message.features if one in places] for message in messages]
    ends = np.cumsum([0, *map(len, columns)])
    flat = [place for row in columns for place in row]
    return csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=(len(messages), len(known)))


def _fit(messages: Sequence[_Message], known: Sequence[str]) -> LogisticRegression:
    model = LogisticRegression(C=_STRENGTH, max_iter=_STEPS)
    return model.fit(_rows(messages, known), [message.label for message in messages])


def _judge_writers(messages: Sequence[_Message], lessons: Mapping[int, Lesson], identity: str) -> None:
    """Judge each writer by what the others taught, and say how well that went: accuracy and macro-F1."""
    writers = sorted({message.writer for message in messages})
    judged: dict[str, _Judged] = {}
    for fold in range(_FOLDS):
        held_out = writers[fold::_FOLDS]
        others = [message for message in messages if message.writer not in held_out]
        known = _known(others)
        model = _fit(others, known)
        head = taught([one for at, one in lessons.items() if messages[at].writer not in held_out], identity)
        for writer in held_out:
            own = [at for at in lessons if messages[at].writer == writer]
            by_words = model.predict_log_proba(_rows([messages[at] for at in own], known))
            by_states = np.array([head.judge_one(lessons[at].states, lessons[at].seen) for at in own])
            judged[writer] = _Judged(np.array([messages[at].label for at in own]), by_words, by_states)
            _print_judged(writer, [judged[writer]])
    _print_judged("all", list(judged.values()))
    _print_judged("all but of known level", [one for writer, one in judged.items() if writer not in _LEVELLED])


def _print_judged(name: str, judged: Sequence[_Judged]) -> None:
    labels = np.concatenate([one.labels for one in judged])
    by_words = np.concatenate([one.by_words for one in judged])
    by_states = np.concatenate([one.by_states for one in judged])
    both = BESIDE_STATES * by_words + by_states
    ways = (("words", by_words), ("states", by_states), ("both", both))
    told = (
        f"{way} {(chances.argmax(axis=1) == labels).mean():.3f} "
        f"F1 {f1_score(labels, chances.argmax(axis=1), average='macro'):.3f}"
        for way, chances in ways
    )
    print(f"{name:24} n {len(labels):6,}  {'   '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
