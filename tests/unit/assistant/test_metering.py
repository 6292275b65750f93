"""What a text model writes is measured turn by turn, and so is what it leaves to others."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from medbot_desktop.assistant.metering import Meter
from medbot_desktop.domain import ModelWork
from medbot_desktop.inference.fallback import FallbackTextModel
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_model import ServerTextModel
from tests.servers import Server, event, sending, streamed

ASKED = (ChatMessage("user", "Hello"),)


class Writer:
    """Writes what it was given, as the model of its identity."""

    ready, device, capabilities = True, "cpu", Capabilities("llama.cpp", 512)

    def __init__(self, *pieces: str) -> None:
        self.identity, self.served_by = "first@0123", "first@0123"
        self._pieces = pieces

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return len(messages)

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        self.identity = self.served_by
        yield from self._pieces


def work_of(meter: Meter, composed: bool = False) -> list[tuple[str, int, bool, bool]]:
    return [(one.model, one.tokens, one.composed, one.fell_back) for one in meter.take(composed)]


def test_pieces_with_text_are_counted_and_the_time_to_the_first() -> None:
    meter = Meter(Writer("", "", "Rest", " well", "."))
    assert list(meter.stream(ASKED, max_tokens=9)) == ["", "", "Rest", " well", "."]
    [work] = meter.take(composed=True)
    assert (work.model, work.tokens, work.composed, work.fell_back) == ("first", 3, True, False)
    assert work.first_text_ms is not None


def test_several_streams_of_one_turn_are_one_piece_of_work() -> None:
    meter = Meter(Writer("Rest", "."))
    for _ in range(2):
        list(meter.stream(ASKED, max_tokens=9))
    assert work_of(meter, composed=True) == [("first", 4, True, False)]


def test_a_model_that_was_not_asked_did_nothing() -> None:
    assert Meter(Writer("Rest")).take() == ()


def test_a_model_that_could_not_be_asked_fell_back() -> None:
    meter = Meter(Writer())
    meter.fell_back = True
    assert meter.take() == (ModelWork("first", fell_back=True),)
    assert meter.take() == ()


def test_what_was_written_and_not_shown_fell_back() -> None:
    meter = Meter(Writer("2 grams"))
    list(meter.stream(ASKED, max_tokens=9))
    meter.fell_back = True
    assert work_of(meter) == [("first", 1, False, True)]


def test_the_model_that_served_in_the_place_of_the_first_is_told() -> None:
    writer = Writer("Rest", ".")
    meter = Meter(writer)
    writer.served_by = "second@4567"
    list(meter.stream(ASKED, max_tokens=9))
    assert work_of(meter, composed=True) == [("first", 0, False, True), ("second", 2, True, False)]


def test_the_count_of_a_server_that_sends_long_pieces_is_taken() -> None:
    end = [event(finish="stop"), b"data: [DONE]\n\n"]
    used = b'data: {"choices": [], "usage": {"completion_tokens": 12}}\n\n'
    long = event("Drink plenty of cool or warm drinks, and rest your voice.")
    scripts = iter([sending(streamed(long, end[0], used, end[1])), sending(streamed(long, *end))])
    server = Server(lambda connection: next(scripts)(connection))
    place = f"localhost:{server.port}"
    model = FallbackTextModel([ServerTextModel(ServerAddress.parse(f"http://{place}", [place]), "clinic-7b")])
    meter = Meter(model)
    counts = []
    for _ in range(2):
        assert "".join(meter.stream(ASKED, max_tokens=40)).startswith("Drink plenty")
        counts += work_of(meter, composed=True)
    model.close()
    server.close()
    assert counts == [("clinic-7b", 12, True, False), ("clinic-7b", 1, True, False)]
