"""Ask several text models in their order, so that one that is down or slow costs a moment and not the answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.breaker import Breaker, BreakerLimits, State
from medbot_desktop.inference.runtime import Capabilities, ChatMessage, TextModel
from medbot_desktop.inference.served import Served
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.text_model import SupervisedTextModel

_LIMITS = BreakerLimits()
_FIRST_WITHIN_S = 150.0
_WAIT_S = 0.05


class FallbackTextModel:
    """Several text models behind one, the preferred one first.

    A model that fails before it wrote anything is passed over for the next one; one that fails in the middle of an
    answer is not replaced there, for the words of two models do not go together: the ``ModelError`` goes up, and the
    answer goes on without a model. One that fails again and again is left in peace for a while.

    Of the models on this computer only the first is loaded; another one is where those before it fail.

    Args:
        models: at least one; this object closes them.
        lesser: those that may do less, where there are any: they write nothing here, and are cared for and closed with
            these.
        counter: counts who served; None: one of its own.
        limits: when a model is left in peace, and for how long.
        first_within: seconds in which a model that is not the last must have begun, however it says that it lives.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        models: Sequence[TextModel],
        *,
        lesser: FallbackTextModel | None = None,
        counter: Served | None = None,
        limits: BreakerLimits = _LIMITS,
        first_within: float = _FIRST_WITHIN_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not models:
            raise ValueError("There must be a model to ask.")
        self.counter = counter or Served()
        self.lesser = lesser
        self._ranks = [(model, Breaker(limits, clock)) for model in models]
        self._first_within = first_within
        self._clock = clock
        self._lock = threading.Lock()
        self._served_by = models[0]

    @property
    def identity(self) -> str:
        """The model that served last, or would be asked first."""
        return self.served_by.identity

    @property
    def models(self) -> tuple[TextModel, ...]:
        """The models, in their order."""
        return tuple(model for model, _ in self._ranks)

    @property
    def served_by(self) -> TextModel:
        """The model that wrote last, even if only a part; before any did, the one that would be asked first."""
        with self._lock:
            return self._served_by

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of them: the measures of the one that would be asked first, the skills of all together."""
        models = [model.capabilities for model, _ in self._ranks]
        first = self._first().capabilities
        return replace(
            first,
            grammar=any(one.grammar for one in models),
            json_schema=any(one.json_schema for one in models),
            adapters=tuple(dict.fromkeys(name for one in models for name in one.adapters)),
        )

    @property
    def ready(self) -> bool:
        """Whether one of them would begin at once."""
        return any(model.ready and breaker.would_admit for model, breaker in self._ranks)

    @property
    def device(self) -> str:
        """Where the model computes that served last."""
        return self.served_by.device

    @property
    def placement(self) -> str:
        """Which layers of this computer's own model run where, and why; empty where none is loaded."""
        return next((model.placement for model in self._own() if model.placement), "")

    @property
    def own_count(self) -> int | None:
        """Tokens of what was written last, as the server that wrote it counts them; None where it does not say so."""
        model = self.served_by
        return model.own_count if isinstance(model, ServerTextModel) else None

    def take_notice(self) -> str:
        """What a person should be told: about the graphics card, or a server that does not serve; said once."""
        told = (
            model.take_notice() for model in self._all() if isinstance(model, SupervisedTextModel | ServerTextModel)
        )
        return " ".join(filter(None, told))

    def yield_to_person(self, typing: bool) -> None:
        """Take less of the processor while a person types, and all that is allowed again afterwards."""
        for model in self._own():
            model.yield_to_person(typing)

    def _own(self) -> list[SupervisedTextModel]:
        """The models that run on this computer."""
        return [model for model in self._all() if isinstance(model, SupervisedTextModel)]

    def _all(self) -> tuple[TextModel, ...]:
        return (*self.models, *(self.lesser.models if self.lesser else ()))

    @property
    def states(self) -> dict[str, State]:
        """How each one's breaker stands, by the model's name."""
        return {model.identity: breaker.state for model, breaker in self._ranks}

    def start(self) -> None:
        """Begin to load the first of this computer that can be, ask the servers before it, and return at once."""
        for model, _ in self._ranks:
            model.start()
            if isinstance(model, SupervisedTextModel) and (model.ready or model.loading):
                return

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until one of them is ready, ``timeout`` seconds at most; False where none is or can become so."""
        now = begun = time.monotonic()
        while not self.ready and (timeout is None or now - begun < timeout):
            for model, _ in self._ranks:
                model.wait_ready(_WAIT_S)
            before, now = now, time.monotonic()
            if now - before < _WAIT_S:  # nobody was worth waiting for
                break
        return self.ready

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of these messages for the model that would be asked first.

        Raises:
            ModelError: it cannot be asked.
        """
        return self._first().count_tokens(messages)

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        grammar: str | None = None,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        adapter: str | None = None,
    ) -> Generator[str, None, None]:
        """Write the next message of a chat by the first model that can, as ``TextModel.stream`` says.

        Raises:
            ModelError: none of them could begin, or one broke off in the middle.
        """

        def ask(model: TextModel) -> Generator[str, None, None]:
            return model.stream(
                messages,
                max_tokens=max_tokens,
                temperature=temperature,
                seed=seed,
                grammar=grammar,
                schema=schema,
                stop=stop,
                adapter=adapter,
            )

        able = [
            rank for rank in self._by_readiness() if _is_able(rank[0].capabilities, grammar, schema, adapter)
        ] or self._ranks
        last = ModelError("No text model can be asked at the moment.", "Ask again in a moment.")
        for place, (model, breaker) in enumerate(able):
            if not breaker.admit():
                continue
            is_last = not any(later.would_admit for _, later in able[place + 1 :])
            try:
                yield from self._write(model, breaker, ask(model), None if is_last else self._first_within)
                return
            except _NotBegunError as error:
                last = error.why
        raise last

    def unload(self) -> None:
        """Give the memory of all of them back."""
        for model in self._all():
            model.unload()

    def close(self) -> None:
        """End all of them."""
        for model in self._all():
            model.close()

    def _first(self) -> TextModel:
        return next((model for model, breaker in self._by_readiness() if breaker.would_admit), self._ranks[0][0])

    def _by_readiness(self) -> list[tuple[TextModel, Breaker]]:
        """Those that would begin at once, then those that have to be waited for, each in their order."""
        return sorted(self._ranks, key=lambda rank: not rank[0].ready)

    def _write(
        self, model: TextModel, breaker: Breaker, pieces: Generator[str, None, None], within: float | None
    ) -> Generator[str, None, None]:
        """Pass one model's answer on.

        Raises:
            _NotBegunError: it failed before it wrote anything.
            ModelError: it broke off.
        """
        asked, written, is_known = self._clock(), 0, False
        try:
            with closing(pieces):
                for piece in pieces:
                    if piece and not written:
                        self.counter.began(model.identity, self._clock() - asked)
                        with self._lock:
                            self._served_by = model
                    written += bool(piece)
                    if not written and within is not None and self._clock() - asked > within:
                        raise ModelError("The text model does not begin to answer.", "Ask again in a moment.")
                    yield piece
            breaker.succeeded()
            is_known = True
            self.counter.wrote(model.identity, written, ended=True)
        except ModelError as error:
            # A model that is ready all the same has refused this request only.
            is_known = written > 0 or not model.ready or (within is not None and self._clock() - asked > within)
            if is_known:
                breaker.failed()
            if written:
                self.counter.wrote(model.identity, written, broken=True)
                raise
            self.counter.passed_over(model.identity)
            model.start()
            raise _NotBegunError(error) from error
        except GeneratorExit:
            if written:
                breaker.succeeded()
                is_known = True
            self.counter.wrote(model.identity, written)
            raise
        finally:
            if not is_known:
                breaker.released()


class _NotBegunError(Exception):
    """A model failed before it wrote anything.

    Args:
        why: its own words.
    """

    def __init__(self, why: ModelError) -> None:
        super().__init__(why.message)
        self.why = why


def _is_able(can: Capabilities, grammar: str | None, schema: Mapping[str, Any] | None, adapter: str | None) -> bool:
    return (
        (grammar is None or can.grammar)
        and (schema is None or can.json_schema)
        and (adapter is None or adapter in can.adapters)
    )
