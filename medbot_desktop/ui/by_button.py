"""Name the button where an error names the command that does the same, for people who see a window."""

from __future__ import annotations

from collections.abc import Mapping

from medbot_desktop.domain import Failed

IN_SETTINGS = {
    "`medbot vault verify`": "“Check the vault” in the section “Backups”",
    "`medbot vault restore`": "“Restore it…” in the section “Backups”",
    "`medbot library list`": "The list at the left",
    "`medbot models list`": "The table of the section “Models”",
}

AT_THE_LOCK = {"`medbot vault restore`": "“Restore a backup…”"}


def by_button(failure: Failed, buttons: Mapping[str, str]) -> Failed:
    """The failure, with what to do about it in the words of a page.

    Args:
        failure: as the vault tells it.
        buttons: a command, as it stands in hints, to what the page calls it.
    """
    hint = failure.hint
    for command, button in buttons.items():
        hint = hint.replace(command, button)
    return Failed(failure.message, hint)
