"""Say beside an answer what somebody should know of the text model that wrote it, or did not."""

from __future__ import annotations

from medbot_desktop.cli.prompts import tell
from medbot_desktop.workspace import Workspace


def tell_of_model(workspace: Workspace) -> None:
    """Say what is new of the text models, e.g. that the clinic's server failed; each thing is said once."""
    if workspace.text_model is not None and (notice := workspace.text_model.take_notice()):
        tell([notice])
