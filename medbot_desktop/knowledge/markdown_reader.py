"""Read a library's Markdown file: front matter, then sections of paragraphs and lists."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Block, Document, Section, Source

# The same safe loader, in C where PyYAML was built with it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n", re.DOTALL)
_HINT = "Correct the file and add it again."

_Line = Annotated[str, Field(min_length=1)]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: _Line
    title: _Line


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: _Line
    synonyms: list[_Line]
    asked_as: list[_Line] = []
    audience: _Line
    last_reviewed: datetime.date
    sources: Annotated[list[_Source], Field(min_length=1)]


def read_markdown(path: Path) -> Document:
    """Read one file.

    Args:
        path: a UTF-8 Markdown file that starts with YAML front matter between two lines of ``---``.

    Raises:
        LibraryError: the file cannot be read, or its front matter is broken; names the file and the field.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryError(f"The library file {path.name} cannot be read as UTF-8 text.", hint=_HINT) from error
    match = _FRONT_MATTER.match(source)
    if match is None:
        raise LibraryError(
            f"The library file {path.name} does not start with front matter between two lines of ---.", hint=_HINT
        )
    front = _front_matter(path, match.group(1))
    sections, body = _sections(source[match.end() :])
    if not sections:
        raise LibraryError(f"The library file {path.name} has no section with text in it.", hint=_HINT)
    return Document(
        id=front.id,
        title=front.title,
        synonyms=tuple(front.synonyms),
        asked_as=tuple(front.asked_as),
        audience=front.audience,
        last_reviewed=front.last_reviewed.isoformat(),
        sources=tuple(Source(source.body, source.title) for source in front.sources),
        sections=sections,
        body=body,
    )


def _front_matter(path: Path, text: str) -> _FrontMatter:
    try:
        return _FrontMatter.model_validate(yaml.load(text, _Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 2}" if mark else ""
        raise LibraryError(
            f"The front matter of the library file {path.name} is not valid YAML{where}.", hint=_HINT
        ) from error
    except ValidationError as error:
        fields = ", ".join(
            sorted({".".join(str(part) for part in item["loc"]) or "everything" for item in error.errors()})
        )
        raise LibraryError(
            f"The front matter of the library file {path.name} is missing or wrong in: {fields}.", hint=_HINT
        ) from error


def _sections(markdown: str) -> tuple[tuple[Section, ...], str]:
    headings: list[str] = []
    texts: list[list[str]] = []
    heading_next = False
    step = ""
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "heading_open":
            heading_next = True
        elif token.type == "list_item_open":
            # The items of a numbered list are steps: they keep their numbers, so that nobody mixes up their order.
            step = f"{token.info}. " if token.info else ""
        elif token.type == "inline":
            text = _plain(token)
            if heading_next:
                headings.append(text)
                texts.append([])
                heading_next = False
            elif headings and text:
                texts[-1].append(step + text)
                step = ""
    return _lay_out(headings, texts)


def _lay_out(headings: list[str], texts: list[list[str]]) -> tuple[tuple[Section, ...], str]:
    """Give every block its offsets in one body text."""
    sections: list[Section] = []
    body: list[str] = []
    offset = 0
    for heading, lines in zip(headings, texts, strict=True):
        blocks = []
        offset += len(heading) + 1
        body.append(heading)
        for line in lines:
            blocks.append(Block(line, offset, offset + len(line)))
            body.append(line)
            offset += len(line) + 1
        if blocks:
            sections.append(Section(heading, tuple(blocks)))
    return tuple(sections), "\n".join(body)


def _plain(token: Token) -> str:
    pieces = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return " ".join("".join(pieces).split())
