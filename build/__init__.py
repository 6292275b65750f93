"""Set MedBot up on a machine, and bundle it: the steps behind ``dev.py``, with nothing but Python 3.11 itself."""

import sys

from medbot_desktop.errors import MedBotError

if sys.version_info[:2] != (3, 11):
    sys.exit(
        f"MedBot needs Python 3.11, and this is Python {sys.version_info[0]}.{sys.version_info[1]}. "
        "Install Python 3.11 and call it by its name, as in: python3.11 dev.py run"
    )


class SetupError(MedBotError):
    """A step of setting up cannot be done on this machine as it is."""
