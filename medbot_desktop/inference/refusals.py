"""What a person reads when a text model cannot do what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.bounded import BRING_ANOTHER
from medbot_desktop.inference.gguf import one_line, read_header
from medbot_desktop.inference.llama_messages import LoadFailed, OnnxRefused, Reply
from medbot_desktop.inference.llama_process import End

_VERIFY_HINT = "Check it with `medbot models verify`, or choose another model in the settings."
_AGAIN_HINT = "Ask again in a moment."

_REFUSALS: Mapping[str, tuple[str, str]] = {
    "too_long": ("The text model cannot read so much text at once.", "Ask something shorter."),
    "grammar": ("The text model cannot follow this grammar.", "Correct the grammar."),
    "schema": ("The text model cannot follow this JSON schema.", "Correct the schema, or make it simpler."),
    "template": ("The chat template of the text model cannot lay out this conversation.", _VERIFY_HINT),
}


def refused(reason: str, detail: str = "") -> ModelError:
    """Why the model does not serve a request; the reasons are those of ``llama_messages.Refused``."""
    message, hint = _REFUSALS.get(reason, (f"The text model failed ({detail}).", _VERIFY_HINT))
    return ModelError(message, hint)


def gone(end: End) -> ModelError:
    """What became of an answer whose process is gone."""
    happened = "stopped answering" if end == "hung" else "stopped in the middle of its answer"
    return ModelError(f"The text model {happened} and is being started again.", _AGAIN_HINT)


def cannot_load(reply: Reply | None, name: str) -> ModelError:
    """Why a model file that is here is not used at all."""
    if isinstance(reply, OnnxRefused):
        return ModelError(reply.message, reply.hint)
    if isinstance(reply, LoadFailed) and reply.reason == "template":
        return ModelError(f"The chat template in the model file {name} cannot be used.", _VERIFY_HINT)
    return ModelError(f"llama.cpp cannot open the model file {name}.", _VERIFY_HINT)


def not_taken(reply: Reply | None, path: Path, name: str) -> ModelError:
    """Why a model that a person brought is not taken in; nothing of it is here that could be checked.

    Args:
        reply: what its process said.
        path: the file or folder that was tried.
        name: of the model.
    """
    if isinstance(reply, OnnxRefused):
        return ModelError(reply.message, reply.hint)
    if isinstance(reply, LoadFailed) and reply.reason == "architecture":
        kind = one_line(read_header(path).architecture) or "without a name"
        return ModelError(
            f"The model file {name} is of a kind that this version of llama.cpp does not know: {kind}.",
            "Bring another model, or update MedBot if a newer version knows this one.",
        )
    return ModelError(cannot_load(reply, name).message, BRING_ANOTHER)


def resting() -> ModelError:
    """Why a model is not started at the moment."""
    return ModelError(
        "The text model stopped three times before it could answer, so MedBot goes on without it for now.", _VERIFY_HINT
    )


def not_ready() -> ModelError:
    """The model takes longer to load than anybody waits."""
    return ModelError("The text model is not ready yet.", _AGAIN_HINT)


def busy() -> ModelError:
    """Somebody else's answer takes longer than anybody waits."""
    return ModelError("The text model is busy with another answer.", "Wait for it, or stop it.")
