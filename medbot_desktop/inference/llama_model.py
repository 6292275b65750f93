"""One GGUF model in llama.cpp, as the process that runs it uses it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from medbot_desktop.inference import offload
from medbot_desktop.inference.chat_template import ChatLayout, TemplateError, bounded, bounded_formatter
from medbot_desktop.inference.devices import worker_threads
from medbot_desktop.inference.llama_messages import ChatMessage, Generate, Load, Placed
from medbot_desktop.inference.prompt_cache import PromptCache

_PRIMED_AT_ONCE = 32


class PromptTooLongError(ValueError):
    """The prompt does not fit into the context."""


class ConstraintError(ValueError):
    """An answer cannot be held to this; the argument names what: ``grammar``, ``schema`` or ``adapter``."""


class UnknownKindError(Exception):
    """llama.cpp does not know the architecture that the file states."""


class CardFailedError(Exception):
    """A graphics card failed while the model used it."""


class LlamaModel:
    """A model that is loaded.

    Args:
        load: what to open.
        abort_flag: two bytes; a first one that is not zero stops a computation, the second stays zero.
        on_placed: told where the layers are about to go, before each try to load them.
        on_time_out: told that the chat template or a schema took too long; the process ends then.

    Raises:
        TemplateError: its chat template cannot be used.
        UnknownKindError: llama.cpp does not know its architecture.
        ValueError, RuntimeError, OSError, AssertionError: llama.cpp does not open it.
    """

    def __init__(
        self,
        load: Load,
        abort_flag: ctypes.Array[ctypes.c_char],
        on_placed: Callable[[Placed], None],
        on_time_out: Callable[[], None],
    ) -> None:
        import llama_cpp

        self._library: Any = llama_cpp
        self._knows_kind = True
        # What llama.cpp says of a file, it says in its log alone; the library's own listener would only print it.
        self._listener = llama_cpp.llama_log_callback(self._hear)
        llama_cpp.llama_log_set(self._listener, ctypes.c_void_p())
        self._on_time_out = on_time_out
        self.threads = load.threads or worker_threads()
        formatter = bounded_formatter(on_time_out)
        # The library reads the template of the file by itself while it opens it.
        layouts: Any = llama_cpp.llama_chat_format
        layouts.Jinja2ChatFormatter = formatter
        self._llama, self.layers = self._opened(load, on_placed)
        self._layout = ChatLayout(self._llama, formatter)
        self._layout.tokens([ChatMessage("user", "Hello")])
        self._stop_on(abort_flag)
        self._paths = dict(load.adapters)
        self._adapters: dict[str, Any] = {}
        self._cache = PromptCache(self._llama, load.prompt_cache)

    @property
    def device(self) -> str:
        """Where it computes."""
        return "gpu" if self.layers else "cpu"

    def count(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the prompt that these messages make; another thread may ask while the model writes.

        Raises:
            TemplateError: the template does not lay them out.
        """
        return len(self._layout.tokens(messages))

    def prime(
        self, primes: Sequence[Sequence[ChatMessage]], somebody_waits: Callable[[], bool], threads: Callable[[], int]
    ) -> None:
        """Read messages, so that what later prompts have in common with them is computed already.

        Args:
            primes: what to read, what is needed first at the beginning.
            somebody_waits: asked now and then; where it says so, the rest is left.
            threads: tells as often how many processor threads to compute with.
        """
        for messages in reversed(primes):
            tokens = self._layout.tokens(messages)[: self._llama.n_ctx() - 1]
            self._cache.turn_to(tokens, None)
            self._llama.reset()
            for start in range(0, len(tokens), _PRIMED_AT_ONCE):
                if somebody_waits():
                    return
                self.compute_with(threads())
                self._llama.eval(tokens[start : start + _PRIMED_AT_ONCE])

    def compute_with(self, threads: int) -> None:
        """Use this many processor threads from the next token on."""
        if threads != self.threads:
            self.threads = threads
            self._library.llama_set_n_threads(self._llama.ctx, threads, threads)

    def write(self, request: Generate) -> Iterator[tuple[str, str | None]]:
        """Yield the answer piece by piece, each with the reason to finish once there is one.

        Raises:
            PromptTooLongError: the prompt leaves no room for an answer.
            ConstraintError: the grammar, schema or adapter cannot be used.
            TemplateError: the template does not lay the messages out.
            CardFailedError: a graphics card failed.
        """
        tokens = self._layout.tokens(request.messages)
        if len(tokens) >= self._llama.n_ctx():
            raise PromptTooLongError
        grammar = self._constraint(request)
        self._switch_to(request.adapter)
        self._cache.turn_to(tokens, request.adapter)
        options: dict[str, Any] = {
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": [*request.stop, *filter(None, [self._layout.end])],
        }
        try:
            with closing(self._llama.create_completion(tokens, grammar=grammar, stream=True, **options)) as chunks:
                for chunk in chunks:
                    choice = chunk["choices"][0]
                    yield choice["text"], choice["finish_reason"]
        except RuntimeError as error:
            # llama_decode: 2 is a computation that was stopped; below zero the backend itself failed.
            if self.layers and "llama_decode returned -" in str(error):
                raise CardFailedError from error
            raise

    def _opened(self, load: Load, on_placed: Callable[[Placed], None]) -> tuple[Any, int]:
        """Open the file with as many layers on graphics cards as they really take."""
        cards = offload.graphics_cards()
        weight = offload.weigh(Path(load.path), load.context_length) if cards else offload.Weight(0, 0, 0)
        placement = offload.place(weight, cards, load.gpu_layers)
        for layers in offload.fewer(placement.layers):
            on_placed(Placed(layers, placement.why if layers == placement.layers else offload.notice(layers)))
            try:
                return self._open(load, layers), layers
            except TemplateError:
                raise
            except (ValueError, RuntimeError) as error:
                if not self._knows_kind:
                    raise UnknownKindError from error
                if not layers:
                    raise
        raise AssertionError("the last try is without a card")

    def _open(self, load: Load, layers: int) -> Any:
        return self._library.Llama(
            load.path,
            n_ctx=load.context_length,
            n_threads=self.threads,
            n_threads_batch=self.threads,
            n_gpu_layers=layers,
            verbose=False,
        )

    def _hear(self, level: int, text: bytes, user_data: object) -> None:
        if b"unknown model architecture" in text:
            self._knows_kind = False

    def _stop_on(self, abort_flag: ctypes.Array[ctypes.c_char]) -> None:
        # llama.cpp asks this function between any two steps of a computation. A function of the C library that
        # returns 0 while the flag is empty and 1 once it is set costs nothing, where one in Python would wait for
        # the interpreter's lock hundreds of times for every token.
        c_library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        self._abort = ctypes.cast(c_library.strlen, self._library.ggml_abort_callback)
        self._abort_flag = abort_flag
        flag = ctypes.cast(abort_flag, ctypes.c_void_p)
        self._library.llama_set_abort_callback(self._llama.ctx, self._abort, flag)

    def _constraint(self, request: Generate) -> Any:
        """What the answer is held to; tried first, for a grammar that llama.cpp cannot read would end the process."""
        text, kind = request.grammar, "grammar"
        if request.schema is not None:
            text, kind = self._grammar_of(request.schema), "schema"
        if text is None:
            return None
        vocabulary = self._library.llama_model_get_vocab(self._llama.model)
        sampler = self._library.llama_sampler_init_grammar(vocabulary, text.encode("utf-8", "replace"), b"root")
        if not sampler:
            raise ConstraintError(kind)
        self._library.llama_sampler_free(sampler)
        return self._library.LlamaGrammar.from_string(text, verbose=False)

    def _grammar_of(self, schema: str) -> str:
        try:
            with bounded(self._on_time_out):
                grammar: str = self._library.llama_grammar.json_schema_to_gbnf(schema)
        except Exception:  # the library's converter asserts, looks up and compares whatever the schema holds
            raise ConstraintError("schema") from None
        return grammar

    def _switch_to(self, adapter: str | None) -> None:
        if adapter is None:
            self._library.llama_set_adapters_lora(self._llama.ctx, None, 0, None)
            return
        handle = self._adapters.get(adapter) or self._adapter(adapter)
        adapters = (self._library.llama_adapter_lora_p_ctypes * 1)(handle)
        if self._library.llama_set_adapters_lora(self._llama.ctx, adapters, 1, (ctypes.c_float * 1)(1.0)):
            raise ConstraintError("adapter")

    def _adapter(self, name: str) -> Any:
        handle = self._library.llama_adapter_lora_init(self._llama.model, self._paths[name].encode())
        if not handle:
            raise ConstraintError("adapter")
        self._adapters[name] = handle
        return handle
