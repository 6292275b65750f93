"""Do the slow work of the page of the library's health; only worker threads call what is here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress

if TYPE_CHECKING:
    from medbot_desktop.knowledge.upkeep.upkeep import Health

_Result = TypeVar("_Result")
Work = Callable[[Services, Progress], "Health"]
"""Looks through the libraries, and tells how far it is."""


class _Step(Protocol):
    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


def verify(services: Services, tell: Progress) -> Health:
    """Find what does not fit together."""
    with services.library_upkeep() as upkeep:
        return _followed(upkeep.verify(), tell)


def repair(services: Services, tell: Progress) -> Health:
    """Put right what can be."""
    with services.library_upkeep() as upkeep:
        health = _followed(upkeep.repair(), tell)
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


def _followed(steps: Generator[_Step, None, _Result], tell: Progress) -> _Result:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        tell(step.done, step.total)
