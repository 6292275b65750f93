"""Do the slow work of the page of the library's health; only worker threads call what is here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress

if TYPE_CHECKING:
    from medbot_desktop.knowledge.upkeep.upkeep import Health

Work = Callable[[Services, Progress], "Health"]
"""Looks through the libraries, and tells how far it is."""


def verify(services: Services, tell: Progress) -> Health:
    """Find what does not fit together."""
    from medbot_desktop.knowledge.upkeep.upkeep import carried_out

    with services.library_upkeep() as upkeep:
        return carried_out(upkeep.verify(), tell)


def repair(services: Services, tell: Progress) -> Health:
    """Put right what can be."""
    from medbot_desktop.knowledge.upkeep.upkeep import carried_out

    with services.library_upkeep() as upkeep:
        health = carried_out(upkeep.repair(), tell)
        services.retriever.renew(upkeep.vault)
        return health


def embedders(services: Services) -> tuple[Mapping[str, str], str]:
    """The embedders of this computer, name to title, and the name of the one in use."""
    return services.embedders, services.embedder


def embed(services: Services, name: str, tell: Progress) -> None:
    """Embed the libraries by another embedder and let it take over; interrupted, it goes on from there next time."""
    with services.reembedding(name) as work:
        for step in work.run():
            tell(step.done, step.total)
        work.switch(services.embedder_marks(name))
