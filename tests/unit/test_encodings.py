"""Encodings of text files: detected by BOM and bytes, or guessed and reported as a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.importing.hints import FileHints
from partnerdesk.models.languages import speak
from partnerdesk.models.sheets import Chosen, read_sheet
from partnerdesk.models.sheets.encoding import find_encoding, named_encoding
from tests.support.depth import times

if TYPE_CHECKING:
    from pathlib import Path

HINTS = FileHints()
ID = "3f2a91c0-1111-4222-8333-444455556668"
ENGLISH = "Microsoft ID;Company name;Primary domain name\r\n"
SMALL = [
    ("cp1252", f"Microsoft-ID;Firmenname;Primärer Domänenname\r\n{ID};Müller;m.example\r\n"),
    ("cp1252", f"{ENGLISH}{ID};Müller GmbH;m.example\r\n"),
    ("cp1252", f"{ENGLISH}{ID};Crêperie Française;c.example\r\n"),
    ("cp1252", f"{ENGLISH}{ID};Peña e Hijos;p.example\r\n"),
    ("cp1252", f"{ENGLISH}{ID};Åse Sørensen;a.example\r\n"),
    ("cp1250", f"{ENGLISH}{ID};Nowak Spółka;n.example\r\n"),
    ("cp1250", f"{ENGLISH}{ID};Zakłady Mięsne Łódź;l.example\r\n"),
    ("cp1250", f"Microsoft ID;Název společnosti;Doména\r\n{ID};Dvořák;d.example\r\n"),
    ("cp1250", f"{ENGLISH}{ID};Szőke Kft;s.example\r\n"),
    ("cp1251", f"Идентификатор Microsoft;Компания;Домен\r\n{ID};Ромашка;r.example\r\n"),
    ("cp1251", f"{ENGLISH}{ID};ЗАО ВЕГА;v.example\r\n"),
    ("cp932", f"Microsoft ID,会社名,プライマリ ドメイン名\r\n{ID},株式会社コントソ,c.example\r\n"),
    ("cp932", f"{ENGLISH}{ID};山田商店;y.example\r\n"),
    ("gb18030", f"Microsoft ID,公司名称,主域名\r\n{ID},北京科技有限公司,b.example\r\n"),
    ("gb18030", f"{ENGLISH}{ID};上海贸易;s.example\r\n"),
]
WIDE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")


def written(folder: Path, content: bytes) -> Path:
    path = folder / "customers.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("codec", "text"), SMALL)
def test_a_small_file_is_read_as_it_was_written(
    tmp_path: Path, codec: str, text: str, language: str
) -> None:
    speak(language)
    path = written(tmp_path, text.encode(codec))
    sheet = read_sheet(path, hints=HINTS)
    [(_line, cells)] = sheet.rows()
    assert [sheet.columns, cells] == [
        line.split(sheet.delimiter) for line in text.split("\r\n")[:2]
    ]
    found = sheet.source.text
    assert found is not None
    assert found.is_guess
    foreign = [
        word for word in text.replace(";", " ").replace(",", " ").split() if not word.isascii()
    ]
    assert list(found.sample) == foreign[:6]


@pytest.mark.parametrize("codec", WIDE)
@pytest.mark.parametrize("text", [text for _codec, text in SMALL])
def test_unicode_is_never_guessed(tmp_path: Path, codec: str, text: str) -> None:
    found = find_encoding(written(tmp_path, text.encode(codec)), HINTS.knows)
    assert not found.is_guess
    assert text.encode(codec).decode(found.name).removeprefix("\ufeff") == text


@given(
    names=st.lists(st.text("абвгдежя ЁЇşñßé中文かな,'", min_size=1, max_size=12), min_size=1),
    codec=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]),
)
@settings(max_examples=times(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_names_in_unicode_without_a_mark(tmp_path: Path, names: list[str], codec: str) -> None:
    text = "Company name,Domain\r\n" + "".join(f'"{name}",a.example\r\n' for name in names)
    found = find_encoding(written(tmp_path, text.encode(codec)), HINTS.knows)
    assert (found.is_guess, text.encode(codec).decode(found.name)) == (False, text)


def test_letters_far_down_in_the_file_are_seen(tmp_path: Path) -> None:
    plain = f"{ID};Contoso;c.example\r\n" * 5_000
    path = written(tmp_path, f"{ENGLISH}{plain}{ID};Łódź Spółka;l.example\r\n".encode("cp1250"))
    sheet = read_sheet(path, hints=HINTS)
    assert sheet.source.text is not None
    assert sheet.source.text.sample == ("Łódź", "Spółka")
    assert [cells[1] for _line, cells in sheet.rows()][-1] == "Łódź Spółka"


def test_a_known_word_is_stronger_than_the_detector(tmp_path: Path) -> None:
    """The same bytes are a Japanese word or Cyrillic letters: the known word decides."""
    text = f"Microsoft ID;Company name;Country\r\n{ID};Contoso;日本\r\n"
    path = written(tmp_path, text.encode("cp932"))
    assert find_encoding(path, HINTS.knows).name == "cp932"
    wrong = find_encoding(path, lambda word: word == "日本".encode("cp932").decode("cp1251"))
    assert wrong.name == "cp1251"


def test_what_is_said_wins_and_must_fit(tmp_path: Path) -> None:
    path = written(tmp_path, f"{ENGLISH}{ID};Müller;m.example\r\n".encode("cp1252"))
    cyrillic = read_sheet(path, Chosen(encoding="Windows-1251"), HINTS)
    assert (cyrillic.encoding, [cells[1] for _line, cells in cyrillic.rows()]) == (
        "cp1251",
        ["Mьller"],
    )
    with pytest.raises(FileError, match=r"line 2 is not UTF-8: byte 0xFC at offset 85\."):
        list(read_sheet(path, Chosen(encoding="utf8"), HINTS).rows())


@pytest.mark.parametrize("name", ["", "klingon", "rot13", "base64", "x" * 500, "\0"])
def test_an_encoding_that_there_is_not(name: str) -> None:
    with pytest.raises(UsageError, match="There is no encoding"):
        named_encoding(name or " ")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("UTF-8", "utf-8-sig"), ("windows-1250", "cp1250"), ("CP1251", "cp1251"), ("GBK", "gb18030"),
     ("Shift_JIS", "cp932"), ("utf 16", "utf-16"), ("latin1", "iso8859-1")],
)  # fmt: skip
def test_encodings_have_many_names(name: str, codec: str) -> None:
    assert named_encoding(name) == codec
