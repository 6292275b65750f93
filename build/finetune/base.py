"""Open the text model that is taught: its weights and its vocabulary, both from the GGUF file that the program runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.update({"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "TQDM_DISABLE": "1"})

import torch
import transformers
from tokenizers import decoders, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from build.finetune.items import Item
from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.inference.gguf import read_header

_TAUGHT = "llama"
_VOCABULARY = "smollm"
"""How SmolLM2's file names the way it cuts text; a file that cuts otherwise is refused rather than taught wrongly."""
LONGEST_ITEM = 1024
"""Tokens of an item with its answer: what a step may hold on an ordinary PC."""
_HINT = "The recipe teaches SmolLM2; see the README beside it."


@dataclass(frozen=True, slots=True)
class Base:
    """A model to teach.

    Attributes:
        file: the GGUF file that it was read from.
        model: the network of ``transformers``, in 32-bit floats.
        tokenizer: cuts text as llama.cpp does with this file, and adds no token by itself.
    """

    file: Path
    model: Any
    tokenizer: Any

    @property
    def end(self) -> int:
        """The token that ends a message."""
        return int(self.tokenizer.eos_token_id)

    def prompt(self, item: Item) -> list[int]:
        """The tokens of an item up to where the model is to write."""
        messages = [{"role": "system", "content": item.instruction}, {"role": "user", "content": item.input}]
        return list(self.tokenizer.apply_chat_template(messages, add_generation_prompt=True))

    def answer(self, item: Item) -> list[int]:
        """The tokens that the model is to write, with the one that ends them."""
        return [*self.tokenizer(item.output)["input_ids"], self.end]

    def check_lengths(self, items: Sequence[Item]) -> None:
        """Make sure that every item can be learnt from.

        Raises:
            InputError: one has more tokens than a step may hold.
        """
        for item in items:
            count = len(self.prompt(item)) + len(self.answer(item))
            if count > LONGEST_ITEM:
                raise InputError(
                    f"Line {item.line} has {count:,} tokens, and one item may have {LONGEST_ITEM:,}.",
                    hint="Shorten it, or leave it out.",
                )

    def text(self, tokens: list[int]) -> str:
        """What was written, without the token that ends it."""
        return str(self.tokenizer.decode(tokens, skip_special_tokens=True)).strip()


def open_base(file: Path) -> Base:
    """Read weights and vocabulary; nothing is asked of a network.

    Args:
        file: a GGUF file of SmolLM2, in any of llama.cpp's quantised forms.

    Raises:
        ModelError: it is damaged or another kind of model.
    """
    facts = read_header(file).facts
    if (facts.get("general.architecture"), facts.get("tokenizer.ggml.pre")) != (_TAUGHT, _VOCABULARY):
        raise ModelError(f"{file.name} is not of the family that this recipe teaches.", hint=_HINT)
    transformers.logging.set_verbosity_error()
    place = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    try:
        tokenizer = _tokenizer(AutoTokenizer.from_pretrained(**place))
        # transformers undoes llama.cpp's order of the rows of queries and keys while it reads.
        model = AutoModelForCausalLM.from_pretrained(**place, dtype=torch.float32)
    except (OSError, ValueError, KeyError, IndexError, RuntimeError) as error:
        raise ModelError(f"{file.name} cannot be read as a model to teach.", hint=_HINT) from error
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    return Base(file, model.eval(), tokenizer)


def _tokenizer(read: Any) -> Any:
    """Cut as SmolLM2 does: digits one by one, no token added at the start; the reader of GGUF files knows neither."""
    network = read.backend_tokenizer
    digits, letters = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    network.pre_tokenizer = pre_tokenizers.Sequence([digits, letters])
    network.decoder, network.post_processor, network.normalizer = decoders.ByteLevel(), None, None
    marks = {
        "bos_token": "<|im_start|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>",
        "unk_token": "<|endoftext|>",
    }
    return PreTrainedTokenizerFast(
        tokenizer_object=network,
        **marks,
        chat_template=read.chat_template,
        model_max_length=8192,
        clean_up_tokenization_spaces=False,
    )
