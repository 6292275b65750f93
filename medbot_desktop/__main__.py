"""Start MedBot: the command line, or the window when no command is given."""

import logging

from medbot_desktop.network import install_guard


def main() -> None:
    """Run the program with the network off."""
    # Loaded here, because the text model's process reads this module again and needs no command line.
    from medbot_desktop.cli.main import run

    install_guard()
    # Without a vault on the disk there is nowhere to log to; a terminal shows only what a person should read.
    logging.getLogger("medbot_desktop").addHandler(logging.NullHandler())
    run(_open_window)


def _open_window(profile: str) -> int:
    # Qt is loaded only for the window: a command must not wait for it.
    from medbot_desktop.ui.app import open_window

    return open_window(profile)


if __name__ == "__main__":
    main()
