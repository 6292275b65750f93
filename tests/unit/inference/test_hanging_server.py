"""A server that takes a question and never answers costs little, and before long nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.breaker import BreakerLimits
from medbot_desktop.inference.fallback import FallbackTextModel
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_call import ServerLimits
from medbot_desktop.inference.server_model import ServerTextModel
from tests.servers import Script, Server, event, reply, sending, streamed, until_closed

CHAT = [ChatMessage("user", "Hello")]
END = b"data: [DONE]\n\n"
KIND = sending(streamed(event("Good day."), event(finish="stop"), END))
QUICK = ServerLimits(loading=1.0, first=0.6, again=0.2, between=1.0)

Serve = Callable[..., tuple[Server, ServerTextModel]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Makes a server, and the model behind it."""
    made: list[Server | ServerTextModel] = []

    def make(chat: Script, models: Script | None = None, limits: ServerLimits = QUICK, examined: str = ""):  # type: ignore[no-untyped-def]
        server = Server(chat, models)
        place = f"localhost:{server.port}"
        model = ServerTextModel(
            ServerAddress.parse(f"http://{place}", [place]), "clinic-7b", limits=limits, examined=examined
        )
        made.extend([model, server])
        return server, model

    yield make
    for one in made:
        one.close()


def write(model: ServerTextModel | FallbackTextModel) -> str:
    return "".join(model.stream(CHAT, max_tokens=40))


def chats(server: Server) -> int:
    return sum(1 for _ in server.bodies())


def test_one_that_hangs_is_given_up_and_soon_not_asked_any_more_until_it_is_tried_again(serve: Serve) -> None:
    scripts: list[Script] = [until_closed]
    hanging, first = serve(lambda connection: scripts[-1](connection))
    _, second = serve(KIND)
    second.identity = "second"
    now = [0.0]
    model = FallbackTextModel([first, second], limits=BreakerLimits(failures=3, rest=1000.0), clock=lambda: now[0])
    for _ in range(5):
        now[0] += 100  # failures far from each other count, too
        first.start()
        assert first.wait_ready(5), "its list of models comes at once"
        assert write(model) == "Good day."
    assert chats(hanging) == 3
    assert model.states[first.identity] == "open"
    scripts.append(KIND)
    now[0] += 1000
    first.start()
    assert first.wait_ready(5)
    assert write(model) == "Good day."
    assert model.served_by is first
    assert model.states[first.identity] == "closed"


def test_while_it_is_left_in_peace_nothing_of_it_is_waited_for(serve: Serve) -> None:
    hanging, model = serve(until_closed)
    alone = FallbackTextModel([model], limits=BreakerLimits(failures=2), clock=lambda: 0.0)
    for _ in range(2):
        model.start()
        assert model.wait_ready(5)
        with pytest.raises(ModelError, match="does not answer"):
            write(alone)
    model.start()
    assert model.wait_ready(5)
    assert not alone.ready, "the turn is answered without it at once"
    with pytest.raises(ModelError, match="No text model can be asked"):
        write(alone)
    assert chats(hanging) == 2


def test_who_was_let_wait_waits_less_the_next_time_until_it_serves_again(serve: Serve) -> None:
    late = sending(1.5, streamed(event("Late."), END))
    scripts = iter([until_closed, late, KIND, late, until_closed, late])
    _, model = serve(lambda connection: next(scripts)(connection), limits=ServerLimits(first=4.0, again=0.3))
    for _ in range(2):
        with pytest.raises(ModelError, match="does not answer"):
            write(model)
    assert [write(model), write(model)] == ["Good day.", "Late."]
    with pytest.raises(ModelError, match="does not answer"):
        write(model)
    assert write(model) == "Late.", "it is known by now that it may take so long"


def test_who_gives_up_waiting_spares_the_next_one_the_wait(serve: Serve) -> None:
    _, model = serve(until_closed, limits=ServerLimits(first=600.0, again=0.2))
    waiting = model.stream(CHAT, max_tokens=40)
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        next(waiting)
    waiting.close()
    with pytest.raises(ModelError, match="does not answer"):
        write(model)


