"""llama-cpp-python's own server, on this computer, asked as a clinic's server is."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore

GREETING = [ChatMessage("user", "Say hello.")]
KEY = "a-key-of-the-clinic"


@pytest.fixture(scope="module")
def port(models: ModelStore) -> Iterator[int]:
    """Where the server listens, once it does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = int(free.getsockname()[1])
    gguf = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(gguf), "--model_alias", "smollm2"]
    command += ["--host", "127.0.0.1", "--port", str(number), "--api_key", KEY]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
        process.kill()


def model(port: int, folder: Path, name: str = "smollm2", key: str = KEY) -> ServerTextModel:
    (folder / "key").write_text(key)
    place = f"127.0.0.1:{port}"
    address = ServerAddress.parse(f"http://{place}/v1", [place], key_file=folder / "key")
    return ServerTextModel(address, name, context_length=2048)


def test_it_writes_stops_and_writes_again(port: int, tmp_path: Path) -> None:
    asked = model(port, tmp_path)
    answer = "".join(asked.stream(GREETING, max_tokens=16))
    assert "Hello" in answer
    story = asked.stream([ChatMessage("user", "Write a long story.")], max_tokens=1000)
    assert next(piece for piece in story if piece)
    story.close()
    assert "".join(asked.stream(GREETING, max_tokens=16, stop=["ello"])) == "H"
    assert asked.ready


def test_a_model_that_it_has_not_is_told(port: int, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not write with the model qwen"):
        list(model(port, tmp_path, name="qwen").stream(GREETING, max_tokens=4))


def test_a_wrong_key_is_told(port: int, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not accept the key"):
        list(model(port, tmp_path, key="another").stream(GREETING, max_tokens=4))
