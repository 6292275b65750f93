"""Open the window as the program does, and say when it could be used and how much memory it takes."""

from __future__ import annotations

import json
import sys
import time

import psutil

_SETTLING_MS = 2_000


def main(with_text_model: bool) -> None:
    """Print one object: moments in seconds since the epoch, memory in bytes."""
    # Loaded here as in the program, because the text model's process reads this module again and needs no window.
    from PySide6.QtCore import QTimer

    from medbot_desktop.network import install_guard
    from medbot_desktop.settings import load_settings
    from medbot_desktop.ui.app import application
    from medbot_desktop.ui.main_window import MainWindow
    from medbot_desktop.ui.theme import Appearance
    from medbot_desktop.ui.worker import Services, Worker
    from medbot_desktop.vault.scrub import guard_heap

    def open_workspace() -> Services:
        from medbot_desktop.workspace import Workspace

        workspace = Workspace.open("demo", with_text_model=with_text_model).prepare()
        if workspace.text_model is not None:
            workspace.text_model.wait_ready(60)
        return workspace

    install_guard()
    guard_heap()
    app = application()
    worker = Worker(open_workspace)
    window = MainWindow(Appearance(load_settings().theme), worker)
    moments: dict[str, float] = {}

    def report() -> None:
        process = psutil.Process()
        family = [process, *process.children(recursive=True)]
        print(json.dumps(moments | {"resident": sum(member.memory_info().rss for member in family)}))
        window.close()

    def answering() -> None:
        moments["answering"] = time.time()
        QTimer.singleShot(_SETTLING_MS, report)

    worker.ready.connect(answering)
    window.show()
    app.processEvents()
    moments["usable"] = time.time()
    QTimer.singleShot(0, worker.start)
    app.exec()


if __name__ == "__main__":
    main(with_text_model="--without-text-model" not in sys.argv)
