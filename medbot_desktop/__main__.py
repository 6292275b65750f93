"""Start MedBot: the command line, or the window when no command is given."""

import logging

from medbot_desktop.network import install_guard


def main() -> None:
    """Run the program with the network off."""
    # Loaded here, because the text model's process reads this module again and needs no command line.
    from medbot_desktop.cli.main import run

    install_guard()
    # Only a vault on the disk comes with a log. A terminal shows what a person should read, and no record of it.
    logger = logging.getLogger("medbot_desktop")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    run(_open_window)


def _open_window(profile: str | None) -> int:
    # Before anything starts a thread: the lock can overwrite only what was freed in a heap that it reaches.
    from medbot_desktop.vault.scrub import guard_heap

    guard_heap()
    # Qt is loaded only for the window: a command must not wait for it.
    from medbot_desktop.ui.app import open_window

    return open_window(profile)


if __name__ == "__main__":
    main()
