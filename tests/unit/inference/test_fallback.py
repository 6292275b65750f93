from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.breaker import Breaker, BreakerLimits
from medbot_desktop.inference.fallback import FallbackTextModel
from medbot_desktop.inference.onnx_model import OnnxTextModel
from medbot_desktop.inference.runtime import ChatMessage, TextModel
from medbot_desktop.inference.served import Served, Tally
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_call import ServerLimits
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import SupervisedTextModel
from tests.onnx_graphs import write_export
from tests.servers import Script, Server, event, reply, sending, streamed, until_closed

CHAT = [ChatMessage("user", "Hello")]
SMOLLM2 = "smollm2-135m-instruct-q4_1"
END = b"data: [DONE]\n\n"
KIND = sending(streamed(event("Good "), event("day."), END))
BUSY = sending(reply("503 Busy", b""))
LIMITS = BreakerLimits(failures=2, rest=30.0, longest_rest=100.0)


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Chain:
    """Servers one behind the other, whose chats are answered by scripts that can be exchanged."""

    def __init__(self, *scripts: Script) -> None:
        self.clock, self.scripts = Clock(), list(scripts)
        self.servers = [Server(lambda it, n=n: self.scripts[n](it)) for n in range(len(scripts))]  # type: ignore[misc]
        limits = ServerLimits(loading=2.0, first=2.0, again=2.0, between=2.0)
        self.models = []
        for server in self.servers:
            address = ServerAddress.parse(f"http://localhost:{server.port}", [f"localhost:{server.port}"])
            self.models.append(ServerTextModel(address, "clinic-7b", limits=limits))
        for number, model in enumerate(self.models):
            model.identity = f"server{number}"
        self.model = FallbackTextModel(self.models, limits=LIMITS, first_within=50.0, clock=self.clock)
        self.model.start()
        for model in self.models:
            assert model.wait_ready(10)

    def write(self) -> str:
        for model in self.models:
            model.start()
            assert model.wait_ready(10)
        return "".join(self.model.stream(CHAT, max_tokens=40))

    def asked(self) -> list[int]:
        """How many chats each was asked for."""
        return [sum(1 for _ in server.bodies()) for server in self.servers]

    def close(self) -> None:
        self.model.close()
        for server in self.servers:
            server.close()


@pytest.fixture
def chain(request: pytest.FixtureRequest) -> Iterator[Chain]:
    made = Chain(*request.param)
    yield made
    made.close()


@pytest.mark.parametrize("chain", [(KIND, KIND)], indirect=True)
def test_the_first_serves_where_it_can(chain: Chain) -> None:
    runtime: TextModel = chain.model
    assert chain.write() == "Good day."
    assert chain.model.served_by is chain.models[0]
    assert runtime.identity == "server0"
    assert runtime.device == "server"
    assert chain.asked() == [1, 0]


@pytest.mark.parametrize("chain", [(BUSY, KIND)], indirect=True)
def test_where_the_first_fails_the_next_is_asked_and_said_to_have_served(chain: Chain) -> None:
    assert chain.write() == "Good day."
    assert chain.model.identity == "server1"
    tallies = chain.model.counter.tallies
    assert tallies["server0"] == Tally(fallbacks=1)
    assert (tallies["server1"].answers, tallies["server1"].pieces, tallies["server1"].begun) == (1, 2, 1)


@pytest.mark.parametrize("chain", [(sending(streamed(event("Good "))), KIND)], indirect=True)
def test_one_that_breaks_off_is_not_replaced_in_the_middle(chain: Chain) -> None:
    answer = chain.model.stream(CHAT, max_tokens=40)
    assert next(piece for piece in answer if piece) == "Good "
    with pytest.raises(ModelError, match="in the middle of its answer"):
        list(answer)
    assert chain.asked() == [1, 0]
    assert chain.model.counter.tallies["server0"].broken == 1


@pytest.mark.parametrize("chain", [(BUSY, BUSY)], indirect=True)
def test_where_all_fail_the_last_one_says_why(chain: Chain) -> None:
    with pytest.raises(ModelError, match="is busy"):
        chain.write()
    assert chain.asked() == [1, 1]


