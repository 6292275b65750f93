"""Read what lies beside the graph of an exported language model: figures, tokenizer, chat template."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.export_template import PLAIN, ExportTemplate
from medbot_desktop.inference.llama_messages import ChatMessage

GRAPHS = ("model.onnx", "decoder_model_merged.onnx", "model_quantized.onnx")
"""What exporters call the graph; the first that is there is taken."""

_MOST_BYTES = 100 * 2**20
_HINT = "Export the model again with optimum, or copy all of its folder."
# The widest figures of any language model known, with much room above them.
_BOUNDS = {
    "max_position_embeddings": (16, 10_000_000),
    "vocab_size": (2, 2_000_000),
    "num_hidden_layers": (1, 1_000),
    "num_attention_heads": (1, 1_000),
    "num_key_value_heads": (1, 1_000),
    "hidden_size": (1, 200_000),
    "head_dim": (1, 10_000),
}


@dataclass(frozen=True, slots=True)
class OnnxExport:
    """A folder that optimum wrote, checked as far as it can be without opening the graph.

    Attributes:
        graph: the ONNX file.
        sizes: the figures of ``config.json`` that were there, by their names in it.
        tokenizer: the tokenizer.
        template: how a chat is laid out.
        ends: tokens that end an answer.
    """

    graph: Path
    sizes: dict[str, int]
    tokenizer: Tokenizer
    template: ExportTemplate
    ends: frozenset[int]
    _control: re.Pattern[str]

    @classmethod
    def read(cls, folder: Path, on_time_out: Callable[[], None]) -> OnnxExport:
        """Read and check a folder.

        Args:
            folder: the export.
            on_time_out: tells that the chat template takes too long, as in ``chat_template.bounded``.

        Raises:
            ModelError: a file is missing, damaged or absurd; it names the file.
        """
        graph = next((folder / name for name in GRAPHS if (folder / name).is_file()), None)
        if graph is None:
            raise ModelError(f"The model folder {folder.name} has no {GRAPHS[0]}.", _HINT)
        config = _json(folder / "config.json")
        sizes = _sizes(config)
        tokenizer = _tokenizer(folder / "tokenizer.json")
        generation = _json(folder / "generation_config.json", optional=True)
        spoken = _json(folder / "tokenizer_config.json", optional=True)
        added = tokenizer.get_added_tokens_decoder()
        special = sorted((token.content for token in added.values() if token.special), key=len, reverse=True)
        if tokenizer.get_vocab_size(with_added_tokens=False) > sizes.get("vocab_size", 2**31):
            raise ModelError("The model's tokenizer.json has more tokens than its config.json says.", _HINT)
        return cls(
            graph,
            sizes,
            tokenizer,
            ExportTemplate(_template(folder, spoken), _marks(spoken), on_time_out),
            _ends(tokenizer, [config, generation], spoken),
            re.compile("|".join(map(re.escape, filter(None, special))) or r"(?!)"),
        )

    def tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The tokens of a chat. Nobody can write the marks that part one role from another.

        Raises:
            TemplateError: the template cannot lay these messages out.
        """
        plain = [ChatMessage(message.role, self._plain(message.content)) for message in messages]
        return list(self.tokenizer.encode(self.template.render(plain), add_special_tokens=False).ids)

    def _plain(self, text: str) -> str:
        return self._control.sub(" ", text.encode("utf-8", "replace").decode("utf-8"))


def _json(path: Path, *, optional: bool = False) -> dict[str, Any]:
    if optional and not path.is_file():
        return {}
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelError(f"The model's {path.name} is larger than any such file.", _HINT)
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"The model's {path.name} cannot be read: {error.strerror}.", _HINT) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The model's {path.name} is damaged.", _HINT) from error
    if not isinstance(content, dict):
        raise ModelError(f"The model's {path.name} is damaged.", _HINT)
    return content


def sizes_of(folder: Path) -> dict[str, int]:
    """The figures that the ``config.json`` of an export states, by their names in it.

    Raises:
        ModelError: it is missing, damaged or absurd.
    """
    return _sizes(_json(folder / "config.json"))


def _sizes(config: dict[str, Any]) -> dict[str, int]:
    return {name: _size(config, name) for name in _BOUNDS if config.get(name) is not None}


def _size(config: dict[str, Any], name: str) -> int:
    value, (least, most) = config[name], _BOUNDS[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ModelError(f"The model's config.json gives {name} a value that no language model has.", _HINT)
    return value


def _tokenizer(path: Path) -> Tokenizer:
    content = _json(path)
    try:
        tokenizer: Tokenizer = Tokenizer.from_str(json.dumps(content))
    except Exception as error:  # the library has no narrower word for a file that it cannot read
        raise ModelError(f"The model's {path.name} is damaged.", _HINT) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _template(folder: Path, spoken: dict[str, Any]) -> str:
    """The chat template: in a file of its own in newer exports, in the tokenizer's configuration in older ones."""
    own = folder / "chat_template.jinja"
    if own.is_file():
        try:
            return own.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"The model's {own.name} cannot be read.", _HINT) from error
    template = spoken.get("chat_template")
    if isinstance(template, list):
        named = {str(item.get("name")): item.get("template") for item in template if isinstance(item, dict)}
        template = named.get("default")
    return template if isinstance(template, str) else PLAIN


def _marks(spoken: dict[str, Any]) -> dict[str, str]:
    return {name: _token_text(spoken.get(name)) for name in ("bos_token", "eos_token", "unk_token", "pad_token")}


def _token_text(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else ""


def _ends(tokenizer: Tokenizer, configs: Sequence[dict[str, Any]], spoken: dict[str, Any]) -> frozenset[int]:
    ends = {tokenizer.token_to_id(_token_text(spoken.get("eos_token")))}
    for config in configs:
        value = config.get("eos_token_id")
        ends.update(value if isinstance(value, list) else [value])
    return frozenset(end for end in ends if isinstance(end, int))


def longest_context(folder: Path, wanted: int) -> int:
    """The tokens that a model may keep: as many as wanted, or as it was made for where those are fewer."""
    try:
        config = _json(folder / "config.json")
        return min(wanted, _size(config, "max_position_embeddings")) if "max_position_embeddings" in config else wanted
    except ModelError:
        return wanted  # whoever loads it will say what is wrong
