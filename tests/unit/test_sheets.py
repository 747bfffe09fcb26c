"""Table files: reading, refusal of damaged ones, and reproducible, atomic writing."""

from __future__ import annotations

import io
import json
import os
import struct
import tempfile
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from partnerdesk.models.core.errors import FileError
from partnerdesk.models.sheets import (
    csv_into,
    json_into,
    read_sheet,
    write_csv,
    write_json,
    write_xlsx,
    writing,
)
from partnerdesk.models.sheets.bounds import LONGEST_LINE
from partnerdesk.models.sheets.csv_file import guarded, unguarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

COLUMNS = ["Microsoft ID", "Company name"]
WRITERS = {"csv": write_csv, "xlsx": write_xlsx, "json": write_json}

# All texts that a file can contain: no surrogates, and no noncharacters because of XML.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"))
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT).map(list), max_size=8)


def made(folder: Path, content: bytes, name: str = "customers.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[tuple[int, list[str]]]:
    return list(read_sheet(path).rows())


def not_blank(rows: Sequence[list[str]]) -> list[list[str]]:
    return [row for row in rows if "".join(row).strip()]


class TestCsv:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            ("Имя,Ä\r\nПётр,ß\r\n".encode(), "utf-8-sig"),
            ("Имя,Ä\r\nПётр,ß\r\n".encode("utf-8-sig"), "utf-8-sig"),
            ("Имя,Ä\r\nПётр,ß\r\n".encode("utf-16"), "utf-16"),
            (b"\xfe\xff" + "Имя,Ä\r\nПётр,ß\r\n".encode("utf-16-be"), "utf-16"),
            ("Имя,Ä\r\nПётр,ß\r\n".encode("utf-32"), "utf-32"),
        ],
    )
    def test_byte_order_marks(self, tmp_path: Path, content: bytes, encoding: str) -> None:
        sheet = read_sheet(made(tmp_path, content))
        assert (sheet.columns, sheet.encoding) == (["Имя", "Ä"], encoding)
        assert list(sheet.rows()) == [(2, ["Пётр", "ß"])]

    @pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
    def test_utf_16_without_mark(self, tmp_path: Path, encoding: str) -> None:
        sheet = read_sheet(made(tmp_path, "Company name,Город\nContoso,Köln\n".encode(encoding)))
        assert (sheet.columns, sheet.encoding) == (["Company name", "Город"], encoding)

    @pytest.mark.parametrize(
        ("text", "delimiter"),
        [
            ("a,b\n1,2\n", ","),
            ("a;b\n1;2\n", ";"),
            ("a\tb\n1\t2\n", "\t"),
            ('"a,c,d";b\n1;2\n', ";"),
            ("sep=;\na;b\n1;2\n", ";"),
            ('"sep=|"\r\na|b\r\n1|2\r\n', "|"),
            ("SEP=\t\na\tb\n1\t2\n", "\t"),
            ("\n\na;b\n", ";"),
        ],
    )
    def test_delimiter(self, tmp_path: Path, text: str, delimiter: str) -> None:
        sheet = read_sheet(made(tmp_path, text.encode()))
        assert sheet.delimiter == delimiter
        assert len(sheet.columns) == 2

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_lines_are_counted_as_an_editor_counts_them(self, tmp_path: Path, end: str) -> None:
        lines = ["sep=,", "a,b", "", '"1', 'x",2', " , ", ",,,", "3,4"]
        assert rows_of(made(tmp_path, end.join(lines).encode())) == [
            (4, [f"1{end}x", "2"]),
            (8, ["3", "4"]),
        ]

    def test_rows_keep_their_cells(self, tmp_path: Path) -> None:
        text = 'a,b\n" x ""y"" ",007\n1\n1,2,3\nsaid 5" pipe,\n'
        assert [cells for _line, cells in rows_of(made(tmp_path, text.encode()))] == [
            [' x "y" ', "007"],
            ["1"],
            ["1", "2", "3"],
            ['said 5" pipe', ""],
        ]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"\n \r\n,,\n", "is empty"),
            (b"sep=;\n", "is empty"),
            (b'a,b\n1,2\n3,"4\n5,6\n', "begins in line 3 is no CSV"),
            (b'a,b\n"1"x,2\n', "begins in line 2 is no CSV"),
            (b'a,b\n"' + b"x" * 200_000 + b'",2\n', "begins in line 2 is no CSV"),
            (b"a,b\n1,2\n3\x00,4\n", "Line 3 has a NUL character"),
            ("a,b\nÄöü,é\n".encode() + b"x\xff,4\n",
             "The text in line 3 is not UTF-8: byte 0xFF at offset 15"),
            (b"a,b\n" + b"x,y\r" * 90_000 + "Äöüß".encode() + b"\xff",
             "The text in line 90002 is not UTF-8: byte 0xFF at offset 360,012"),
            ("a,b\n1,2".encode("utf-16")[:-1], "The text in line 2 is not UTF-16"),
            (b"a,b\n" + b"x" * (LONGEST_LINE + 1), "Line 2 is too long"),
            (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is not windows-1252"),
        ],
    )  # fmt: skip
    def test_damaged(self, tmp_path: Path, content: bytes, message: str) -> None:
        path = made(tmp_path, content)
        with pytest.raises(FileError, match=message):
            rows_of(path)

    def test_formula_marks_are_taken_away(self, tmp_path: Path) -> None:
        text = "a,b\n'=1,''@x\n'plain,'\n"
        assert rows_of(made(tmp_path, text.encode())) == [(2, ["=1", "'@x"]), (3, ["'plain", "'"])]

    def test_progress_is_in_bytes(self, tmp_path: Path) -> None:
        path = made(tmp_path, b"a,b\n" + b"1,2\n" * 5000)
        told: list[tuple[int, int]] = []
        for _row in read_sheet(path).rows(lambda done, total: told.append((done, total))):
            pass
        assert told == sorted(told)
        assert len(told) > 5
        assert told[-1] == (20_004, 20_004)

    @given(
        content=st.binary()
        | st.text().map(str.encode)
        | st.text().map(lambda t: t.encode("utf-16", "replace"))
    )
    @example(content=b"sep=\n")
    @example(content=b'"')
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_bytes_are_rows_or_a_file_error(self, tmp_path: Path, content: bytes) -> None:
        path = made(tmp_path, content)
        try:
            rows = rows_of(path)
        except FileError:
            return
        assert all("\0" not in cell for _line, cells in rows for cell in cells)


