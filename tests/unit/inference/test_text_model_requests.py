"""What the llama.cpp runtime offers beside plain answers: counts, schemas, adapters, and care of the machine."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import care, llama_child, llama_process, offload
from medbot_desktop.inference.adapter_base import BASE_KEY
from medbot_desktop.inference.care import Care, Surroundings
from medbot_desktop.inference.disk import sha256_of
from medbot_desktop.inference.llama_messages import Load
from medbot_desktop.inference.offload import Card
from medbot_desktop.inference.runtime import TextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import ChatMessage, SupervisedTextModel
from tests.ggufs import adapter

HELLO = [ChatMessage("user", "Say hello to the patient.")]
STORY = [ChatMessage("user", "Write a long story about a village doctor.")]


@pytest.fixture(scope="module")
def gguf(models: ModelStore) -> Path:
    return models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")


@pytest.fixture(scope="module")
def adapters(gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("adapters")
    contents = {
        "odd": adapter(),
        "other": adapter(seed=2),
        "narrow": adapter(width=64),
        "foreign": adapter(architecture="qwen2"),
        "cut": adapter()[:5000],
        "text": b"not an adapter",
        "own": adapter(more={BASE_KEY: sha256_of(gguf)}),
        "relative": adapter(more={BASE_KEY: "0" * 64}),
    }
    for name, content in contents.items():
        (folder / f"{name}.gguf").write_bytes(content)
    return {name: folder / f"{name}.gguf" for name in contents}


@pytest.fixture(scope="module")
def model(gguf: Path, adapters: dict[str, Path]) -> Iterator[SupervisedTextModel]:
    text_model = SupervisedTextModel(gguf, "smollm2", adapters=adapters)
    text_model.start()
    assert text_model.wait_ready(120)
    yield text_model
    text_model.close()


def write(model: SupervisedTextModel, messages: list[ChatMessage] = HELLO, **options: Any) -> str:
    return "".join(model.stream(messages, **{"max_tokens": 10, **options}))


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_it_is_a_runtime_and_says_what_it_can(model: SupervisedTextModel) -> None:
    runtime: TextModel = model
    can = runtime.capabilities
    assert (can.runtime, can.context_length) == ("llama.cpp", 2048)
    assert can.grammar
    assert can.json_schema
    assert can.prefix_reuse
    assert can.exact_tokens


def test_tokens_are_counted_as_the_models_own_template_lays_them_out(model: SupervisedTextModel, gguf: Path) -> None:
    messages = [
        ChatMessage("system", "Be kind."),
        ChatMessage("user", "Dose of 5 mg?"),
        ChatMessage("assistant", "No."),
    ]
    # SmolLM2 marks each message with <|im_start|>ROLE\n ... <|im_end|>\n, and asks for the next one.
    text = "".join(f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in messages) + "<|im_start|>assistant\n"
    import llama_cpp

    vocabulary: Any = llama_cpp.Llama(str(gguf), vocab_only=True, verbose=False)
    assert model.count_tokens(messages) == len(vocabulary.tokenize(text.encode(), add_bos=False, special=True))
    vocabulary.close()


def test_tokens_are_counted_while_an_answer_is_written(model: SupervisedTextModel) -> None:
    answer = model.stream(STORY, max_tokens=200)
    next(piece for piece in answer if piece)
    assert model.count_tokens(HELLO) > 10
    assert any(answer)
    answer.close()


def test_a_text_that_fits_nowhere_is_not_counted(model: SupervisedTextModel) -> None:
    with pytest.raises(ModelError, match="cannot read so much text"):
        model.count_tokens([ChatMessage("user", "x" * 10**6)])


def test_a_json_schema_is_followed(model: SupervisedTextModel) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "maxLength": 10}, "age": {"type": "integer", "maximum": 120}},
        "required": ["name", "age"],
    }
    patient = json.loads(write(model, [ChatMessage("user", "Invent a patient.")], schema=schema, max_tokens=80))
    assert isinstance(patient["name"], str)
    assert patient["age"] <= 120


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "#/nowhere"},
        {"type": "string", "pattern": "((("},
        {"type": "array", "items": {"type": "string"}, "minItems": 10**9},
        {"type": object},
        {"enum": []},
    ],
    ids=["no type", "on the network", "nowhere", "bad pattern", "absurd", "not JSON", "nothing allowed"],
)
def test_a_bad_schema_is_refused_and_the_next_answer_comes(model: SupervisedTextModel, schema: dict[str, Any]) -> None:
    process = model.process_id
    with pytest.raises(ModelError, match="cannot follow this JSON schema"):
        write(model, schema=schema)
    assert write(model)
    assert model.process_id == process


def test_adapters_are_switched_from_request_to_request(model: SupervisedTextModel) -> None:
    def words(name: str | None) -> str:
        # Random adapters weigh all words much the same; after a few, the last digit of a sum decides.
        return write(model, adapter=name, max_tokens=2)

    plain, odd, other = words(None), words("odd"), words("other")
    assert len({plain, odd, other}) == 3
    assert [words(None), words("odd"), words(None)] == [plain, odd, plain]


@pytest.mark.parametrize("name", ["narrow", "foreign", "cut", "text", "relative"])
def test_an_adapter_that_does_not_fit_is_refused_and_the_model_goes_on_without_it(
    model: SupervisedTextModel, name: str
) -> None:
    plain, process = write(model), model.process_id
    for _ in range(2):
        with pytest.raises(ModelError, match=f"The adapter {name} ") as told:
            write(model, adapter=name)
        assert told.value.hint
    assert write(model) == plain
    assert model.process_id == process
    assert name not in model.capabilities.adapters


def test_an_adapter_that_names_the_very_model_that_serves_is_used(model: SupervisedTextModel) -> None:
    write(model, adapter="own", max_tokens=2)
    assert "own" in model.capabilities.adapters


def test_an_adapter_that_nobody_gave_is_refused(model: SupervisedTextModel) -> None:
    with pytest.raises(ModelError, match="has no adapter gone"):
        write(model, adapter="gone")


def test_an_unloaded_model_holds_no_process_and_loads_again_when_asked(gguf: Path) -> None:
    model = SupervisedTextModel(gguf, "smollm2")
    assert write(model)
    process = model.process_id
    model.unload()
    assert process is not None
    assert not psutil.pid_exists(process)
    assert write(model)
    model.close()


def test_a_model_that_nobody_asks_gives_its_memory_back(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(care, "_LEAST_IDLE_S", 0.1)
    model = SupervisedTextModel(gguf, "smollm2", care=Care(idle_minutes=0.01))
    assert write(model)
    process = model.process_id
    assert process is not None
    assert eventually(lambda: not psutil.pid_exists(process))
    assert not model.ready
    assert write(model)
    model.close()


def test_a_model_gives_its_memory_back_where_memory_is_short(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(care, "_LEAST_IDLE_S", 0.1)
    model = SupervisedTextModel(gguf, "smollm2", care=Care(idle_minutes=0, least_free=psutil.virtual_memory().total))
    assert write(model)
    process = model.process_id
    assert process is not None
    assert eventually(lambda: not psutil.pid_exists(process))
    model.close()


def test_nothing_is_unloaded_in_the_middle_of_an_answer(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(care, "_LEAST_IDLE_S", 0.0)
    monkeypatch.setattr(care, "look_around", lambda: Surroundings(free=0, on_battery=True))
    model = SupervisedTextModel(gguf, "smollm2", care=Care())
    for _ in range(3):
        assert write(model, STORY, max_tokens=60)
    model.close()


def test_the_model_stands_back_while_a_person_types_and_answers_all_the_same(model: SupervisedTextModel) -> None:
    model.yield_to_person(True)
    if sys.platform == "linux" and os.geteuid() == 0:
        assert psutil.Process(model.process_id).nice() == 10
    assert write(model, STORY)
    model.yield_to_person(False)
    assert psutil.Process(model.process_id).nice() == 0
    assert write(model, STORY)


def test_the_model_reads_what_prompts_begin_with_at_a_lower_pace_while_a_person_types(gguf: Path) -> None:
    opening = [ChatMessage("user", "Tell me about rest and water. " * 60)]
    model = SupervisedTextModel(gguf, "smollm2", primes=[opening])
    model.yield_to_person(True)
    model.start()
    assert model.wait_ready(60)
    if sys.platform == "linux" and os.geteuid() == 0:
        assert eventually(lambda: psutil.Process(model.process_id).nice() == 10)
    assert write(model, STORY)
    model.close()


def with_a_card(free: int) -> None:
    """Let this process believe that it has a graphics card; it is shielded first, as the real one is."""
    llama_child.shield()
    offload.graphics_cards = lambda: [Card("CUDA", "GeForce RTX 4060", free, 8 * 10**9)]


def run_with_a_card_too_small(connection: Any, load: Load) -> None:
    """The child, where llama.cpp fails to load more than ten layers onto the card."""
    with_a_card(free=7 * 10**9)
    import llama_cpp

    real = llama_cpp.Llama

    def refusing(path: str, *, n_gpu_layers: int, **options: Any) -> Any:
        if n_gpu_layers > 10:
            raise ValueError("Failed to load model from file")
        return real(path, **options)

    llama_cpp.Llama = refusing
    llama_child.run(connection, load)


def run_with_a_card_that_crashes(connection: Any, load: Load) -> None:
    """The child, where llama.cpp ends the process, as it does when CUDA has no memory left."""
    with_a_card(free=7 * 10**9)
    import llama_cpp

    real = llama_cpp.Llama

    def crashing(path: str, *, n_gpu_layers: int, **options: Any) -> Any:
        if n_gpu_layers:
            os.abort()
        return real(path, **options)

    llama_cpp.Llama = crashing
    llama_child.run(connection, load)


def run_with_a_card(connection: Any, load: Load) -> None:
    """The child with a card that has room for everything."""
    with_a_card(free=7 * 10**9)
    llama_child.run(connection, load)


def test_a_card_with_room_gets_the_whole_model(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_process.llama_child, "run", run_with_a_card)
    model = SupervisedTextModel(gguf, "smollm2")
    assert write(model)
    assert model.device == "gpu"
    assert model.placement.startswith("The whole model runs on the graphics card")
    assert model.take_notice() == ""
    model.close()


def test_a_card_without_room_gets_fewer_layers_and_a_person_is_told_once(
    gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llama_process.llama_child, "run", run_with_a_card_too_small)
    model = SupervisedTextModel(gguf, "smollm2")
    assert write(model)
    assert model.device == "gpu"
    assert model.take_notice().startswith("The graphics card ran out of memory, so only 7 layers")
    assert model.take_notice() == ""
    model.unload()
    assert write(model)
    assert model.take_notice() == ""
    model.close()


def test_a_card_that_crashes_llama_cpp_ends_on_the_processor(gguf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama_process.llama_child, "run", run_with_a_card_that_crashes)
    model = SupervisedTextModel(gguf, "smollm2")
    assert write(model)
    assert model.device == "cpu"
    assert "the text model runs on the processor" in model.take_notice()
    model.close()
