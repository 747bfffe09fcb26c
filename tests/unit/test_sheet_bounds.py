"""Oversized table files are refused after a few rows; normal lists are read."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import date
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from partnerdesk.models.core import given_files
from partnerdesk.models.core.errors import FileError
from partnerdesk.models.core.text import listed
from partnerdesk.models.languages import speak
from partnerdesk.models.sheets import read_sheet, write_xlsx
from partnerdesk.models.sheets.bounds import LONGEST_LINE, MOST_COLUMNS, MOST_SHARED_XML
from partnerdesk.models.sheets.workbooks import bands, reading
from tests.support.commands import COMMAND, HOUSE, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADING = '<row r="1"><c r="A1" t="inlineStr"><is><t>Company name</t></is></c></row>'

FLAT = 200 * 1024
"""The most memory in KB of any process while a file is refused; formerly 860,000."""


def xlsx(
    path: Path, sheet: Iterable[str | bytes], shared: Iterable[str | bytes] = (), sheets: int = 1
) -> Path:
    """Write an XLSX file with this XML as its sheet data, piece by piece."""
    names = "".join(f'<sheet name="S{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(sheets))
    parts = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(sheets)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}">{parts}</Relationships>',
        )
        write_part(book, "xl/sharedStrings.xml", [f'<sst xmlns="{MAIN}">', *shared, "</sst>"])
        for place in range(sheets):
            rows = chained(f'<worksheet xmlns="{MAIN}"><sheetData>', () if place else sheet)
            write_part(book, f"xl/worksheets/sheet{place}.xml", rows)
    return path


def chained(head: str, sheet: Iterable[str | bytes]) -> Iterator[str | bytes]:
    yield head
    yield from sheet
    yield "</sheetData></worksheet>"


def write_part(book: zipfile.ZipFile, name: str, blocks: Iterable[str | bytes]) -> None:
    with book.open(name, "w", force_zip64=True) as part:
        for block in blocks:
            part.write(block.encode() if isinstance(block, str) else block)


def twelve_million_cells(path: Path) -> Path:
    """Write a compressed file of a few MB with a million rows of twelve cells."""
    thousand = b"<row>" + b"<c><v>1</v></c>" * 12 + b"</row>"
    return xlsx(path, repeat(thousand * 1000, 1000))


def imported(path: Path, folder: Path) -> tuple[int, str, int]:
    """Import a file by the command; return exit code, stderr, and the peak memory in KB."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "print(done.stderr)"
    )
    words = ["customers", "import", str(path), "--database", str(folder / "book.db")]
    done = subprocess.run(
        [sys.executable, "-c", script, *COMMAND, *words],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    figures, _newline, said = done.stdout.partition("\n")
    code, most = figures.split()
    return int(code), said.strip(), int(most)


class Counting(io.FileIO):
    """A file that counts the bytes read from it."""

    count = 0

    def readinto(self, buffer: Any) -> int:
        done = super().readinto(buffer) or 0
        Counting.count += done
        return done


def counted(path: Path) -> io.BufferedReader:
    """Open a file that counts the bytes read from it."""
    return io.BufferedReader(Counting(str(path)))


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    Counting.count = 0


class TestWorkbooks:
    def test_twelve_million_cells_are_refused_by_their_first_rows(self, tmp_path: Path) -> None:
        path = twelve_million_cells(tmp_path / "big.xlsx")
        code, said, most = imported(path, tmp_path)
        assert code == 1
        assert "No column was recognised as Company name" in said
        assert said.splitlines()[0].endswith(": none that look like headings.")
        assert most < FLAT

    def test_no_more_is_unpacked_than_is_asked_for(self, tmp_path: Path) -> None:
        path = twelve_million_cells(tmp_path / "big.xlsx")
        with counted(path) as file, zipfile.ZipFile(file) as archive:
            rows = bands.XlsxFile(archive).bands("xl/worksheets/sheet0.xml")
            first = next(rows)
            assert first.end < 2 * bands.FIRST_BAND
            assert Counting.count < path.stat().st_size // 5
            second = next(rows)
            assert (first.end, second.is_first) == (second.begin, False)
            assert sum(map(len, second.xml)) < bands.SMALLEST_BAND + 1000

    def test_headings_to_the_last_column(self, tmp_path: Path) -> None:
        path = tmp_path / "wide.xlsx"
        write_xlsx([["x"] * 16_384] * 3, [f"Column {n}" for n in range(16_384)], path)
        with pytest.raises(FileError) as refused:
            read_sheet(path)
        assert refused.value.message == (
            f"{path} has 16,384 columns, more than a table may have (1,000): Column 0, Column 1, "
            "Column 2, Column 3, Column 4, Column 5, Column 6, Column 7, Column 8, Column 9 "
            "and 16,374 more."
        )
        assert "delete the columns" in refused.value.remedy

    def test_as_many_columns_as_may_be(self, tmp_path: Path) -> None:
        path = tmp_path / "wide.xlsx"
        write_xlsx([["x"] * MOST_COLUMNS] * 2, [str(n) for n in range(MOST_COLUMNS)], path)
        assert [len(cells) for _row, cells in read_sheet(path).rows()] == [MOST_COLUMNS] * 2

    def test_a_cell_far_to_the_right(self, tmp_path: Path) -> None:
        far = '<row r="2"><c r="ALM2" t="inlineStr"><is><t>x</t></is></c></row>'
        with pytest.raises(FileError, match="stand beyond column 1,000") as refused:
            read_sheet(xlsx(tmp_path / "far.xlsx", [HEADING, far]))
        assert "Delete what stands to the right" in refused.value.remedy
        blank = '<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="0"/></row>'
        sheet = read_sheet(xlsx(tmp_path / "formatted.xlsx", [HEADING, blank]))
        assert list(sheet.rows()) == [(2, ["1"])]

    def test_a_row_far_down(self, tmp_path: Path) -> None:
        last = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
        sheet = read_sheet(xlsx(tmp_path / "deep.xlsx", [HEADING, last]))
        assert list(sheet.rows()) == [(1_048_576, ["1"])]
        beyond = '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'
        with pytest.raises(FileError, match="too large"):
            list(read_sheet(xlsx(tmp_path / "deeper.xlsx", [HEADING, beyond])).rows())

    @pytest.mark.parametrize("rows", [b"<row/>" * 1000, b"<row><c/></row>" * 1000])
    def test_rows_without_end(self, tmp_path: Path, rows: bytes) -> None:
        with pytest.raises(FileError, match="too large"):
            list(read_sheet(xlsx(tmp_path / "rows.xlsx", [HEADING, *repeat(rows, 1100)])).rows())

    def test_a_row_without_end(self, tmp_path: Path) -> None:
        cells = b"<c><v>1</v></c>" * 10_000
        path = xlsx(tmp_path / "row.xlsx", [HEADING, "<row>", *repeat(cells, 200), "</row>"])
        code, said, most = imported(path, tmp_path)
        assert (code, "too large" in said) == (1, True)
        assert most < FLAT

    def test_a_text_that_fills_all_cells_of_a_row(self, tmp_path: Path) -> None:
        text = "<si><t>" + "x" * 32_000 + "</t></si>"
        row = "<row>" + '<c t="s"><v>0</v></c>' * 200 + "</row>"
        with pytest.raises(FileError, match="too large: unpacked"):
            read_sheet(xlsx(tmp_path / "long.xlsx", [row], [text]))

    def test_parts_without_end(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "parts.xlsx", [HEADING])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for place in range(9):
                write_part(book, f"{place}/styles.xml", repeat(b" " * 10**6, 31))
        with zipfile.ZipFile(path) as archive, pytest.raises(bands.TooLargeError):
            bands.XlsxFile(archive)
        with pytest.raises(FileError, match="too large"):
            read_sheet(path)

    def test_shared_texts_without_end(self, tmp_path: Path) -> None:
        text = b"<si><t>" + b"x" * 1_000_000 + b"</t></si>"
        path = xlsx(tmp_path / "texts.xlsx", [HEADING], repeat(text, MOST_SHARED_XML // 10**6 + 9))
        with pytest.raises(FileError, match="too large"):
            read_sheet(path)
        code, said, most = imported(path, tmp_path)
        assert code == 1
        assert "too large: unpacked, it holds more than a table may" in said
        assert "CSV UTF-8" in said
        assert most < FLAT

    def test_sizes_that_lie(self, tmp_path: Path) -> None:
        text = b"<si><t>" + b"x" * 1_000_000 + b"</t></si>"
        path = xlsx(tmp_path / "texts.xlsx", [HEADING], repeat(text, 300))
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("xl/sharedStrings.xml").file_size
        true, lie = size.to_bytes(8, "little"), (100).to_bytes(8, "little")
        content = path.read_bytes()
        for length in (8, 4):
            content = content.replace(true[:length], lie[:length])
        path.write_bytes(content)
        with zipfile.ZipFile(path) as archive:
            assert archive.getinfo("xl/sharedStrings.xml").file_size == 100
        code, _said, most = imported(path, tmp_path)
        assert code == 1
        assert most < FLAT

    def test_sheets_without_end(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="too large"):
            read_sheet(xlsx(tmp_path / "sheets.xlsx", [HEADING], sheets=1001))
        assert read_sheet(xlsx(tmp_path / "sheets.xlsx", [HEADING], sheets=9)).columns

    def test_entities_do_not_expand(self, tmp_path: Path) -> None:
        path = xlsx(tmp_path / "plain.xlsx", ['<row><c t="s"><v>0</v></c></row>'])
        laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(8))
        texts = (
            f'<!DOCTYPE sst [<!ENTITY l0 "{"ha" * 50}">{laughs}]><sst xmlns="{MAIN}">'
            "<si><t>x&l8;</t></si></sst>"
        )
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "laughs.xlsx", "w") as new:
            for name in old.namelist():
                new.writestr(name, texts if "shared" in name else old.read(name))
        try:
            [text] = read_sheet(tmp_path / "laughs.xlsx").columns
        except FileError:
            return
        assert len(text) < 100

    def test_memory_that_nothing_else_bounds(self, tmp_path: Path) -> None:
        """A hundred thousand cells share one text of 32,000 letters."""
        text = "<si><t>" + "x" * 32_000 + "</t></si>"
        row = b'<row><c t="s"><v>0</v></c></row>'
        with pytest.raises(FileError, match="too large"):
            list(read_sheet(xlsx(tmp_path / "x.xlsx", repeat(row * 1000, 100), [text])).rows())


def rows_whole(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of the first sheet as the library reads them at once."""
    with CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())) as book:
        rows = enumerate(book.get_sheet_by_index(0).iter_rows(), start=1)
        texts = [(row, [reading.text_of(cell) for cell in cells]) for row, cells in rows]
    return [(row, cells) for row, cells in texts if "".join(cells).strip()]


def rows_in_bands(path: Path, capsys: pytest.CaptureFixture[str]) -> list[tuple[int, list[str]]]:
    """Return the rows as the reading process writes them."""
    with path.open("rb") as file:
        assert reading._write_rows(file)
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [(row, cells) for row, cells in lines if isinstance(cells, list)]


def filled(path: Path, *, constant: bool, options: dict[str, Any] | None = None) -> Path:
    """Write a table with all kinds of cells, blank rows, and blank columns before it."""
    with Workbook(path, {"constant_memory": constant, **(options or {})}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        rich = book.add_format({"bold": True})
        sheet.write_row(2, 1, ["Company", "Since", "Count", "Yes", "Sum", "Note"])
        for row in range(3, 400):
            if row % 7 == 0:
                continue
            sheet.write_string(row, 1, f"Müller & <Söhne> {row}")
            sheet.write_datetime(row, 2, date(2024, 2, 1 + row % 28), day)
            sheet.write_number(row, 3, row / 4)
            sheet.write_boolean(row, 4, row % 2 == 0)
            sheet.write_formula(row, 5, "=A1", None, f"sum {row}")
            if not constant:
                sheet.write_rich_string(row, 6, rich, "bold", " and plain", f" {row % 9}")
    return path


class TestBands:
    @pytest.fixture(autouse=True)
    def small_bands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bands, "_BLOCK", 512)
        monkeypatch.setattr(bands, "FIRST_BAND", 1000)
        monkeypatch.setattr(bands, "FIRST_SHARED", 1024)
        monkeypatch.setattr(bands, "SMALLEST_BAND", 3000)
        monkeypatch.setattr(bands, "LARGEST_BAND", 5000)

    @pytest.mark.parametrize("constant", [True, False], ids=["inline", "shared"])
    @pytest.mark.parametrize("epoch", [False, True], ids=["1900", "1904"])
    def test_the_rows_are_those_of_the_whole_sheet(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], constant: bool, epoch: bool
    ) -> None:
        path = filled(tmp_path / "book.xlsx", constant=constant, options={"date_1904": epoch})
        with zipfile.ZipFile(path) as archive:
            parts = bands.XlsxFile(archive).bands("xl/worksheets/sheet1.xml")
            assert sum(1 for _band in parts) > 10
        assert rows_in_bands(path, capsys) == rows_whole(path)

    def rewritten(self, path: Path, pattern: bytes, replacement: bytes) -> Path:
        target = path.with_name("rewritten.xlsx")
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
            for name in old.namelist():
                content = old.read(name)
                if "worksheets" in name:
                    content, changed = re.subn(pattern, replacement, content)
                    assert changed
                new.writestr(name, content)
        return target

    @pytest.mark.parametrize(
        ("pattern", "replacement"),
        [
            (rb"<(/?)(worksheet|sheetData|row|c|is|t|v|f)\b", rb"<\1x:\2"),
            (rb"(<row\b[^>]*>)", rb"\n  \1"),
            (rb'(<row) r="\d+"', rb"\1"),
            (rb'(<c) r="[A-Z]+\d+"', rb"\1"),
            (rb'(<(?:row|c)) r="[A-Z]*\d+"', rb"\1"),
            (rb'r="([A-Z]*\d+)"', rb"r='\1'"),
            (rb"<\?xml[^>]*\?>", b"\xef\xbb\xbf"),
            (rb"</sheetData>", rb"</sheetData><rowBreaks/><extLst><row/></extLst>"),
        ],
        ids=["prefix", "lines", "no row numbers", "no places", "neither", "quotes", "mark", "more"],
    )
    def test_other_ways_to_write_a_sheet(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], pattern: bytes, replacement: bytes
    ) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([[f"Müller {n}", "x"] for n in range(300)], ["a", "b"], path)
        path = self.rewritten(path, pattern, replacement)
        assert rows_in_bands(path, capsys) == rows_whole(path)
        assert len(rows_whole(path)) == 301

    def test_gaps_between_rows(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        numbers = [1, 2, 1500, 1501, 90_000, 90_001, 90_700, 1_000_000]
        rows = [f'<row r="{n}"><c r="B{n}"><v>{n}</v></c></row>' for n in numbers]
        path = xlsx(tmp_path / "gaps.xlsx", rows)
        assert rows_in_bands(path, capsys) == [(n, [str(n)]) for n in numbers]
        with zipfile.ZipFile(path) as archive:
            parts = bands.XlsxFile(archive).bands("xl/worksheets/sheet0.xml")
            assert [band.xml[2].count(b"<row") for band in parts] == [2, 2, 3, 1]

    def test_what_stands_left_of_the_table_is_not_lost(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [f'<row r="{n}"><c r="C{n}"><v>{n}</v></c></row>' for n in range(1, 200)]
        rows.append('<row r="200"><c r="B200"><v>7</v></c><c r="D200"><v>8</v></c></row>')
        *_others, last = rows_in_bands(xlsx(tmp_path / "left.xlsx", rows), capsys)
        assert last == (200, ["", "8", "7"])

    @pytest.mark.parametrize("cut", ["<row", "</sheetData>"])
    def test_a_sheet_that_breaks_off_is_damaged(self, tmp_path: Path, cut: str) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([[str(n)] for n in range(300)], ["a"], path)
        path = self.rewritten(path, rb"(?s)%b(?!.*%b).*" % (cut.encode(), cut.encode()), b"")
        with pytest.raises(FileError, match="damaged"):
            list(read_sheet(path).rows())

    def test_rows_in_disorder_are_damaged(self, tmp_path: Path) -> None:
        rows = [f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, 900_000, 2)]
        with pytest.raises(FileError, match="damaged"):
            list(read_sheet(xlsx(tmp_path / "x.xlsx", rows)).rows())


def test_hidden_and_empty_sheets_are_passed_over(tmp_path: Path) -> None:
    with Workbook(tmp_path / "book.xlsx") as book:
        book.add_worksheet("Empty")
        hidden = book.add_worksheet("Hidden")
        hidden.write_string(0, 0, "secret")
        hidden.hide()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Hidden!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)
        book.add_worksheet("Üb & er").write_string(0, 0, "Firma")
    assert read_sheet(tmp_path / "book.xlsx").columns == ["Firma"]


class TestCsv:
    def wide(self, path: Path, columns: int, rows: int = 0) -> Path:
        with path.open("w") as file:
            file.write(",".join(f"Column {n}" for n in range(columns)) + "\n")
            file.writelines(repeat("x" * 1000 + "\n", rows))
        return path

    def test_a_hundred_thousand_columns_are_refused_by_the_first_row(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = self.wide(tmp_path / "wide.csv", 100_000, rows=20_000)
        result = run("customers", "import", path, "--database", tmp_path / "book.db")
        assert (result.code, result.out) == (1, "")
        assert result.err.splitlines() == [
            f"partnerdesk: {path} has 100,000 columns, more than a table may have (1,000): "
            + "".join(f"Column {n}, " for n in range(9))
            + "Column 9 and 99,990 more.",
            "Look whether it is the right file, and delete the columns that are not needed.",
        ]
        first = path.read_text().index("\n")
        monkeypatch.setattr(given_files, "_opened", counted)
        with pytest.raises(FileError):
            read_sheet(path)
        assert first < Counting.count < 3 * first < path.stat().st_size // 3

    def test_as_many_columns_as_may_be(self, tmp_path: Path) -> None:
        assert len(read_sheet(self.wide(tmp_path / "x.csv", MOST_COLUMNS)).columns) == MOST_COLUMNS
        with pytest.raises(FileError, match="1,001 columns"):
            read_sheet(self.wide(tmp_path / "x.csv", MOST_COLUMNS + 1))

    def test_a_row_of_many_lines_must_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(given_files, "_opened", counted)
        path = tmp_path / "lines.csv"
        with path.open("w") as file:
            file.write("a,b\n1,2\n")
            file.writelines(repeat('"' + "x" * 1000 + '\n",', 6 * LONGEST_LINE // 1000))
        with pytest.raises(FileError, match="Line 3 is too long for a table"):
            list(read_sheet(path).rows())
        looked_through = path.stat().st_size  # read once in blocks to detect the encoding
        assert Counting.count < looked_through + 3 * LONGEST_LINE

    def test_messages_name_ten_columns(self, tmp_path: Path) -> None:
        path = self.wide(tmp_path / "x.csv", 300)
        words = ("customers", "import", path, "--database", tmp_path / "book.db")
        refused = run(*words)
        assert "Column 9 and 290 more." in refused.err
        assert "Column 10" not in refused.err
        mapped = run(*words, "--map", "company_name=Nosuch")
        assert mapped.err.splitlines()[-1].endswith("Column 9 and 290 more.")
        path.write_text(f"Company name,Domain,{path.read_text()}A,a.example\n")
        found = run(*words)
        assert "  not read: " in found.out
        assert [line for line in found.lines if "not read" in line] == [
            "  not read: " + "".join(f"Column {n}, " for n in range(9)) + "Column 9 and 290 more"
        ]


class TestListed:
    def test_ten_names_at_most(self) -> None:
        assert listed([]) == ""
        assert listed(list("abcdefghij")) == "a, b, c, d, e, f, g, h, i, j"
        assert listed(list("abcdefghijk")) == "a, b, c, d, e, f, g, h, i, j and 1 more"
        many = [str(n) for n in range(100_000)]
        assert listed(many).endswith(", 9 and 99,990 more")
        speak("ru")
        assert listed(many).endswith(", 9 и ещё 99\N{NO-BREAK SPACE}990")

    def test_names_are_short_and_harmless(self) -> None:
        assert listed(["x" * 60, "y" * 61, "", "\x1b[31m"]) == f"{'x' * 60}, {'y' * 60}…, –, ␛[31m"
        assert len(listed(["\x1b" * 9**6] * 9**4)) < 1000


def test_a_customer_list_of_many_columns_is_read(tmp_path: Path) -> None:
    """A small list of a kind that must be accepted: a different shared text in each cell."""
    path = tmp_path / "list.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(2000):
            sheet.write_row(row, 0, [f"value {row} of {column}" for column in range(30)])
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("xl/sharedStrings.xml").file_size > bands.FIRST_SHARED * 3 // 2
    rows = list(read_sheet(path).rows())
    assert [row for row, _cells in rows] == list(range(2, 2001))
    assert rows[-1][1] == [f"value 1999 of {column}" for column in range(30)]
    assert len(list(islice(read_sheet(path).rows(), 3))) == 3
