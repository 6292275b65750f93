"""Write a model for ONNX Runtime: exported by optimum with its key-value cache, the weights in 8 bits."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from optimum.exporters.onnx import onnx_export_from_model

from build.finetune.base import Base
from build.finetune.judging import Predict

MODEL = "model.onnx"
_BITS, _BLOCK = 8, 32
_SUMS_IN_8_BITS = 4
"""ONNX Runtime's accuracy level at which a row of inputs, too, is rounded to 8 bits, block by block, while it runs."""


def write_onnx(base: Base, model: Any, folder: Path) -> None:
    """Write a folder that ONNX Runtime can write texts with: model, configuration, vocabulary and chat template.

    Args:
        base: holds the vocabulary.
        model: a network of ``transformers``, adapters merged in.
        folder: made anew.
    """
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="exporting-") as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of each branch in Python that it follows only once
        exported = Path(name)
        _part_the_vocabulary(model)
        onnx_export_from_model(model, exported, task="text-generation-with-past", do_validation=False)
        _store_in_8_bits(exported / MODEL, folder / MODEL)
        shutil.copy(exported / "config.json", folder)
    base.tokenizer.save_pretrained(folder, save_jinja_files=False)


def onnx_eyes(base: Base, file: Path) -> Predict:
    """Open an exported model, to see which tokens it finds likeliest.

    Args:
        base: the model that it was exported from; gives the shape of the cache.
        file: the exported model.
    """
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    shape = base.model.config
    width = getattr(shape, "head_dim", None) or shape.hidden_size // shape.num_attention_heads
    nothing = np.zeros((1, shape.num_key_value_heads, 0, width), np.float32)
    names = [given.name for given in session.get_inputs()]

    def predict(tokens: list[int]) -> list[int]:
        rows = {
            "input_ids": np.array([tokens]),
            "attention_mask": np.ones((1, len(tokens)), np.int64),
            "position_ids": np.arange(len(tokens))[None],
        }
        scores = session.run(["logits"], {name: rows.get(name, nothing) for name in names})[0]
        likeliest: list[int] = scores[0].argmax(axis=1).tolist()
        return likeliest

    return predict


def _part_the_vocabulary(model: Any) -> None:
    """Give the last product its own copy of the vocabulary's weights, which it shares with the first step.

    Shared weights are exported for the first step, and the last one could not be stored in 8 bits.
    """
    model.config.tie_word_embeddings = False
    model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())


def _store_in_8_bits(exported: Path, file: Path) -> None:
    """Round the weights to 8 bits: those of products in blocks, those of the vocabulary as a whole.

    A block of 32 weights shares a scale. With one scale for a row, as ``quantize_dynamic`` has it for products, the few
    large values in this family's layers drown the rest: see the README beside this file.
    """
    products = MatMulNBitsQuantizer(
        onnx.load(exported), bits=_BITS, block_size=_BLOCK, is_symmetric=True, accuracy_level=_SUMS_IN_8_BITS
    )
    products.process()
    half_done = exported.with_name("products.onnx")
    products.model.save_model_to_file(str(half_done), False)
    quantize_dynamic(half_done, file, op_types_to_quantize=["Gather"], weight_type=QuantType.QUInt8)
