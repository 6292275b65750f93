from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import ChatMessage, SupervisedTextModel
from medbot_desktop.inference.trial import TrialLimits, try_model
from tests.ggufs import adapter, changed

TEMPLATE = "tokenizer.chat_template"


@pytest.fixture(scope="module")
def gguf(models: ModelStore) -> Path:
    return models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())}


def test_a_good_model_says_how_it_did(gguf: Path) -> None:
    before = children()
    trial = try_model(gguf)
    assert trial.load_seconds > 0
    assert trial.tokens_per_second > 0
    assert gguf.stat().st_size < trial.peak_memory < psutil.virtual_memory().total
    assert trial.device in ("cpu", "gpu")
    assert children() <= before


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("general.architecture", "zzzzz", r"this version of llama\.cpp does not know: zzzzz\."),
        ("llama.embedding_length", 2**32 - 1, "llama.cpp cannot open"),
        ("llama.feed_forward_length", 7, "llama.cpp cannot open"),
        ("llama.block_count", 0, "makes llama.cpp crash"),
        ("llama.block_count", 2**31, "makes llama.cpp crash"),
    ],
    ids=["unknown architecture", "absurd width", "wrong shape", "no layers", "absurd layers"],
)
def test_a_header_that_lies_is_refused_by_trying(
    gguf: Path, tmp_path: Path, key: str, value: str | int, told: str
) -> None:
    with pytest.raises(ModelError, match=told) as error:
        try_model(changed(gguf, key, value, tmp_path / "odd.gguf"))
    assert error.value.hint


HOSTILE = {
    "loops for ever": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "asks for a lot of memory": "{{ 'x' * 99999999999 }}",
    "grows": "{% set n = namespace(a='x' * 9999999) %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
    "reaches into Python": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "calls the system": "{{ cycler.__init__.__globals__.os.system('exit') }}",
    "is broken": "{% for %}",
    "refuses": "{{ raise_exception('no') }}",
}


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_chat_template_is_refused(gguf: Path, tmp_path: Path, template: str) -> None:
    with pytest.raises(ModelError, match=r"The chat template in the model file odd\.gguf cannot be used"):
        try_model(changed(gguf, TEMPLATE, template, tmp_path / "odd.gguf"))


def test_a_template_that_holds_the_interpreter_for_ever_is_ended_all_the_same(gguf: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"odd\.gguf"):
        try_model(changed(gguf, TEMPLATE, "{{ 9 ** (9 ** 9) }}", tmp_path / "odd.gguf"))


def test_the_program_goes_on_beside_a_model_with_a_hostile_template(gguf: Path, tmp_path: Path) -> None:
    path = changed(gguf, TEMPLATE, HOSTILE["reaches into Python"], tmp_path / "odd.gguf")
    model = SupervisedTextModel(path, "odd")
    with pytest.raises(ModelError, match="chat template"):
        list(model.stream([ChatMessage("user", "Hello")], max_tokens=3))
    model.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"ggjt" + bytes(100), "is not a GGUF model file"), (b"GGUF\x03", "cut short")],
    ids=["wrong magic", "cut short"],
)
def test_what_is_no_whole_gguf_is_not_even_tried(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=told):
        try_model(path)


def test_an_adapter_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "adapter.gguf"
    path.write_bytes(adapter())
    with pytest.raises(ModelError, match=r"adapter\.gguf"):
        try_model(path)


def test_a_model_gets_no_more_memory_than_it_may_have(gguf: Path) -> None:
    before = children()
    with pytest.raises(ModelError, match=r"needs more memory than the 0\.1 GB it may have"):
        try_model(gguf, limits=TrialLimits(memory=100_000_000))
    assert children() <= before


def test_a_model_gets_no_more_time_than_it_may_have(gguf: Path) -> None:
    with pytest.raises(ModelError, match="was not done after 0 seconds"):
        try_model(gguf, limits=TrialLimits(seconds=0.05))