@pytest.mark.parametrize(
    ("chat", "models", "sentence"),
    [
        (until_closed, None, "does not answer"),
        (sending(reply("500 No", b"{}")), None, "HTTP 500"),
        (sending(streamed(event("Drink"), b'data: {"choi')), None, "in the middle of its answer"),
        (sending(streamed(event("Good", model="other-1b"))), None, "with another one"),
        (KIND, sending(reply("500 No", b"{}")), "HTTP 500"),
        (KIND, until_closed, "does not answer|has not answered yet"),
    ],
)
def test_what_kept_it_from_serving_is_said_once_until_it_has_served_again(
    serve: Serve, chat: Script, models: Script | None, sentence: str
) -> None:
    _, model = serve(chat, models)
    both = FallbackTextModel([model])
    assert both.take_notice() == ""
    for turn in range(2):
        with pytest.raises(ModelError):
            write(both)
        told = both.take_notice()
        if turn == 0:
            assert any(part in told for part in sentence.split("|"))
            assert "MedBot answers by itself" in told
        else:
            assert told == ""


def test_after_it_has_served_again_the_next_failure_is_said_anew(serve: Serve) -> None:
    broken = sending(reply("500 No", b"{}"))
    scripts = iter([broken, KIND, broken])
    _, model = serve(lambda connection: next(scripts)(connection))
    with pytest.raises(ModelError):
        write(model)
    assert "HTTP 500" in model.take_notice()
    assert write(model) == "Good day."
    with pytest.raises(ModelError):
        write(model)
    assert "HTTP 500" in model.take_notice()


def listing(**facts: object) -> Script:
    return sending(reply("200 OK", json.dumps({"data": [{"id": "clinic-7b", **facts}]}).encode()))


def test_another_model_behind_the_same_name_is_not_asked(serve: Serve) -> None:
    _, examined = serve(KIND, listing(owned_by="vllm", root="/models/one", created=1))
    assert write(examined) == "Good day."
    _, same = serve(KIND, listing(root="/models/one", owned_by="vllm", created=2), examined=examined.facts)
    assert write(same) == "Good day."
    server, other = serve(KIND, listing(owned_by="vllm", root="/models/two", created=1), examined=examined.facts)
    with pytest.raises(ModelError, match="Another model than the one that sat the exam") as told:
        write(other)
    assert "medbot models exam server:clinic-7b" in told.value.hint
    assert chats(server) == 0


def test_a_model_that_is_exchanged_while_it_serves_is_found(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medbot_desktop.inference.server_model._LOOK_S", 0.0)
    lists = [listing(root="/models/one")]
    _, first = serve(KIND, lists[0])
    assert write(first) == "Good day."
    _, model = serve(KIND, lambda connection: lists[-1](connection), examined=first.facts)
    assert write(model) == "Good day."
    lists.append(listing(root="/models/two"))
    until = time.monotonic() + 20
    while model.fault is None and time.monotonic() < until:
        model.start()
        model.wait_ready(1)
    with pytest.raises(ModelError, match="Another model than the one that sat the exam"):
        write(model)


def usage(count: object) -> bytes:
    return b"data: " + json.dumps({"choices": [], "usage": {"completion_tokens": count}}).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("told", "counted"), [(17, 17), (0, None), (-4, None), (True, None), ("17", None), (10**9, None), (None, None)]
)
def test_the_servers_own_count_is_taken_where_it_can_be_one(serve: Serve, told: object, counted: int | None) -> None:
    long = event("Drink plenty of cool or warm drinks, and rest your voice.")
    _, model = serve(sending(streamed(long, event(finish="stop"), usage(told), END)))
    both = FallbackTextModel([model])
    assert write(both).startswith("Drink plenty")
    assert both.own_count == counted
