"""Ask for the graphics cards from a process of its own: asking opens their drivers, which hold memory and may crash."""

from __future__ import annotations

import multiprocessing
from functools import cache
from multiprocessing.connection import Connection

from medbot_desktop.inference.offload import Card, graphics_cards

_PATIENCE_S = 60.0


@cache
def cards_of_this_computer() -> tuple[Card, ...]:
    """The graphics cards that llama.cpp can use here, none where asking fails; asked once, which takes seconds."""
    context = multiprocessing.get_context("spawn")
    ours: Connection
    theirs: Connection
    ours, theirs = context.Pipe()
    process = context.Process(target=_tell, args=(theirs,), name="MedBot graphics cards", daemon=True)
    process.start()
    theirs.close()
    try:
        return tuple(ours.recv()) if ours.poll(_PATIENCE_S) else ()
    except EOFError:
        return ()
    finally:
        process.kill()
        process.join()
        ours.close()


def _tell(pipe: Connection) -> None:
    pipe.send(graphics_cards())
