"""Write a trained LoRA as the GGUF file that llama.cpp lays over its own model, and look through its eyes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gguf
import llama_cpp
import numpy as np
from numpy.typing import NDArray

from build.finetune.base import LONGEST_ITEM, Base
from build.finetune.judging import LONGEST_ANSWER, Predict
from build.finetune.training import Course

_ARCHITECTURE = "llama"
_WEIGHT = re.compile(r"\.layers\.(\d+)\.\w+\.(\w+)\.lora_([AB])\.")
_NAMES = {
    "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output",
    "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down",
}  # fmt: skip


def write_adapter(model: Any, base: Base, course: Course, file: Path) -> None:
    """Write a LoRA for llama.cpp.

    Args:
        model: the trained model of ``peft``.
        base: what it was trained on; the file names it with its SHA-256.
        course: holds the alpha by which llama.cpp scales it.
        file: where to.
    """
    shape = base.model.config
    heads = {"q_proj": shape.num_attention_heads, "k_proj": shape.num_key_value_heads}
    writer = gguf.GGUFWriter(file, _ARCHITECTURE)
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(course.alpha))
    writer.add_name(file.stem)
    writer.add_base_model_count(1)
    writer.add_base_model_name(0, base.file.stem)
    with base.file.open("rb") as weights:
        writer.add_string("medbot.base_model.sha256", hashlib.file_digest(weights, "sha256").hexdigest())
    for name, weight in sorted(model.state_dict().items()):
        found = _WEIGHT.search(name)
        if found:
            layer, module, side = found.groups()
            matrix = weight.numpy()
            if side == "B" and module in heads:
                matrix = in_llama_order(matrix, heads[module])
            writer.add_tensor(f"blk.{layer}.{_NAMES[module]}.weight.lora_{side.lower()}", matrix.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def in_llama_order(rows: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Put the rows of queries or keys in llama.cpp's order: within a head, the two halves take turns.

    Args:
        rows: one for each output, (heads x width, n).
        heads: how many there are.
    """
    halves = rows.reshape(heads, 2, -1, rows.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows.shape))


@contextmanager
def llama_cpp_eyes(file: Path, adapter: Path | None) -> Iterator[Predict]:
    """Open a model with llama.cpp, and an adapter over it, as the program does, to see which tokens it finds likeliest.

    Args:
        file: the model.
        adapter: laid over it; None: nothing.
    """
    lora = str(adapter) if adapter else None
    model = llama_cpp.Llama(
        str(file), lora_path=lora, n_ctx=LONGEST_ITEM + LONGEST_ANSWER, n_gpu_layers=0, logits_all=True, verbose=False
    )  # fmt: skip

    def predict(tokens: list[int]) -> list[int]:
        model.reset()  # type: ignore[no-untyped-call]
        model.eval(tokens)
        likeliest: list[int] = model.scores[: len(tokens)].argmax(axis=1).tolist()
        return likeliest

    try:
        yield predict
    finally:
        model.close()
