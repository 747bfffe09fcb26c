"""Evidence packs: everything of a customer in one file, and every change of it is found."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.pages import evidence
from partnerdesk.models.pages.evidence import check_evidence, write_evidence
from tests.support.books import demo_store
from tests.support.commands import run

if TYPE_CHECKING:
    from collections.abc import Mapping

FABRIKAM = "fabrikam.onmicrosoft.com"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    demo_store(tmp_path).engine.dispose()
    return tmp_path / "demo.db"


def written(book: Path, name: str = "pack.zip") -> Path:
    file = book.with_name(name)
    words = ("customers", "evidence", FABRIKAM, "--out", file, "--database", book)
    assert run(*words).code == 0
    return file


def repacked(file: Path, content: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w") as pack:
        for name, value in content.items():
            pack.writestr(name, value)


def unpacked(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as pack:
        return {name: pack.read(name) for name in pack.namelist()}


def test_a_pack_has_all_of_the_customer_and_proves_itself(book: Path) -> None:
    run("customers", "note", FABRIKAM, "--text", "Met Ulla", "--database", book)
    file = written(book)
    content = unpacked(file)
    customer = json.loads(content["customer.json"])
    assert customer["primary_domain"] == FABRIKAM
    assert [note["text"] for note in customer["notes"]] == ["Met Ulla"]
    assert json.loads(content["subscriptions.json"])
    assert json.loads(content["changes.json"])[-1]["kind"] == "noted"
    result = run("evidence", "verify", file, "--json")
    assert (result.code, result.json["findings"]) == (0, [])
    known = result.json["history_digest"]
    assert run("changes", "verify", "--known", known, "--database", book).code == 0


def test_the_same_book_gives_the_same_bytes(book: Path) -> None:
    assert written(book, "one.zip").read_bytes() == written(book, "two.zip").read_bytes()


def test_a_file_that_is_there_is_left_alone(book: Path) -> None:
    file = book.with_name("pack.zip")
    file.write_text("mine")
    words = ("customers", "evidence", FABRIKAM, "--out", file, "--database", book)
    assert run(*words).code == 1
    assert file.read_text() == "mine"


def test_who_changes_a_file_and_the_manifest_is_found_by_the_seal_of_the_history(
    book: Path,
) -> None:
    file = written(book)
    content = unpacked(file)
    changes = json.loads(content["changes.json"])
    changes[0]["actor"] = "somebody else"
    content["changes.json"] = json.dumps(changes).encode()
    manifest = json.loads(content["manifest.json"])
    manifest["files"]["changes.json"] = {
        "sha256": evidence._hash(content["changes.json"]), "bytes": 1,
    }  # fmt: skip
    content["manifest.json"] = json.dumps(manifest).encode()
    repacked(file, content)
    result = run("evidence", "verify", file)
    assert result.code == 1
    assert "is not what the history sealed" in result.out


def test_missing_and_added_files_are_named(book: Path) -> None:
    file = written(book)
    content = unpacked(file)
    del content["subscriptions.json"]
    repacked(file, content | {"more.json": b"{}"})
    out = run("evidence", "verify", file).out
    assert "subscriptions.json is missing" in out
    assert "more.json was added" in out


_FOLDER = Path(mkdtemp(prefix="partnerdesk-tests-"))
_WHOLE: list[bytes] = []


def whole_pack() -> bytes:
    if not _WHOLE:
        file = _FOLDER / "whole.zip"
        write_evidence(demo_store(_FOLDER), 1, file)
        _WHOLE.append(file.read_bytes())
    return _WHOLE[0]


@given(st.data())
def test_no_byte_of_a_pack_can_change_unseen(data: st.DataObject) -> None:
    """Whatever byte of a file's content is another one: a finding, or no pack at all."""
    with zipfile.ZipFile(io.BytesIO(whole_pack())) as pack:
        content = {name: pack.read(name) for name in pack.namelist()}
    name = data.draw(st.sampled_from([name for name in content if name != evidence.MANIFEST]))
    place = data.draw(st.integers(0, len(content[name]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[name][place]))
    changed = bytearray(content[name])
    changed[place] = byte
    file = _FOLDER / "changed.zip"
    repacked(file, {**content, name: bytes(changed)})
    with suppress(FileError):
        assert check_evidence(file).findings


@given(st.binary(max_size=400), st.integers(0, 2**20))
def test_whatever_a_file_holds_it_is_a_pack_or_a_clear_error(head: bytes, cut: int) -> None:
    file = _FOLDER / "any.zip"
    for content in (head, whole_pack()[: cut % len(whole_pack())], head + whole_pack()):
        file.write_bytes(content)
        try:
            check_evidence(file)
        except FileError:
            continue


def test_a_pack_that_unpacks_to_too_much_is_not_read(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(book)
    monkeypatch.setattr(evidence, "LARGEST", 1000)
    with pytest.raises(FileError):
        check_evidence(file)
