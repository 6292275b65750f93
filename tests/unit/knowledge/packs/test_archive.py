"""Packs that are damaged, altered or made to do harm: each is refused in words, and nothing of it is left behind."""

from __future__ import annotations

import hashlib
import io
import json
import random
import resource
import secrets
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.packs.archive import opened_pack
from medbot_desktop.knowledge.packs.manifest import BODIES, CONTENT, DOCUMENTS, MANIFEST, PASSAGES, SIGNATURE, VECTORS
from medbot_desktop.knowledge.packs.signing import SigningKey
from tests.unit.knowledge.clinics import Clinic, document, exhaust

Members = dict[str, bytes]
Change = Callable[[Members, dict[str, Any]], None]

GIGABYTE = 1 << 30
MUTATIONS = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A good pack."""
    folder = tmp_path_factory.mktemp("maker")
    clinic = Clinic(folder / "vault.db").filled()
    exhaust(clinic.packs().make("clinic", folder / "good.medpack"))
    clinic.close()
    return (folder / "good.medpack").read_bytes()


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    """Who is given the pack."""
    made = Clinic(tmp_path / "vault.db")
    made.libraries.sync_core([document("core", "This ships with the program.")])
    yield made
    made.close()


def members_of(pack: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def forged(pack: bytes, change: Change) -> bytes:
    """A pack with other content, whose hashes are right and which somebody has signed."""
    members = members_of(pack)
    manifest = json.loads(members[MANIFEST])
    change(members, manifest)
    for name in CONTENT:
        content = members[name]
        said = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        manifest["members"][name] = manifest["members"].get("kept " + name, said)
    members[MANIFEST] = json.dumps(manifest).encode()
    members[SIGNATURE] = SigningKey(secrets.token_bytes(32)).sign(members[MANIFEST])
    return zipped(members)


def lines(members: Members, name: str, change: Callable[[dict[str, Any]], object], at: int = 0) -> None:
    """Change one line of a member."""
    parts = members[name].splitlines()
    parsed = json.loads(parts[at])
    change(parsed)
    parts[at] = json.dumps(parsed).encode()
    members[name] = b"\n".join(parts) + b"\n"


def vector(members: Members, *values: float) -> None:
    """Change the first vector."""
    content = np.frombuffer(members[VECTORS], "<f4").copy()
    content[: len(values)] = values
    members[VECTORS] = content.tobytes()


def refused(clinic: Clinic, pack: bytes, file: Path, words: str = "changed after it was made, or is damaged") -> None:
    """The pack is refused, in words with a hint, whatever an administrator accepts; the vault is as it was."""
    file.write_bytes(pack)
    before = clinic.state()
    with pytest.raises(LibraryError, match=words) as error:
        exhaust(clinic.packs().install(file, accept=clinic.packs().inspect(file).fingerprint))
    assert error.value.hint
    assert clinic.state() == before
    assert clinic.rows("SELECT count(*) FROM documents WHERE is_staged") == [(0,)]
    assert clinic.packs().signers() == ()


@pytest.mark.parametrize("member", CONTENT)
def test_a_pack_of_which_a_member_was_altered_is_refused(
    clinic: Clinic, whole: bytes, tmp_path: Path, member: str
) -> None:
    members = members_of(whole)
    members[member] = bytes([members[member][0] ^ 1]) + members[member][1:]
    refused(clinic, zipped(members), tmp_path / "p.medpack")


def test_a_pack_of_which_the_manifest_was_altered_is_refused(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    members = members_of(whole)
    members[MANIFEST] = members[MANIFEST].replace(b'"clinic"', b'"clinik"')
    refused(clinic, zipped(members), tmp_path / "p.medpack")


def test_a_signature_of_another_pack_is_refused(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    members = members_of(whole)
    other = members_of(forged(whole, lambda _members, manifest: manifest.update(library="other")))
    refused(clinic, zipped({**members, SIGNATURE: other[SIGNATURE]}), tmp_path / "p.medpack")


def unsigned(whole: bytes) -> bytes:
    members = members_of(whole)
    del members[SIGNATURE]
    return zipped(members)


def test_an_unsigned_pack_is_installed_only_if_its_content_is_accepted(
    clinic: Clinic, whole: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "p.medpack"
    file.write_bytes(unsigned(whole))
    packs = clinic.packs()
    assert not packs.inspect(file).is_signed
    with pytest.raises(LibraryError, match="is not signed"):
        exhaust(packs.install(file))
    content = packs.inspect(file).fingerprint
    exhaust(packs.install(file, accept=content))
    assert packs.signers() == ()
    assert not packs.inspect(file).is_trusted
    assert ("settings_changed", "unsigned_pack", content) in clinic.trail()


def test_an_unsigned_pack_that_was_altered_is_never_installed(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    members = members_of(unsigned(whole))
    members[BODIES] = members[BODIES].replace(b"water", b"vodka")
    refused(clinic, zipped(members), tmp_path / "p.medpack")


def grown(members: Members, manifest: dict[str, Any]) -> None:
    manifest["dimensions"] = 4_097


def counted(**counts: int) -> Change:
    return lambda _members, manifest: manifest.update(counts)


LIES: dict[str, Change] = {
    "more documents than there are": counted(documents=4),
    "fewer documents than there are": counted(documents=2),
    "a number of documents below none": counted(documents=-1),
    "more documents than anybody has": counted(documents=1 << 60),
    "more passages than there are": counted(passages=7),
    "passages for names": counted(passages=5, names=13),
    "vectors that are too long": grown,
    "no vectors": lambda members, _: members.update({VECTORS: b""}),
    "a name that is no name": lambda _, manifest: manifest.update(library="\x1b[31m"),
    "an empty name": lambda _, manifest: manifest.update(library=""),
    "a moment that is none": lambda _, manifest: manifest.update(made="yesterday"),
    "a vector of no numbers": lambda members, _: vector(members, float("nan")),
    "a vector without end": lambda members, _: vector(members, float("inf")),
    "a vector of zeros": lambda members, _: vector(members, *[0.0] * 8),
    "a vector of length two": lambda members, _: vector(members, 2.0, *[0.0] * 7),
    "the same document twice": lambda members, _: lines(members, DOCUMENTS, lambda line: line.update(key="fever"), 1),
    "a passage behind the text": lambda members, _: lines(members, PASSAGES, lambda line: line.update(end=9_999)),
    "a passage before the text": lambda members, _: lines(members, PASSAGES, lambda line: line.update(start=-3)),
    "a passage without words": lambda members, _: lines(members, PASSAGES, lambda line: line.update(end=line["start"])),
    "an offset beyond all numbers": lambda members, _: lines(members, PASSAGES, lambda it: it.update(end=10**30)),
    "an offset that is text": lambda members, _: lines(members, PASSAGES, lambda line: line.update(start="0")),
    "a passage without end": lambda members, _: lines(members, PASSAGES, lambda line: line.update(before="x" * 2**20)),
    "a page before the first": lambda members, _: lines(members, PASSAGES, lambda line: line.update(page=0)),
    "a document without a key": lambda members, _: lines(members, DOCUMENTS, lambda line: line.update(key="")),
    "a text longer than there is": lambda members, _: lines(
        members, DOCUMENTS, lambda line: line.update(body_bytes=line["body_bytes"] + 9_000)
    ),
    "a text of gigabytes": lambda members, _: lines(members, DOCUMENTS, lambda it: it.update(body_bytes=GIGABYTE)),
    "passages of another document": lambda members, _: lines(members, DOCUMENTS, lambda it: it.update(passages=10**9)),
    "a text that is no text": lambda members, _: members.update({BODIES: b"\xff" * len(members[BODIES])}),
    "a line that is none": lambda members, _: members.update({DOCUMENTS: b"[" * 900_000 + b"\n"}),
    "a line without end": lambda members, _: members.update({DOCUMENTS: b'"' + b"x" * (5 << 20)}),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_signed_pack_that_lies_is_refused(clinic: Clinic, whole: bytes, tmp_path: Path, lie: str) -> None:
    words = "That is no name" if lie == "a name that is no name" else "changed after it was made, or is damaged"
    refused(clinic, forged(whole, LIES[lie]), tmp_path / "p.medpack", words)


def test_a_pack_of_a_newer_version_says_so(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    newer = forged(whole, lambda _members, manifest: manifest.update(format=2))
    refused(clinic, newer, tmp_path / "p.medpack", "newer version")


def with_member(name: str, content: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda whole: zipped({**members_of(whole), name: content})


def twice(whole: bytes) -> bytes:
    stream = io.BytesIO(whole)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(MANIFEST, b"{}")
    return stream.getvalue()


def without(name: str) -> Callable[[bytes], bytes]:
    return lambda whole: zipped({key: value for key, value in members_of(whole).items() if key != name})


def many(whole: bytes) -> bytes:
    return zipped({**members_of(whole), **{f"m{n}": b"" for n in range(70_000)}}, zipfile.ZIP_STORED)


def bombed(whole: bytes) -> bytes:
    return forged(whole, lambda members, _: members.update({BODIES: b" " * (64 << 20)}))


def encrypted(whole: bytes) -> bytes:
    content = bytearray(whole)
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def long_directory(whole: bytes) -> bytes:
    return whole[:-10] + struct.pack("<I", 0xFFFF_0000) + whole[-6:]


CONTAINERS: dict[str, Callable[[bytes], bytes]] = {
    "a way out of its folder": with_member("../../evil.sh", b"rm"),
    "a path from the root": with_member("/etc/passwd", b"x"),
    "a member more": with_member("more.txt"),
    "a member twice": twice,
    "a manifest of gigabytes": with_member(MANIFEST, b" " * (100 << 20)),
    "a manifest that is deep": with_member(MANIFEST, b"[" * 60_000),
    "a signature that is too long": with_member(SIGNATURE, b"x" * 1_000),
    "a signature that is none": with_member(SIGNATURE, b"x" * 96),
    "a key that everybody has": with_member(SIGNATURE, bytes(96)),
    "another key that everybody has": with_member(SIGNATURE, (2**255 - 20).to_bytes(32, "little") + b"\1" + bytes(63)),
    "no vectors": without(VECTORS),
    "no manifest": without(MANIFEST),
    "seventy thousand members": many,
    "a bomb": bombed,
    "an encrypted member": encrypted,
    "a directory longer than the file": long_directory,
    "packed in another way": lambda whole: zipped(members_of(whole), zipfile.ZIP_LZMA),
    "something behind its end": lambda whole: whole + b"more",
    "only its beginning": lambda whole: whole[: len(whole) // 2],
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_file_that_is_not_laid_out_as_a_pack_is_refused(
    clinic: Clinic, whole: bytes, tmp_path: Path, kind: str
) -> None:
    refused(clinic, CONTAINERS[kind](whole), tmp_path / "p.medpack")
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.suffix not in (".db", ".db-wal", ".db-shm")) == [
        ".medpack"
    ]


@pytest.mark.parametrize("content", [b"", b"PK", b"\x89PNG" + b"x" * 99, b"words\n" * 99], ids=len)
def test_what_is_no_pack_is_called_so(clinic: Clinic, tmp_path: Path, content: bytes) -> None:
    refused(clinic, content, tmp_path / "p.medpack", "is no pack")


def test_a_folder_and_a_file_that_is_not_there_are_refused(clinic: Clinic, tmp_path: Path) -> None:
    for file, words in ((tmp_path, "cannot be read"), (tmp_path / "none.medpack", "There is no file")):
        with pytest.raises(LibraryError, match=words):
            clinic.packs().inspect(file)


def test_a_pack_that_is_cut_while_it_is_read_leaves_nothing(clinic: Clinic, tmp_path: Path) -> None:
    big = Clinic(tmp_path / "maker.db").filled("big", [document(f"d{n}", f"Words {n}.") for n in range(400)])
    file = tmp_path / "p.medpack"
    exhaust(big.packs().make("big", file))
    big.close()
    before = clinic.state()
    work = clinic.packs().install(file, accept=clinic.packs().inspect(file).fingerprint)
    for progress in work:
        if progress.step == "storing":
            break
    with file.open("r+b") as stream:
        stream.truncate(5_000)
    with pytest.raises(LibraryError, match=r"p\.medpack"):
        exhaust(work)
    assert clinic.state() == before


def test_a_pack_that_is_exchanged_after_it_was_checked_is_not_taken(clinic: Clinic, tmp_path: Path) -> None:
    """The same sizes, so that nothing but the hash can tell; and too long to be read at once."""
    maker = Clinic(tmp_path / "maker.db").filled("long", [document("long", "Drink plenty of water. " * 20_000)])
    file = tmp_path / "p.medpack"
    exhaust(maker.packs().make("long", file))
    maker.close()
    stored = zipped(members_of(file.read_bytes()), zipfile.ZIP_STORED)
    at = stored.rindex(b"plenty of water")
    file.write_bytes(stored)
    before = clinic.state()
    work = clinic.packs().install(file, accept=clinic.packs().inspect(file).fingerprint)
    for progress in work:
        if progress.step == "checking" and progress.done == progress.total:
            break
    with file.open("r+b") as stream:
        stream.seek(at)
        stream.write(b"plenty of vodka")
    with pytest.raises(LibraryError, match="changed after it was made"):
        exhaust(work)
    assert clinic.state() == before


def test_nothing_that_a_pack_is_changed_into_gets_past_the_checks(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    """Bytes are changed, cut out and put in at random; what is refused is refused in words, what is taken is whole."""
    chance = random.Random(4)
    file = tmp_path / "p.medpack"
    for _ in range(MUTATIONS):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(content))
            kind = chance.choice(("change", "cut", "put in"))
            if kind == "change":
                content[at] ^= 1 << chance.randrange(8)
            elif kind == "cut":
                del content[at : at + chance.randint(1, 50)]
            else:
                content[at:at] = chance.randbytes(chance.randint(1, 50))
        file.write_bytes(content)
        try:
            with opened_pack(file) as pack:
                exhaust(pack.check())
        except LibraryError:
            continue
        assert members_of(bytes(content)) == members_of(whole)


def test_a_manifest_that_claims_gigabytes_takes_no_memory(clinic: Clinic, whole: bytes, tmp_path: Path) -> None:
    def claim(members: Members, manifest: dict[str, Any]) -> None:
        manifest["dimensions"] = 4_096
        manifest["passages"] = 100_000
        manifest["members"]["kept " + VECTORS] = {"size": 4 * 4_096 * 100_015, "sha256": "0" * 64}

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused(clinic, forged(whole, claim), tmp_path / "p.medpack")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000
