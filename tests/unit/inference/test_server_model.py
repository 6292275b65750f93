from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.runtime import ChatMessage, TextModel
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_call import ServerLimits
from medbot_desktop.inference.server_model import ServerTextModel
from tests.certificates import certificate
from tests.servers import Script, Server, event, reply, sending, streamed, until_closed, without_end

CHAT = [ChatMessage("system", "Be kind."), ChatMessage("user", "Hello")]
END = b"data: [DONE]\n\n"
KIND = sending(streamed(event("Good "), event("day."), event(finish="stop"), END))

Serve = Callable[..., tuple[Server, ServerTextModel]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Makes a server, and the model behind it."""
    made: list[Server | ServerTextModel] = []

    def make(chat: Script = KIND, *, address: dict[str, Path] | None = None, **options: object):  # type: ignore[no-untyped-def]
        limits = ServerLimits(loading=1.0, first=1.0, between=1.0)
        server = Server(chat, **options)  # type: ignore[arg-type]
        scheme = "https" if "context" in options else "http"
        where = ServerAddress.parse(
            f"{scheme}://localhost:{server.port}", [f"localhost:{server.port}"], **(address or {})
        )
        model = ServerTextModel(where, "clinic-7b", limits=limits)
        made.extend([model, server])
        return server, model

    yield make
    for one in made:
        one.close()


def write(model: TextModel, **options: object) -> str:
    return "".join(model.stream(CHAT, **{"max_tokens": 40, **options}))  # type: ignore[arg-type]


def test_it_offers_what_every_runtime_offers(serve: Serve) -> None:
    runtime: TextModel = serve()[1]
    assert runtime.capabilities.runtime == "server"
    assert not runtime.capabilities.exact_tokens
    assert not runtime.ready
    runtime.start()
    assert runtime.wait_ready(5)
    assert runtime.device == "server"


def test_an_answer_comes_in_pieces(serve: Serve) -> None:
    server, model = serve()
    assert [piece for piece in model.stream(CHAT, max_tokens=40, seed=5, stop=["\n"]) if piece] == ["Good ", "day."]
    [body] = server.bodies()
    assert body == {
        "model": "clinic-7b",
        "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}],
        "max_tokens": 40,
        "temperature": 0.0,
        "seed": 5,
        "stream": True,
        "stream_options": {"include_usage": True},
        "stop": ["\n"],
    }


def test_pieces_of_a_chunked_answer_cut_anywhere_are_put_together(serve: Serve) -> None:
    content = event("Gut") + b": ping\r\n\r\n" + event("en Tag ü.").replace(b"\n", b"\r\n") + event(finish="stop") + END
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = [b"%x\r\n%s\r\n" % (len(part), part) for part in (content[n : n + 7] for n in range(0, len(content), 7))]
    assert write(serve(sending(head, *chunks, b"0\r\n\r\n"))[1]) == "Guten Tag ü."


def test_an_answer_ends_before_a_stop_text_that_the_server_passes_over(serve: Serve) -> None:
    script = sending(streamed(event("Rest.\nUs"), event("er: and"), event("more"), END))
    assert write(serve(script)[1], stop=["\nUser:"]) == "Rest."


def test_the_bound_of_the_tokens_is_never_too_low(serve: Serve) -> None:
    assert serve()[1].count_tokens([ChatMessage("user", "ü" * 100)]) >= 200


@pytest.mark.parametrize("wish", [{"grammar": "root ::= 'a'"}, {"schema": {}}, {"adapter": "kind"}])
def test_what_it_cannot_do_is_said(serve: Serve, wish: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="asked for plain text only"):
        write(serve()[1], **wish)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (sending(reply("500 Internal Server Error", b"{}")), r"failed \(HTTP 500\)"),
        (sending(reply("503 Busy", b"")), "is busy"),
        (sending(reply("401 Unauthorized", b"")), "does not accept the key"),
        (sending(reply("404 Not Found", b"")), "does not know this address or model"),
        (sending(reply("400 Bad Request", b"")), "cannot take this request"),
        (sending(reply("307 Moved", b"", "text/plain", "Location: http://192.0.2.1/")), "to another address"),
        (sending(reply("301 Moved", b"", "text/plain", "Location: /v2")), "to another address"),
        (sending(reply("200 OK", b'{"choices": []}')), "no answer of a model"),
        (sending(b"SSH-2.0-OpenSSH_9.6\r\n"), "no answer of a model"),
        (sending(b"\x16\x03\x01\x00" * 50), "no answer of a model"),
        (sending(streamed(b"data: {broken\n\n")), "no answer of a model"),
        (sending(streamed(b"data: [1, 2]\n\n")), "no answer of a model"),
        (sending(streamed(b'data: {"choices": 7}\n\n')), "no answer of a model"),
        (sending(streamed(b'data: {"choices": [7]}\n\n')), "no answer of a model"),
        (sending(streamed(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')), "no answer of a model"),
        (sending(streamed(b"data: " + b"[" * 50_000 + b"\n\n")), "no answer of a model"),
        (sending(streamed(b"data: \xff\xfe\n\n")), "no answer of a model"),
        (sending(streamed(b"<html>\n")), "no answer of a model"),
        (sending(streamed(b'data: {"error": {"message": "CUDA out of memory"}}\n\n')), "failed at this answer"),
        (sending(streamed(event("Good", model="another-1b"))), "does not write with the model clinic-7b"),
        (sending(streamed(event("Good "), event("day.")[:20])), "in the middle of its answer"),
        (sending(streamed(event("Good "))), "in the middle of its answer"),
        (
            sending(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndat"
            ),
            "in the middle of its answer",
        ),
        (sending(), "no answer of a model|cannot be reached"),
        (sending(b"HTTP/1.1 200 OK\r\nContent-Le"), "no answer of a model|cannot be reached"),
        (sending(streamed(event("Good "), b'data: {"choi'), 30.0), "does not answer"),
        (until_closed, "does not answer"),
        (sending(streamed(), 30.0), "does not answer"),
        (without_end(b"HTTP/1.1 200 OK"), "no answer of a model"),
    ],
)
def test_a_server_that_fails_costs_one_clear_sentence(serve: Serve, script: Script, sentence: str) -> None:
    _, model = serve(script)
    with pytest.raises(ModelError, match=sentence) as told:
        write(model)
    assert told.value.hint
    assert "Hello" not in told.value.message + told.value.hint


@pytest.mark.parametrize("part", [b"x" * 1000, b": ping\n\n", event("again "), b"data: " + b"y" * 1000])
def test_a_server_that_writes_without_end_is_cut_off(serve: Serve, part: bytes) -> None:
    def script(connection):  # type: ignore[no-untyped-def]
        connection.sendall(streamed())
        without_end(part)(connection)

    server, model = serve(script)
    with pytest.raises(ModelError, match=r"without end|does not answer"):
        write(model)
    assert server.hung_up.wait(5)


def test_a_lie_after_the_first_words_is_told(serve: Serve) -> None:
    _, model = serve(sending(streamed(event("Good "), event("night.", model="another-1b"), END)))
    answer = model.stream(CHAT, max_tokens=40)
    assert next(piece for piece in answer if piece) == "Good "
    with pytest.raises(ModelError, match="but with another one"):
        list(answer)


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (json.dumps({"data": [{"id": "another-1b"}]}).encode(), "does not write with the model clinic-7b"),
        (b'{"data": []}', "does not write with the model clinic-7b"),
        (b'{"data": 5}', "no answer of a model"),
        (b"nonsense", "no answer of a model"),
        (b"[" * 50_000, "no answer of a model"),
    ],
)
def test_a_server_without_the_model_is_not_asked(serve: Serve, models: bytes, sentence: str) -> None:
    server, model = serve(models=sending(reply("200 OK", models)))
    with pytest.raises(ModelError, match=sentence):
        write(model)
    assert not model.ready
    assert not list(server.bodies())


def test_a_server_that_hangs_when_it_is_asked_for_its_models_is_given_up(serve: Serve) -> None:
    _, model = serve(models=until_closed)
    with pytest.raises(ModelError, match="does not answer"):
        write(model)


def test_nobody_at_the_address_is_said(serve: Serve) -> None:
    server, model = serve()
    server.close()
    with pytest.raises(ModelError, match="cannot be reached"):
        write(model)


def test_after_a_failure_the_next_answer_comes(serve: Serve) -> None:
    scripts = iter([sending(reply("500 No", b"")), KIND])
    _, model = serve(lambda connection: next(scripts)(connection))
    with pytest.raises(ModelError):
        write(model)
    assert write(model) == "Good day."


def test_closing_the_stream_hangs_up_at_once(serve: Serve) -> None:
    def script(connection):  # type: ignore[no-untyped-def]
        connection.sendall(streamed(event("Good ")))
        until_closed(connection)

    server, model = serve(script)
    answer = model.stream(CHAT, max_tokens=40)
    next(piece for piece in answer if piece)
    answer.close()
    assert server.hung_up.wait(5)


def test_while_nothing_comes_the_stream_yields_nothing_often(serve: Serve) -> None:
    _, model = serve(sending(0.5, streamed(event("Good."), END)))
    pieces = list(model.stream(CHAT, max_tokens=40))
    assert pieces.count("") > 2
    assert "".join(pieces) == "Good."


def test_the_key_is_sent_and_logged_nowhere(serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret-of-the-server\n")
    caplog.set_level(logging.DEBUG)
    server, model = serve(address={"key_file": key})
    assert write(model) == "Good day."
    assert all(b"Authorization: Bearer s3cret-of-the-server\r\n" in request for request in server.requests)
    assert "s3cret" not in caplog.text + repr(model.__dict__)


@pytest.mark.parametrize("content", [b"", b"two words", b"\xff", b"a\nb", b"x" * 5000])
def test_a_key_file_without_a_key_is_refused(serve: Serve, tmp_path: Path, content: bytes) -> None:
    key = tmp_path / "key"
    key.write_bytes(content)
    server, model = serve(address={"key_file": key})
    with pytest.raises(ModelError, match="key file"):
        write(model)
    assert not server.requests


def context(folder: Path, host: str) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS, and the certificate that vouches for it."""
    chain, key = certificate(folder, host)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, key)
    return made, chain