@pytest.mark.parametrize("chain", [(BUSY, KIND)], indirect=True)
def test_one_that_fails_again_and_again_is_left_in_peace_and_tried_once_after_a_rest(chain: Chain) -> None:
    for _ in range(4):
        assert chain.write() == "Good day."
    assert chain.asked() == [2, 4]
    assert chain.model.states == {"server0": "open", "server1": "closed"}
    chain.clock.now += 31
    assert chain.write() == "Good day."
    assert chain.asked() == [3, 5]
    assert chain.model.states["server0"] == "open"
    chain.clock.now += 31
    assert chain.model.states["server0"] == "open", "a trial that fails doubles the rest"
    chain.clock.now += 31
    chain.scripts[0] = KIND
    assert chain.write() == "Good day."
    assert chain.asked() == [4, 5]
    assert chain.model.states["server0"] == "closed"


@pytest.mark.parametrize("chain", [(BUSY, BUSY)], indirect=True)
def test_where_all_are_left_in_peace_nobody_is_asked_and_it_is_said(chain: Chain) -> None:
    for _ in range(2):
        with pytest.raises(ModelError, match="is busy"):
            chain.write()
    assert not chain.model.ready
    with pytest.raises(ModelError, match="No text model can be asked at the moment"):
        chain.write()
    assert chain.asked() == [2, 2]


@pytest.mark.parametrize("chain", [(until_closed, KIND)], indirect=True)
def test_one_that_does_not_begin_in_time_is_passed_over(chain: Chain) -> None:
    pieces = []
    for piece in chain.model.stream(CHAT, max_tokens=40):
        pieces.append(piece)
        chain.clock.now += 10
    assert "".join(pieces) == "Good day."
    assert chain.servers[0].hung_up.wait(5)


@pytest.mark.parametrize("chain", [(until_closed,)], indirect=True)
def test_closing_while_nothing_is_written_leaves_the_breaker_as_it_was(chain: Chain) -> None:
    for _ in range(5):
        answer = chain.model.stream(CHAT, max_tokens=40)
        assert next(answer) == ""
        answer.close()
    assert chain.model.states == {"server0": "closed"}
    assert chain.servers[0].hung_up.wait(5)


