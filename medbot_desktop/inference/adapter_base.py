"""Find out which models a LoRA adapter was made for, so that none is laid over another one."""

from __future__ import annotations

from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.disk import sha256_of
from medbot_desktop.inference.gguf import GgufHeader, one_line, read_header
from medbot_desktop.inference.store import ModelStore

BASE_KEY = "medbot.base_model.sha256"
"""Where an adapter that was trained with `build/finetune` names the file that it was trained on."""

_EMBEDDING = "token_embd.weight"
_SHOWN = 3


def models_for(store: ModelStore, adapter: GgufHeader, name: str) -> tuple[str, ...]:
    """The titles of the models on this computer that an adapter was made for.

    Args:
        store: the models of this computer.
        adapter: header of its file.
        name: of its file, for the sentence.

    Raises:
        ModelError: it was made for none of them.
    """
    found, has_like = [], False
    for entry in store.installed():
        folder = store.folder_of(entry)
        if entry.purpose != "chat" or entry.runtime != "llama.cpp" or folder is None:
            continue
        try:
            model = read_header(folder / entry.files[0].name)
        except ModelError:  # `medbot models verify` says what is wrong with it
            continue
        has_like = has_like or model.architecture == adapter.architecture
        if fits(adapter, model) and adapter.facts.get(BASE_KEY, entry.files[0].sha256) == entry.files[0].sha256:
            found.append(entry.title)
    if not found:
        kind = "" if has_like else f", one of the kind {one_line(adapter.architecture) or 'without a name'}"
        raise ModelError(
            f"The adapter {name} was made for another model than those on this computer{kind}.",
            "Add the model that it was trained on first, then the adapter again.",
        )
    return tuple(found)


def listed(titles: tuple[str, ...]) -> str:
    """For whom an adapter is, in a sentence."""
    more = f" and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
    return f"For {', '.join(titles[:_SHOWN])}{more}."


def fits(adapter: GgufHeader, model: GgufHeader) -> bool:
    """Whether an adapter is for a model's kind, and each pair of its matrices for a weight that the model has.

    The shapes are those that llama.cpp asks for (llama-adapter.cpp): the first matrix takes what the weight takes, the
    second gives what it gives; only at the table of words are both turned round.
    """
    if adapter.architecture != model.architecture:
        return False
    halves = {name.rpartition(".")[0] for name in adapter.shapes if name.endswith((".lora_a", ".lora_b"))}
    return bool(halves) and all(_fits(adapter, model, name) for name in halves)


def _fits(adapter: GgufHeader, model: GgufHeader, name: str) -> bool:
    weight, first, second = (
        model.shapes.get(name, ()),
        adapter.shapes.get(f"{name}.lora_a", ()),
        adapter.shapes.get(f"{name}.lora_b", ()),
    )
    if min(len(weight), len(first), len(second)) < 2:
        return False
    if name == _EMBEDDING:
        return (second[1], first[1]) == weight[:2]
    return (first[0], second[1]) == weight[:2] and first[1] == second[0]


def check_adapter(path: Path, name: str, model: Path) -> None:
    """Look whether a file is a LoRA adapter at all, and one for the model that serves, before llama.cpp opens it.

    Args:
        path: its file.
        name: what requests call it.
        model: the file of the model; it is read through where the adapter names the very file that it was trained on.

    Raises:
        ModelError: it is damaged, no adapter, or one of another model.
    """
    try:
        header = read_header(path)
    except ModelError as error:
        raise ModelError(f"The adapter {name} cannot be used: {error.message}", error.hint) from error
    if header.kind != "adapter" or header.facts.get("adapter.type") != "lora" or not fits(header, read_header(model)):
        raise adapter_refused(name)
    if BASE_KEY in header.facts and header.facts[BASE_KEY] != sha256_of(model):
        raise adapter_refused(name)


def adapter_refused(name: str) -> ModelError:
    """Why the model goes on without an adapter."""
    return ModelError(
        f"The adapter {name} is damaged or made for another model, so it is not used.",
        "Choose an adapter that was trained on this model, or none.",
    )
