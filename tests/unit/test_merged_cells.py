"""Merged cells of workbooks: what goes down counts for each row, what goes across stays in one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.importing.hints import FileHints
from partnerdesk.models.sheets import PassedOver, read_sheet
from partnerdesk.models.sheets.workbooks import bands, merged, reading
from partnerdesk.models.sheets.workbooks.merged import MergedCells, merged_xml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COMPANIES = ["Contoso", "Fabrikam", "Nova"]


def book(path: Path, rows: Sequence[Sequence[str]], *ranges: str) -> Path:
    """Write rows from A1 on; each of `ranges` is merged and says what stands in its first cell."""
    with Workbook(path) as file:
        sheet = file.add_worksheet()
        for cells in ranges:
            sheet.merge_range(cells, "")
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                if text:
                    sheet.write_string(row, column, text)
    return path


def read(path: Path) -> tuple[list[tuple[int, list[str]]], int]:
    """Return the rows below the heading, and how many of them were filled."""
    passed = PassedOver()
    return list(read_sheet(path, hints=FileHints()).rows(None, passed)), passed.filled


ROWS = [
    ["Company", "Name", "Note"],
    ["Contoso", "one", ""],
    ["", "two", "own"],
    ["", "three", ""],
    ["", "four", ""],
]


@pytest.fixture
def small_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "_BLOCK", 64)
    monkeypatch.setattr(bands, "FIRST_BAND", 1000)
    monkeypatch.setattr(bands, "SMALLEST_BAND", 3000)
    monkeypatch.setattr(bands, "LARGEST_BAND", 5000)


def test_what_goes_down_counts_for_each_row(tmp_path: Path) -> None:
    path = book(tmp_path / "x.xlsx", ROWS, "A2:A4")
    assert read(path) == (
        [(2, ["Contoso", "one", ""]), (3, ["Contoso", "two", "own"]),
         (4, ["Contoso", "three", ""]), (5, ["", "four", ""])],
        2,
    )  # fmt: skip


def test_without_merged_cells_what_is_empty_stays_empty(tmp_path: Path) -> None:
    rows, filled = read(book(tmp_path / "x.xlsx", ROWS))
    assert ([cells[0] for _row, cells in rows], filled) == (["Contoso", "", "", ""], 0)
    text = "\n".join(",".join(cells) for cells in ROWS)
    (tmp_path / "x.csv").write_text(text, "utf-8")
    rows, filled = read(tmp_path / "x.csv")
    assert ([cells[0] for _row, cells in rows], filled) == (["Contoso", "", "", ""], 0)


def test_what_goes_across_stays_in_its_first_column(tmp_path: Path) -> None:
    table = [["Company", "Name", "Domain"], ["Total of May", "", ""], ["Nova", "", "nova.example"],
             ["", "", "aurora.example"]]  # fmt: skip
    path = book(tmp_path / "x.xlsx", table, "A2:C2", "A3:B4")
    assert read(path) == (
        [(2, ["Total of May", "", ""]), (3, ["Nova", "", "nova.example"]),
         (4, ["Nova", "", "aurora.example"])],
        1,
    )  # fmt: skip


def test_a_blank_row_stays_blank_and_a_cell_keeps_its_own_text(tmp_path: Path) -> None:
    table = [["Company", "Name"], ["Contoso", "one"], ["", ""], ["Other", "three"], ["", "four"]]
    path = book(tmp_path / "x.xlsx", table, "A2:A1048576")
    rows, filled = read(path)
    assert rows == [
        (2, ["Contoso", "one"]), (4, ["Other", "three"]), (5, ["Contoso", "four"]),
    ]  # fmt: skip
    assert filled == 1


def test_a_heading_of_two_rows_has_its_names_and_is_not_told_of(tmp_path: Path) -> None:
    table = [["Microsoft ID", "Customer", ""], ["", "Company name", "Primary domain name"],
             ["1", "Nova", "nova.example"]]  # fmt: skip
    path = book(tmp_path / "x.xlsx", table, "A1:A2", "B1:C1")
    found = read_sheet(path, hints=FileHints())
    assert found.columns == ["Microsoft ID", "Company name", "Primary domain name"]
    assert read(path) == ([(3, ["1", "Nova", "nova.example"])], 0)


@pytest.mark.usefixtures("small_bands")
def test_a_column_that_only_begins_with_merged_text_keeps_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In later bands the first column has no text of its own."""
    table = [["Company", "Name"], ["Contoso", "1"], *(["", str(n)] for n in range(2, 900))]
    path = book(tmp_path / "x.xlsx", table, "A2:A900")
    with path.open("rb") as file:
        assert reading._write_rows(file)
    lines = [json.loads(line)[:2] for line in capsys.readouterr().out.splitlines()]
    rows = [line for line in lines if isinstance(line[1], list)]
    assert rows[1:] == [[n + 1, ["Contoso", str(n)]] for n in range(1, 900)]


