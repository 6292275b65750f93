from __future__ import annotations

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.chat_template import TemplateError
from medbot_desktop.inference.export_template import PLAIN, ExportTemplate
from medbot_desktop.inference.runtime import ChatMessage
from tests.onnx_graphs import CHATML

CHAT = [ChatMessage("system", "Be kind."), ChatMessage("user", "Hello")]


def template(source: str, **marks: str) -> ExportTemplate:
    return ExportTemplate(source, marks, lambda: None)


def test_a_chat_is_laid_out_as_the_template_says() -> None:
    assert template(CHATML).render(CHAT) == (
        "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    )


def test_the_marks_of_the_tokenizer_can_be_named() -> None:
    assert template("{{ bos_token }}{{ messages[-1].content }}", bos_token="<s>").render(CHAT) == "<s>Hello"


def test_a_chat_without_a_template_is_laid_out_plainly() -> None:
    assert template(PLAIN).render(CHAT) == "System: Be kind.\n\nUser: Hello\n\nAssistant:"


def test_where_no_system_message_is_known_its_text_stands_at_the_head_of_the_first() -> None:
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('No system') }}{% endif %}"
    assert template(refusing + "{{ messages[0].content }}").render(CHAT) == "Be kind.\n\nHello"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(99999) %}written again and again {% endfor %}",
        "{{ 'a' * 10000000000 }}",
        "{{ ('x' | center(4000000000)) | length }}",
        "{% set n = namespace(text='x') %}{% for i in range(60) %}{% set n.text = n.text ~ n.text %}{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
    ids=["endless text", "long text", "wide text", "doubled text", "recursion"],
)
def test_a_template_without_measure_is_stopped(source: str) -> None:
    with pytest.raises(ModelError, match="without end"):
        template(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ messages.append(1) }}",
        "{% include '/etc/passwd' %}",
        "{{ raise_exception('never') }}",
        "{% if %}",
        "{{ nothing.at.all }}",
    ],
)
def test_a_template_that_reaches_out_or_fails_is_refused(source: str) -> None:
    with pytest.raises(ModelError, match="damaged or does what it may not"):
        template(source)


def test_a_template_of_absurd_length_is_refused() -> None:
    with pytest.raises(ModelError, match="longer than 100,000 characters"):
        template("x" * 100_001)


def test_a_template_that_turns_bad_later_is_stopped_and_the_next_chat_is_laid_out() -> None:
    source = "{% if messages | length > 2 %}{% for a in range(99999) %}x{% endfor %}{% endif %}fine"
    turning = template(source)
    with pytest.raises(TemplateError):
        turning.render([*CHAT, ChatMessage("user", "And?")])
    assert turning.render(CHAT) == "fine"
