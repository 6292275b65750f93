"""Train what weighs the words around a sign: is it there, denied, doubted, past, only talked of, somebody else's?

Run by hand when the messages, the rules or the lexicon change: ``.venv/bin/python build/train_assertions.py``. It
learns from ``build/assertions/*.tsv`` (a file for each writer; a line is a label, a tab, and a message with the sign in
square brackets), and from the parts of ``tests/evaluation/`` that the rules are tuned on. There a label is as likely as
any other; in what people write to a clinic nearly every sign is there. So the messages whose urgency the rules are
tuned on teach as well: that their signs are what the rules say, since the rules make the right level of them.

It judges the writers by what the others taught, and writes ``resources/triage/assertions.npz``. ``medbot eval
assertions`` prints the figures of the sets that nothing was learnt from.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medbot_desktop.domain import Assertion, Entity  # noqa: E402
from medbot_desktop.evaluation.suites import sign_at  # noqa: E402
from medbot_desktop.medicines.formulary import Formulary  # noqa: E402
from medbot_desktop.settings import resources_folder  # noqa: E402
from medbot_desktop.understanding.assertion_weights import LABELS  # noqa: E402
from medbot_desktop.understanding.reader import Reader  # noqa: E402

_IN = 3  # in how many messages a feature must be to be looked at
_STRENGTH = 0.2  # the inverse of the ridge penalty; 0.1 to 0.5 do alike for writers that nothing was learnt from
_STEPS = 300
_FOLDS = 8  # of whole writers
_OF_A_MESSAGE = 4  # signs of a message whose level is known that teach
_LABELLED = (("assertions", "dev"), ("assertions_train", "train"))
_LEVELLED = ("triage_train", "red_flags_train")

Around = Sequence[tuple[Entity, Sequence[str]]]
"""The signs of a message, each with its features."""


@dataclass(frozen=True, slots=True)
class _Message:
    writer: str
    label: int
    features: tuple[str, ...]


def main() -> None:
    """Train, judge and write."""
    messages = list(_messages())
    print(f"{len(messages):,} messages in which the sign is found")
    _judge_writers(messages)
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
            around = reader.surroundings(before + sign + behind)
            yield from _labelled(file.stem, Assertion(label), around, len(before), len(before) + len(sign))


def _tuned_on(reader: Reader) -> Iterator[_Message]:
    for name, half in _LABELLED:
        for case in _cases(name):
            if case["half"] == half:
                around = reader.surroundings(case["text"])
                yield from _labelled(name, Assertion(case["assertion"]), around, case["start"], case["end"])


def _of_known_level(reader: Reader) -> Iterator[_Message]:
    chance = random.Random(0)
    for name in _LEVELLED:
        for case in _cases(name):
            around = {(entity.start, entity.end): (entity, told) for entity, told in reader.surroundings(case["text"])}
            for entity, told in chance.sample(list(around.values()), min(_OF_A_MESSAGE, len(around))):
                yield _Message(name, LABELS.index(entity.assertion), tuple(told))


def _labelled(writer: str, label: Assertion, around: Around, start: int, end: int) -> Iterator[_Message]:
    """The message, if its sign is found."""
    entity = sign_at((entity for entity, _ in around), start, end)
    if entity is not None:
        yield _Message(writer, LABELS.index(label), tuple(next(told for one, told in around if one is entity)))


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


def _judge_writers(messages: Sequence[_Message]) -> None:
    """Judge each writer by what the others taught, and say how well that went."""
    writers = sorted({message.writer for message in messages})
    right: dict[str, NDArray[np.bool_]] = {}
    for fold in range(_FOLDS):
        judged = writers[fold::_FOLDS]
        taught = [message for message in messages if message.writer not in judged]
        known = _known(taught)
        model = _fit(taught, known)
        for writer in judged:
            own = [message for message in messages if message.writer == writer]
            right[writer] = model.predict(_rows(own, known)) == [message.label for message in own]
    for writer in writers:
        print(f"{writer:20} by the others {right[writer].mean():.3f}  n {len(right[writer])}")
    print(f"{'all':20} by the others {np.concatenate(list(right.values())).mean():.3f}")


if __name__ == "__main__":
    main()