@pytest.mark.parametrize("chain", [(KIND, KIND)], indirect=True)
def test_answers_are_counted_from_several_threads(chain: Chain) -> None:
    threads = [threading.Thread(target=chain.write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally = chain.model.counter.tallies["server0"]
    assert (tally.answers, tally.pieces, tally.begun) == (8, 16, 8)


def test_a_killed_model_is_followed_by_the_next_and_comes_back(tmp_path: Path) -> None:
    first = OnnxTextModel(write_export(tmp_path / "one"), "first")
    second = OnnxTextModel(write_export(tmp_path / "two"), "second")
    model = FallbackTextModel([first, second])
    model.start()
    assert first.wait_ready(60)
    assert second.process_id is None, "only one of them takes memory while it serves"
    answer = "".join(model.stream(CHAT, max_tokens=8))
    assert model.identity == "first"
    assert first.process_id is not None
    os.kill(first.process_id, signal.SIGKILL)
    assert "".join(model.stream(CHAT, max_tokens=8)) == answer
    assert first.wait_ready(60)
    assert "".join(model.stream(CHAT, max_tokens=8)) == answer
    assert model.identity == "first"
    model.close()


def test_what_only_one_of_them_can_do_is_asked_of_that_one(tmp_path: Path, models: ModelStore) -> None:
    plain = OnnxTextModel(write_export(tmp_path / "plain"), "plain")
    strict = SupervisedTextModel(models.file(SMOLLM2, "SmolLM2-135M-Instruct.Q4_1.gguf"), "strict")
    model = FallbackTextModel([plain, strict])
    assert model.capabilities.grammar
    assert model.capabilities.runtime == "onnxruntime"
    assert "".join(model.stream(CHAT, max_tokens=4, grammar='root ::= "yes" | "no"')) in ("yes", "no")
    assert model.identity == "strict"
    model.close()


def test_a_request_that_is_refused_is_no_sign_of_illness(tmp_path: Path) -> None:
    model = FallbackTextModel([OnnxTextModel(write_export(tmp_path / "one"), "one")], limits=LIMITS)
    too_long = [ChatMessage("user", "x" * 3000)]
    for _ in range(4):
        with pytest.raises(ModelError, match="cannot read so much text"):
            list(model.stream(too_long, max_tokens=4))
    assert model.states == {"one": "closed"}
    assert list(model.stream(CHAT, max_tokens=4))
    model.close()


def test_where_the_first_cannot_be_loaded_the_next_one_is(tmp_path: Path) -> None:
    broken = write_export(tmp_path / "one")
    first, second = OnnxTextModel(broken, "first"), OnnxTextModel(write_export(tmp_path / "two"), "second")
    (broken / "model.onnx").write_bytes(b"nothing of a model")
    model = FallbackTextModel([first, second])
    model.start()
    assert not first.wait_ready(60)
    model.start()
    assert second.wait_ready(60)
    assert list(model.stream(CHAT, max_tokens=4))
    assert model.identity == "second"
    model.close()


def test_unloading_gives_the_memory_of_all_back(tmp_path: Path) -> None:
    models = [OnnxTextModel(write_export(tmp_path / name), name) for name in ("one", "two")]
    model = FallbackTextModel(models)
    for one in models:
        one.start()
        assert one.wait_ready(60)
    model.unload()
    assert [one.process_id for one in models] == [None, None]
    assert not model.ready
    assert not FallbackTextModel(models).wait_ready(5)


class BreakerMachine(RuleBasedStateMachine):
    """A breaker beside the plainest account of what it should do."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.breaker = Breaker(LIMITS, self.clock)
        self.failures = 0
        self.rest = LIMITS.rest
        self.rests_until: float | None = None
        self.admitted = 0
        self.trying = False

    @rule(seconds=st.sampled_from([0.0, 1.0, 29.0, 30.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def somebody_asks(self) -> None:
        if self.rests_until is None:
            expected = True
        else:
            expected = self.clock.now >= self.rests_until and not self.trying
            self.trying = self.trying or expected
        assert self.breaker.would_admit == expected
        assert self.breaker.admit() == expected
        self.admitted += expected

    @precondition(lambda self: self.admitted)
    @rule()
    def it_works(self) -> None:
        self.breaker.succeeded()
        self.admitted -= 1
        self.failures, self.rest, self.rests_until, self.trying = 0, LIMITS.rest, None, False

    @precondition(lambda self: self.admitted)
    @rule()
    def it_fails(self) -> None:
        self.breaker.failed()
        self.admitted -= 1
        now = self.clock.now
        if self.rests_until is not None:
            self.rest = min(2 * self.rest, LIMITS.longest_rest)
            self.rests_until, self.trying = now + self.rest, False
            return
        self.failures += 1
        if self.failures == LIMITS.failures:
            self.rests_until = now + self.rest

    @precondition(lambda self: self.admitted)
    @rule()
    def it_is_stopped(self) -> None:
        self.breaker.released()
        self.admitted -= 1
        self.trying = False

    @invariant()
    def the_state_is_told(self) -> None:
        if self.rests_until is None:
            assert self.breaker.state == "closed"
        else:
            assert self.breaker.state == ("half_open" if self.clock.now >= self.rests_until else "open")


TestBreaker = BreakerMachine.TestCase


@given(st.lists(st.sampled_from(["began", "ended", "broken", "passed"])))
def test_the_tallies_add_up(deeds: list[str]) -> None:
    served = Served()
    for deed in deeds:
        match deed:
            case "began":
                served.began("one", 0.5)
            case "passed":
                served.passed_over("one")
            case _:
                served.wrote("one", 3, ended=deed == "ended", broken=deed == "broken")
    tally = served.tallies.get("one", Tally())
    assert tally.begun == deeds.count("began") == tally.first_text_s / 0.5
    assert (tally.answers, tally.broken, tally.fallbacks) == tuple(map(deeds.count, ("ended", "broken", "passed")))
    assert tally.pieces == 3 * (deeds.count("ended") + deeds.count("broken"))