def test_the_clinics_own_certificate_authority_is_trusted(serve: Serve, tmp_path: Path) -> None:
    tls, authority = context(tmp_path, "localhost")
    _, model = serve(context=tls, address={"ca_file": authority})
    assert write(model) == "Good day."


def test_closing_an_encrypted_stream_hangs_up_at_once(serve: Serve, tmp_path: Path) -> None:
    def script(connection):  # type: ignore[no-untyped-def]
        connection.sendall(streamed(event("Good ")))
        until_closed(connection)

    tls, authority = context(tmp_path, "localhost")
    server, model = serve(script, context=tls, address={"ca_file": authority})
    answer = model.stream(CHAT, max_tokens=40)
    next(piece for piece in answer if piece)
    answer.close()
    assert server.hung_up.wait(5)


@pytest.mark.parametrize("host", ["localhost", "another.clinic.lan"])
def test_a_certificate_that_nobody_vouches_for_or_of_another_name_is_refused(
    serve: Serve, tmp_path: Path, host: str
) -> None:
    tls, authority = context(tmp_path, host)
    server, model = serve(context=tls, address={} if host == "localhost" else {"ca_file": authority})
    with pytest.raises(ModelError, match="certificate of the server localhost"):
        write(model)
    assert not server.requests


def test_a_certificate_authority_that_is_none_is_said(serve: Serve, tmp_path: Path) -> None:
    tls, _ = context(tmp_path, "localhost")
    nonsense = tmp_path / "authority.pem"
    nonsense.write_text("nonsense")
    with pytest.raises(ModelError, match=r"certificate authority authority\.pem cannot be read"):
        write(serve(context=tls, address={"ca_file": nonsense})[1])


def test_a_server_that_speaks_no_tls_is_said(serve: Serve, tmp_path: Path) -> None:
    server = Server(KIND)
    where = ServerAddress.parse(f"https://localhost:{server.port}", [f"localhost:{server.port}"])
    model = ServerTextModel(where, "clinic-7b", limits=ServerLimits(loading=1.0, first=1.0, between=1.0))
    with pytest.raises(ModelError, match=r"cannot be reached|does not answer"):
        write(model)
    server.close()
