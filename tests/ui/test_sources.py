"""What the window imports is not read a second time as source."""

from __future__ import annotations

import subprocess
import sys


def test_no_source_of_what_is_imported_after_qt_stays_in_memory() -> None:
    look = (
        "import linecache; import medbot_desktop.ui.theme; import medbot_desktop.workspace;"
        "print([file for file in linecache.cache if file.endswith(('vault.py', 'orm/session.py'))])"
    )
    printed = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
