"""Write the one file of a pack: a zip of a few known members, whose signed manifest holds the hash of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import BinaryIO, Literal, Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.packs.signing import SigningKey

SUFFIX = ".medpack"

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
BODIES = "bodies.txt"
TERMS = "terms.u32"
VECTORS = "vectors.f32"
CONTENT = (DOCUMENTS, PASSAGES, BODIES, TERMS, VECTORS)

MANIFEST = "manifest.json"
SIGNATURE = "signature.ed25519"

FORMAT: Literal[1] = 1
LARGEST = (1 << 31) - (1 << 20)
"""Bytes of all members together, so that the plain layout of a zip is enough."""

_MOST_COUNT = 10_000_000
_MOST_DIMENSIONS = 4_096


class Member(BaseModel):
    """One member of a pack: bytes when unpacked, and their SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0, le=LARGEST)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What a pack is.

    Attributes:
        format: version of this file's layout.
        library: the library that it holds.
        made: when.
        program: the version of MedBot that made it.
        embedder: the identity of what made its vectors.
        dimensions: the length of each vector.
        terms: by which rules the content words of the passages were found.
        documents: how many there are.
        passages: how many they are cut into.
        names: how many names they have.
        members: the files that it consists of.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = FORMAT
    library: str = Field(min_length=1, max_length=200)
    made: AwareDatetime
    program: str = Field(max_length=100)
    embedder: str = Field(max_length=300)
    dimensions: int = Field(ge=1, le=_MOST_DIMENSIONS)
    terms: str = Field(max_length=100)
    documents: int = Field(ge=0, le=_MOST_COUNT)
    passages: int = Field(ge=0, le=_MOST_COUNT)
    names: int = Field(ge=0, le=_MOST_COUNT)
    members: dict[str, Member] = {}


class PackWriter:
    """Writes a pack member by member.

    Args:
        stream: where to; it can seek.
        manifest: what the pack is, its members not yet known.
    """

    def __init__(self, stream: BinaryIO, manifest: Manifest) -> None:
        self._archive = ZipFile(stream, "w", allowZip64=False)
        self._manifest = manifest
        self._members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def add(self, name: str, chunks: Iterable[bytes]) -> Iterator[int]:
        """Write a member; yields how many bytes each of its chunks had."""
        digest, size = hashlib.sha256(), 0
        room = LARGEST - sum(member.size for member in self._members.values())
        with self._archive.open(self._info(name), "w") as stream:
            for chunk in chunks:
                if size + len(chunk) > room:
                    raise too_large()
                stream.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                yield len(chunk)
        self._members[name] = Member(size=size, sha256=digest.hexdigest())

    def finish(self, key: SigningKey) -> Manifest:
        """Write the manifest and the signature over it."""
        manifest = self._manifest.model_copy(update={"members": self._members})
        content = manifest.model_dump_json(indent=2).encode()
        for name, member in ((MANIFEST, content), (SIGNATURE, key.sign(content))):
            self._archive.writestr(self._info(name), member)
        return manifest

    def _info(self, name: str) -> ZipInfo:
        info = ZipInfo(name, self._manifest.made.timetuple()[:6])
        info.compress_type = ZIP_STORED if name in (VECTORS, SIGNATURE) else ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


def damaged(pack: str) -> LibraryError:
    """What a person reads of a pack that is not as it was made."""
    return LibraryError(
        f"The pack {pack} was changed after it was made, or is damaged.", hint="Copy it anew from where it was made."
    )


def too_large() -> LibraryError:
    """What a person reads of a library that does not fit into one pack."""
    return LibraryError("This library is too large for one pack.", hint="Make several smaller libraries of it.")
