"""The fine-tuning recipe from end to end, and what llama.cpp does with the adapter that it makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import llama_cpp
import pytest

from build.environment import ROOT
from build.finetune.items import part, read_items
from build.models import default_model_files
from medbot_desktop.inference.gguf import read_header

pytestmark = [pytest.mark.slow, pytest.mark.network]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finetuning") / "made"
    done = finetune("--out", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def report(made: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made / "report.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def model_file() -> Path:
    (file,) = [file for place, file in default_model_files(ROOT) if place.suffix == ".gguf"]
    assert file is not None
    return file


def finetune(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), "finetune", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_taught_model_does_what_it_was_taught_and_did_not_before(report: dict[str, Any]) -> None:
    before, after = report["before"], report["after"]
    assert before["count"] == after["count"] == report["parts"]["held_out"] >= 20
    assert after["loss"] < before["loss"] / 4
    assert before["exact"] == 0
    assert after["exact"] > after["count"] / 2


def test_the_runtimes_write_as_the_original_does(report: dict[str, Any]) -> None:
    base, adapter, merged = report["agreements"].values()
    assert base["share"] >= 0.9
    assert adapter["share"] >= 0.97
    assert merged["share"] >= 0.95


def test_llama_cpp_writes_with_the_adapter_what_the_original_wrote(
    report: dict[str, Any], made: Path, model_file: Path
) -> None:
    items, _ = read_items(ROOT / "build/finetune/appointments.jsonl", most_broken=0)
    held_out = part(items, 0.2, seed=0).held_out
    model = llama_cpp.Llama(str(model_file), lora_path=str(made / "adapter.gguf"), n_ctx=512, verbose=False)
    same = 0
    for item, answer in zip(held_out, report["answers"], strict=True):
        assert item.input == answer["input"]
        said: Any = model.create_chat_completion(
            [{"role": "system", "content": item.instruction}, {"role": "user", "content": item.input}],
            temperature=0.0,
            max_tokens=32,
        )
        same += said["choices"][0]["message"]["content"] == answer["written"]
    model.close()
    assert same >= len(held_out) * 0.9


def test_the_adapter_says_what_it_is_and_for_which_model(made: Path) -> None:
    facts = read_header(made / "adapter.gguf").facts
    assert facts["general.type"] == "adapter"
    assert facts["adapter.type"] == "lora"
    assert facts["adapter.lora.alpha"] == 32.0
    assert facts["general.architecture"] == "llama"


def test_the_onnx_folder_is_whole(made: Path) -> None:
    names = {file.name for file in (made / "onnx").iterdir()}
    assert {"model.onnx", "config.json", "tokenizer.json", "tokenizer_config.json"} <= names
    configuration = json.loads((made / "onnx/tokenizer_config.json").read_text(encoding="utf-8"))
    assert "<|im_start|>assistant" in configuration["chat_template"]
    assert configuration["eos_token"] == "<|im_end|>"


def test_a_model_that_the_recipe_does_not_teach_is_refused_in_one_sentence(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.gguf"
    foreign.write_bytes(b"no model at all")
    done = finetune("--model", str(foreign), "--out", str(tmp_path / "made"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "foreign.gguf" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["foreign.gguf"]


def test_an_interrupted_run_leaves_nothing_and_says_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "dev.py"), "finetune", "--out", str(tmp_path / "made")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not list(tmp_path.iterdir()):
        assert process.poll() is None
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
