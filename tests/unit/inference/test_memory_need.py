from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.devices import Memory
from medbot_desktop.inference.gguf import read_header
from medbot_desktop.inference.memory_need import RESERVE, memory_need, require_memory
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.trial import try_model
from tests.unit.inference.made_gguf import tiny_model

PLENTY = 10**15


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(tiny_model())
    return path


def test_what_is_reckoned_is_enough_for_the_real_model_and_not_twice_what_it_takes(models: ModelStore) -> None:
    path = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    measured = try_model(path, context_length=4096).peak_memory
    reckoned = memory_need(read_header(path), path.stat().st_size, path.name, 4096).total
    assert measured <= reckoned < 2 * measured


def test_the_cache_grows_with_the_context_and_holds_what_the_header_says(tiny: Path) -> None:
    header = read_header(tiny)
    # One layer, 4 heads of 8 numbers for keys and 8 for values, of two bytes each.
    assert memory_need(header, 0, "", 100).cache == 100 * 4 * (8 + 8) * 2
    assert memory_need(header, 0, "", 200).cache == 2 * memory_need(header, 0, "", 100).cache


def test_a_model_that_never_fits_is_refused_with_the_figures(tiny: Path) -> None:
    with pytest.raises(ModelError, match=r"tiny\.gguf needs 0\.1 GB of memory .* this computer has 1\.6 GB") as told:
        require_memory(tiny, read_header(tiny), Memory(total=RESERVE + 10**8, available=PLENTY))
    assert "smaller" in told.value.hint


def test_a_model_that_does_not_fit_now_says_what_is_free(tiny: Path) -> None:
    with pytest.raises(ModelError, match=r"0\.0 GB are free now") as told:
        require_memory(tiny, read_header(tiny), Memory(total=PLENTY, available=10**6))
    assert "Close other programs" in told.value.hint


def test_a_model_that_fits_is_let_through(tiny: Path) -> None:
    need = require_memory(tiny, read_header(tiny), Memory(total=PLENTY, available=PLENTY))
    assert need.total == need.weights + need.cache + need.working


@pytest.mark.parametrize("key", ["block_count", "embedding_length", "attention__head_count", "feed_forward_length"])
def test_a_network_of_an_absurd_size_is_refused(tmp_path: Path, key: str) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(tiny_model(**{f"llama__{key}": 4_000_000_000}))
    with pytest.raises(ModelError, match=r"odd\.gguf describes a network of an absurd size"):
        memory_need(read_header(path), 1, path.name)