class TestFiles:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="There is no file"):
            read_sheet(tmp_path / "nothing.csv")

    def test_name_with_nul(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="cannot be read"):
            read_sheet(tmp_path / "a\0b.csv")

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="is a folder"):
            read_sheet(tmp_path)

    def test_pipe(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(FileError, match="no regular file"):
            read_sheet(tmp_path / "pipe.csv")

    def test_changed_while_read(self, tmp_path: Path) -> None:
        path = made(tmp_path, b"a,b\n1,2\n")
        sheet = read_sheet(path)
        made(tmp_path, b"b,a\n1,2\n3,4\n")
        with pytest.raises(FileError, match="was changed"):
            list(sheet.rows())
        with pytest.raises(FileError, match="was changed"):
            sheet.sha256()

    def test_gone_while_read(self, tmp_path: Path) -> None:
        path = made(tmp_path, b"a,b\n1,2\n")
        sheet = read_sheet(path)
        path.unlink()
        with pytest.raises(FileError, match="There is no file"):
            list(sheet.rows())

    def test_digest(self, tmp_path: Path) -> None:
        sheet = read_sheet(made(tmp_path, b"a\n"))
        assert sheet.sha256() == "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7"


def workbook(folder: Path, fill: Callable[[Any], None], name: str = "book.xlsx") -> Path:
    path = folder / name
    with Workbook(path) as book:
        fill(book)
    return path


def encrypted() -> bytes:
    """Return the OLE container that Office writes for a workbook with a password."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0, 0
    )
    sectors = struct.pack("<128I", fat, end, *[free] * 126)
    entries = b""
    for name, kind, child in (("Root Entry", 5, 1), ("EncryptedPackage", 2, free)):
        text = name.encode("utf-16-le")
        entries += text.ljust(64, b"\0") + struct.pack("<HBB", len(text) + 2, kind, 1)
        entries += struct.pack("<III36xIQ", free, free, child, end, 0)
    return header.ljust(512, b"\xff") + sectors + entries.ljust(512, b"\0")


class TestWorkbook:
    def test_first_visible_sheet_with_content(self, tmp_path: Path) -> None:
        def fill(book: Any) -> None:
            book.add_worksheet("Empty")
            hidden = book.add_worksheet("Hidden")
            hidden.write_string(0, 0, "secret")
            hidden.hide()
            sheet = book.add_worksheet("Customers")
            sheet.write_row(2, 1, ["Company", "No", "Since"])
            sheet.write_row(3, 1, ["Contoso", 123, date(2024, 2, 29)])
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_datetime(3, 3, datetime(2024, 2, 29), day)  # noqa: DTZ001 - as Excel has it
            sheet.write_row(5, 1, [True, 0.1, 1e20])
            sheet.write_string(6, 2, "0012")

        sheet = read_sheet(workbook(tmp_path, fill))
        assert (sheet.columns, sheet.delimiter, sheet.encoding) == (
            ["Company", "No", "Since"],
            "",
            "",
        )
        assert list(sheet.rows()) == [
            (4, ["Contoso", "123", "2024-02-29"]),
            (6, ["TRUE", "0.1", "100000000000000000000"]),
            (7, ["", "0012", ""]),
        ]

    def test_formula_marks_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([["'=1", "=1"]], ["a", "b"], path)
        assert rows_of(path) == [(2, ["'=1", "=1"])]

    @pytest.mark.parametrize("name", ["book.csv", "book.xls", "book.txt"])
    def test_suffix_does_not_matter(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([["1"]], ["a"], path)
        assert rows_of(path.rename(tmp_path / name)) == [(2, ["1"])]

    def test_open_document(self, tmp_path: Path) -> None:
        office = "urn:oasis:names:tc:opendocument:xmlns"
        with zipfile.ZipFile(tmp_path / "book.ods", "w") as book:
            book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            book.writestr("META-INF/manifest.xml", "<manifest/>")
            cells = "".join(
                f'<table:table-row><table:table-cell office:value-type="string"><text:p>{text}'
                "</text:p></table:table-cell></table:table-row>"
                for text in ("Firma", "Müller")
            )
            book.writestr(
                "content.xml",
                f'<office:document-content xmlns:office="{office}:office:1.0" '
                f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><office:body>'
                f'<office:spreadsheet><table:table table:name="T">{cells}</table:table>'
                "</office:spreadsheet></office:body></office:document-content>",
            )
        assert rows_of(tmp_path / "book.ods") == [(2, ["Müller"])]

    def test_progress_is_in_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([[str(number)] for number in range(2500)], ["a"], path)
        told: list[tuple[int, int]] = []
        for _row in read_sheet(path).rows(lambda done, total: told.append((done, total))):
            pass
        assert told == sorted(told)
        assert told[-1] == (2501, 2501)

    def test_nothing_in_it(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="is empty"):
            read_sheet(workbook(tmp_path, lambda book: book.add_worksheet()))

    def test_truncated(self, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([["1"]], ["a"], path)
        path.write_bytes(path.read_bytes()[:-400])
        with pytest.raises(FileError, match="damaged or too large"):
            read_sheet(path)

    @pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
    def test_other_zip(self, tmp_path: Path, content: bytes) -> None:
        with pytest.raises(FileError, match="is no workbook"):
            read_sheet(made(tmp_path, content, "book.xlsx"))

    def test_text_named_workbook(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="whatever its name says"):
            read_sheet(made(tmp_path, b"<html>", "book.xls"))

    def test_password(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="protected with a password"):
            read_sheet(made(tmp_path, encrypted(), "book.xlsx"))

    def test_two_far_corners_do_not_end_the_console(self, tmp_path: Path) -> None:
        """The library would take 500 GB for it and abort (tafia/calamine issue 693)."""

        def fill(book: Any) -> None:
            sheet = book.add_worksheet()
            sheet.write_string(0, 0, "a")
            sheet.write_string(1_048_575, 16_383, "b")

        with pytest.raises(FileError, match="too large"):
            read_sheet(workbook(tmp_path, fill))

    def test_leaving_in_the_middle_ends_the_reading_process(self, tmp_path: Path) -> None:
        path = tmp_path / "book.xlsx"
        write_xlsx([[str(number)] for number in range(20_000)], ["a"], path)
        rows = read_sheet(path).rows()
        assert next(rows) == (2, ["0"])
        rows.close()

    @given(content=st.binary())
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_zip_is_rows_or_a_file_error(self, tmp_path: Path, content: bytes) -> None:
        path = made(tmp_path, b"PK\x03\x04" + content, "book.xlsx")
        with pytest.raises(FileError):
            read_sheet(path)


class TestFormulas:
    @pytest.mark.parametrize(
        "cell",
        [
            "=1+1",
            "+49 30",
            "-5",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "\n=1",
            " =1",
            "＝1",
            "＋1",
            "－1",
            "＠1",
        ],
    )
    def test_guarded(self, cell: str) -> None:
        assert guarded(cell) == "'" + cell
        assert unguarded(guarded(cell)) == cell

    @pytest.mark.parametrize("cell", ["", "Contoso", "'s-Hertogenbosch", "a=b", "'", "00-1"])
    def test_left_alone(self, cell: str) -> None:
        assert guarded(cell) == cell
        assert unguarded(cell) == cell

    @given(cell=TEXT | st.text("'=+-@ \t\n＝a"))
    def test_there_is_always_a_way_back(self, cell: str) -> None:
        assert unguarded(guarded(cell)) == cell
        assert not guarded(cell).lstrip().startswith(tuple("=+-@＝＋－＠"))


class TestWriting:
    @given(rows=ROWS, columns=st.tuples(TEXT, TEXT, TEXT))
    @example(rows=[["<r>&</r>", "_x0041_", "'=1"]], columns=("a", "b", "c"))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_csv_comes_back(
        self, tmp_path: Path, rows: list[list[str]], columns: tuple[str, str, str]
    ) -> None:
        path = tmp_path / "out.csv"
        headings = [f"{place}{column}" for place, column in enumerate(columns)]
        assert write_csv(rows, headings, path, overwrite=True) == len(rows)
        sheet = read_sheet(path)
        assert sheet.columns == [heading.strip() for heading in headings]
        assert [cells for _line, cells in sheet.rows()] == not_blank(rows)

    @given(rows=st.lists(st.tuples(TEXT, TEXT).map(list), max_size=4))
    @example(rows=[["<r>&</r>", "_x0041_"], ["\x01\r\n", " a "], ["<r></r>", "=1"], ["007", "1e5"]])
    @settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_xlsx_comes_back(self, tmp_path: Path, rows: list[list[str]]) -> None:
        path = tmp_path / "out.xlsx"
        assert write_xlsx(rows, COLUMNS, path, overwrite=True) == len(rows)
        sheet = read_sheet(path)
        assert sheet.columns == COLUMNS
        assert [cells for _line, cells in sheet.rows()] == not_blank(rows)

    @given(rows=ROWS)
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_json_is_a_list_of_objects(self, tmp_path: Path, rows: list[list[str]]) -> None:
        path = tmp_path / "out.json"
        assert write_json(rows, ["a", 'b"', "ж"], path, overwrite=True) == len(rows)
        objects = [dict(zip(["a", 'b"', "ж"], row, strict=True)) for row in rows]
        expected = json.dumps(objects, indent=2, ensure_ascii=False) + "\n"
        assert path.read_bytes() == expected.encode()

    def test_csv_bytes(self) -> None:
        stream = io.BytesIO()
        assert csv_into(stream, [["007", "Müller, Söhne"], ["=1", 'a "b"']], COLUMNS) == 2
        assert stream.getvalue().decode() == (
            '\ufeffMicrosoft ID,Company name\r\n007,"Müller, Söhne"\r\n\'=1,"a ""b"""\r\n'
        )

    def test_one_column_of_texts_with_other_delimiters(self, tmp_path: Path) -> None:
        path = tmp_path / "one.csv"
        rows = [["a;b"], ["c;d"], ["e\tf"]]
        write_csv(rows, ["Name"], path)
        assert [cells for _line, cells in rows_of(path)] == rows

    def test_empty_json(self) -> None:
        stream = io.BytesIO()
        assert json_into(stream, [], COLUMNS) == 0
        assert stream.getvalue() == b"[]\n"

    @pytest.mark.parametrize("kind", WRITERS)
    def test_same_rows_same_bytes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        rows = [["007", "Müller"], ["=1", "<r>x</r>"], ["a" * 90, "\x07"]]
        WRITERS[kind](rows, COLUMNS, tmp_path / "one.csv")
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        WRITERS[kind](iter(rows), tuple(COLUMNS), tmp_path / "two.csv")
        assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()

    def test_workbook_has_texts_only(self, tmp_path: Path) -> None:
        path = tmp_path / "out.xlsx"
        write_xlsx([["=1+1", "https://contoso.com"], ["007", "1.5"]], COLUMNS, path)
        with zipfile.ZipFile(path) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            styles = book.read("xl/styles.xml").decode()
            assert "<created" not in sheet
            assert "2000-01-01T00:00:00Z" in book.read("docProps/core.xml").decode()
            assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist()
        assert sheet.count('t="inlineStr"') == 6
        assert "<f>" not in sheet
        assert '<pane ySplit="1"' in sheet
        assert '<autoFilter ref="A1:B3"/>' in sheet
        assert "<cols>" in sheet
        assert "<b/>" in styles

    @pytest.mark.parametrize("kind", WRITERS)
    def test_never_over_a_file(self, tmp_path: Path, kind: str) -> None:
        path = made(tmp_path, b"mine", "out.csv")
        with pytest.raises(FileError, match="is there already") as caught:
            WRITERS[kind]([["1", "2"]], COLUMNS, path)
        assert "--overwrite" in caught.value.remedy
        assert path.read_bytes() == b"mine"
        WRITERS[kind]([["1", "2"]], COLUMNS, path, overwrite=True)
        assert path.read_bytes() != b"mine"

    @pytest.mark.parametrize("kind", WRITERS)
    def test_not_over_a_file_that_came_meanwhile(self, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "out.csv"

        def rows() -> Iterator[list[str]]:
            path.write_bytes(b"mine")
            yield ["1", "2"]

        with pytest.raises(FileError, match="is there already"):
            WRITERS[kind](rows(), COLUMNS, path)
        assert path.read_bytes() == b"mine"

    @pytest.mark.parametrize("kind", WRITERS)
    def test_whole_or_not_at_all(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        folder, temporary = tmp_path / "out", tmp_path / "temporary"
        folder.mkdir()
        temporary.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))

        def rows() -> Iterator[list[str]]:
            yield ["1", "2"]
            raise LookupError

        with pytest.raises(LookupError):
            WRITERS[kind](rows(), COLUMNS, folder / "out.csv")
        assert list(folder.iterdir()) == []
        assert list(temporary.iterdir()) == []

    @pytest.mark.parametrize("kind", WRITERS)
    def test_where_it_cannot_be_written(self, tmp_path: Path, kind: str) -> None:
        with pytest.raises(FileError, match="cannot be written"):
            WRITERS[kind]([], COLUMNS, tmp_path / "no" / "such" / "out.csv")
        with pytest.raises(FileError, match="is a folder"):
            WRITERS[kind]([], COLUMNS, tmp_path, overwrite=True)

    def test_workbook_says_what_does_not_fit(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(
            FileError, match="column Company name: an XLSX cell holds at most 32,767"
        ):
            write_xlsx([["1", "x" * 32_768]], COLUMNS, tmp_path / "out.xlsx")
        write_xlsx([["1", "x" * 32_767]], COLUMNS, tmp_path / "fits.xlsx")
        monkeypatch.setattr(writing, "MOST_ROWS", 2)
        with pytest.raises(FileError, match="holds at most 2 rows"):
            write_xlsx([["1", "2"]] * 3, COLUMNS, tmp_path / "out.xlsx")
        assert not (tmp_path / "out.xlsx").exists()

    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_rows_are_not_kept(self, tmp_path: Path, kind: str) -> None:
        rows = ([str(number), "x" * 100] for number in range(20_000))
        tracemalloc.start()
        try:
            WRITERS[kind](rows, COLUMNS, tmp_path / "out.csv")
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (tmp_path / "out.csv").stat().st_size > 2_000_000
        assert peak < 500_000