@pytest.mark.usefixtures("small_bands")
def test_bands_and_whole_sheets_are_filled_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """XLS files are read whole; the library reads XLSX files in the same way."""
    table = [["Company", "Name"]]
    for place in range(100):
        table += [[COMPANIES[place % 3], f"first {place}"], ["", "second"], ["", "third"]]
    ranges = [f"A{3 * place + 2}:A{3 * place + 4}" for place in range(100)]
    path = book(tmp_path / "x.xlsx", table, *ranges)
    told = []
    for write in (reading._write_rows, reading._write_whole):
        with path.open("rb") as file:
            assert write(file, "Sheet1")
        lines = map(json.loads, capsys.readouterr().out.splitlines())
        told.append([line for line in lines if isinstance(line[1], list)])
    assert told[0] == told[1]
    assert [line[1][0] for line in told[0][1:]] == [table[n - n % 3 + 1][0] for n in range(300)]
    assert sum(len(line) == 3 for line in told[0]) == 200


@pytest.mark.parametrize("size", [1, 7, 5000])
@pytest.mark.parametrize(
    ("xml", "found"),
    [
        (b"<c>a</c><mergeCells count='1'><mergeCell ref='A1:A2'/></mergeCells><x/>",
         b"<mergeCells count='1'><mergeCell ref='A1:A2'/></mergeCells>"),
        (b"<x:c/><x:mergeCells><x:mergeCell ref='A1:A2'/></x:mergeCells></x:worksheet>",
         b"<x:mergeCells><x:mergeCell ref='A1:A2'/></x:mergeCells>"),
        (b"<t>&lt;mergeCells&gt;</t></sheetData></worksheet>", b""),
        (b"<t>x</t><mergeCells count='0'/></worksheet>", b""),
        (b"", b""),
    ],
    ids=["plain", "prefix", "in a text", "none", "nothing"],
)  # fmt: skip
def test_they_are_found_in_whatever_blocks(xml: bytes, found: bytes, size: int) -> None:
    blocks = [xml[begin : begin + size] for begin in range(0, len(xml), size)]
    assert merged_xml(blocks, 1000) == found


def test_more_of_them_than_a_sheet_may_have_are_refused(tmp_path: Path) -> None:
    many = b"<mergeCells>" + b"<mergeCell ref='A1:A2'/>" * 100
    for xml, most in ((many + b"</mergeCells>", 1000), (many, 10_000)):
        with pytest.raises(ValueError, match="merged cells"):
            merged_xml([xml[:500], *(xml[n : n + 50] for n in range(500, len(xml), 50))], most)
    path = book(tmp_path / "x.xlsx", ROWS, "A2:A4")
    broken = tmp_path / "broken.xlsx"
    with ZipFile(path) as old, ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</mergeCells>", b""))
    with pytest.raises(FileError, match="damaged"):
        read_sheet(broken)


def test_ranges_that_end_are_forgotten() -> None:
    cells = MergedCells([((n, 0), (n + 1, 0)) for n in range(0, 1000, 2)])
    for row in range(1000):
        text = "x" if row % 2 == 0 else ""
        _left, texts, is_filled = cells.fill(row, 0, [text, "y"])
        assert (texts, is_filled) == (["x", "y"], row % 2 == 1)
        assert len(cells._open) <= 1
    assert merged.MergedCells(()).fill(0, 3, ["a"]) == (3, ["a"], False)
