"""What the embedder makes of the words around a sign is judged, and is left out where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.inference.embedder import MOST_TOKENS, Embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.assertion_head import FARTHEST, LABELS, AssertionHead, windows
from medbot_desktop.understanding.reader import Reader

NAME = "all-minilm-l6-v2-int8"
SIGN = Entity("cough", "symptom", "cough", 7, 12, Assertion.NEGATED)
OTHER = Entity("fever", "symptom", "fever", 0, 5, Assertion.PAST)
SPANS = [(0, 0), (0, 5), (5, 6), (7, 9), (9, 12), (13, 16), (0, 0)]


@pytest.fixture(scope="module")
def head() -> AssertionHead:
    return AssertionHead.load(resources_folder())


def embedder_of(models: ModelStore, identity: str) -> Embedder:
    return Embedder(models.file(NAME, "model.onnx"), models.file(NAME, "tokenizer.json"), identity)


def reader_with(embedder: Embedder) -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken, embedder)


def test_it_was_taught_on_the_embedder_that_ships(head: AssertionHead, models: ModelStore) -> None:
    assert head.identity == models.default("embedder").identity


def test_a_window_marks_the_sign_the_others_and_how_far_each_token_is() -> None:
    seen = windows([OTHER, SIGN], SPANS)[SIGN]
    assert seen.begin == 0
    assert seen.rule == LABELS.index(Assertion.NEGATED)
    assert list(seen.marks) == [0, 2 + LABELS.index(Assertion.PAST), 0, 1, 1, 0, 0]
    assert list(seen.steps - FARTHEST) == [-3, -2, -1, 0, 0, 1, 2]


def test_a_sign_behind_the_last_token_is_not_judged(head: AssertionHead, models: ModelStore) -> None:
    text = "fever, " + "and so on " * MOST_TOKENS + "cough"
    far = Entity("cough", "symptom", "cough", len(text) - 5, len(text), Assertion.PRESENT)
    near = Entity("fever", "symptom", "fever", 0, 5, Assertion.PRESENT)
    assert list(head.judge(embedder_of(models, head.identity).look(text), [near, far])) == [near]


def test_the_chances_of_a_sign_make_one_together(head: AssertionHead, models: ModelStore) -> None:
    judged = head.judge(embedder_of(models, head.identity).look("fever, cough now"), [SIGN, OTHER])
    assert [float(np.exp(one).sum()) for one in judged.values()] == pytest.approx([1, 1])


def test_a_sign_among_many_is_judged_as_it_is_alone(head: AssertionHead, models: ModelStore) -> None:
    text = "no fever, " + "a rash, " * 40 + "and a cough"
    starts = [3, *(10 + 8 * at + 2 for at in range(40)), len(text) - 5]
    signs = [Entity("sign", "symptom", "rash", at, at + 4, Assertion.PRESENT) for at in starts]
    looked = embedder_of(models, head.identity).look(text)
    together, each = head.judge(looked, signs), windows(signs, looked.spans)
    assert looked.states is not None
    assert list(together) == signs
    for sign, seen in each.items():
        alone = head.judge_one(looked.states[seen.begin : seen.end], seen)
        assert together[sign] == pytest.approx(alone, abs=1e-3)


def test_the_networks_judge_as_they_do_in_the_mean(head: AssertionHead, models: ModelStore) -> None:
    looked = embedder_of(models, head.identity).look("fever, cough now")
    one = {name: part[:1] for name, part in head.parts.items()}
    other = {**one, "judge": -one["judge"]}
    together = {name: np.concatenate([part, other[name]]) for name, part in one.items()}
    by_one, by_other, by_both = (
        AssertionHead(head.identity, parts).judge(looked, [SIGN])[SIGN] for parts in (one, other, together)
    )
    mean = (by_one + by_other) / 2
    assert by_one != pytest.approx(by_other, abs=0.1)
    assert by_both == pytest.approx(mean - np.log(np.exp(mean).sum()), abs=1e-4)


def test_the_states_of_another_embedder_tell_nothing(reader: Reader, models: ModelStore) -> None:
    text = "Gran is riddled with arthritis, and mum fears she will have a stroke too. No rash that we could find."
    other = reader_with(embedder_of(models, "another"))
    assert other.read(text).entities == reader.read(text).entities


@pytest.mark.parametrize("harm", ["missing", "no zip", "other shape", "cut short"])
def test_a_broken_head_is_refused_in_words(tmp_path: Path, harm: str) -> None:
    shipped = resources_folder() / "triage" / "assertion_head.npz"
    target = tmp_path / "triage" / "assertion_head.npz"
    target.parent.mkdir()
    if harm == "no zip":
        target.write_text("weights", encoding="utf-8")
    elif harm == "other shape":
        with np.load(shipped) as data:
            np.savez(target, **{**data, "judge": data["judge"][:-1]})
    elif harm == "cut short":
        target.write_bytes(shipped.read_bytes()[:-2_000])
    with pytest.raises(InputError, match=r"assertion_head\.npz"):
        AssertionHead.load(tmp_path)
