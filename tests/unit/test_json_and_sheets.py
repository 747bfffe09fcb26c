"""Table files other than plain CSV: JSON of any shape, title rows, several sheets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook as Writer

from partnerdesk.models.core.errors import FileError, UsageError
from partnerdesk.models.importing.hints import FileHints
from partnerdesk.models.sheets import Chosen, PassedOver, SheetsError, read_sheet, write_json
from tests.support.depth import times

if TYPE_CHECKING:
    from pathlib import Path

HINTS = FileHints()
QUICK = settings(
    max_examples=times(40), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def table(path: Path) -> tuple[list[str], list[list[str]]]:
    sheet = read_sheet(path, hints=HINTS)
    return sheet.columns, [cells for _line, cells in sheet.rows()]


def made(folder: Path, text: str, name: str = "x.json", codec: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(codec))
    return path


class TestJson:
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize(
        "shape",
        ['[{"a":{"b":1.50},"c":"ж"}]', '{"totalCount":1,"items":[{"a":{"b":1.50},"c":"ж"}]}',
         '{"value":[{"a":{"b":1.50},"c":"ж"}],"@odata.count":1}', '{"a":{"b":1.50},"c":"ж"}',
         '\n\n {"a":{"b":1.50},"c":"ж"}\n'],
    )  # fmt: skip
    def test_shapes(self, tmp_path: Path, shape: str, codec: str) -> None:
        assert table(made(tmp_path, shape, codec=codec)) == (["a.b", "c"], [["1.50", "ж"]])

    def test_values(self, tmp_path: Path) -> None:
        text = """[{"n":null,"t":true,"f":false,"l":["a","b"],"o":[{"r":"x"},{"r":"y"}],"d":{}},
                   {"later":"z"},{"n":null}]"""
        sheet = read_sheet(made(tmp_path, text), hints=HINTS)
        passed = PassedOver()
        assert sheet.columns == ["n", "t", "f", "l", "o", "later"]
        assert list(sheet.rows(None, passed)) == [
            (1, ["", "true", "false", "a, b", "x, y", ""]),
            (2, ["", "", "", "", "", "z"]),
        ]
        assert passed.blank == 1

    def test_lines_of_json(self, tmp_path: Path) -> None:
        path = made(tmp_path, '{"a":"1"}\n{"a":"2"}\n', "x.jsonl")
        assert list(read_sheet(path).rows()) == [(1, ["1"]), (2, ["2"])]

    def test_a_name_that_does_not_say_so(self, tmp_path: Path) -> None:
        assert table(made(tmp_path, '[{"a":"1"}]', "x.txt")) == (["a"], [["1"]])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "is empty"),
            ("[]", "is empty"),
            ('[{"a":1}', "is not valid JSON: line 1"),
            ('[{"a":1}\n{"a":2}]', "is not valid JSON: line 2"),
            ('{"a":1]', "is not valid JSON"),
            ("[1,2]", "no list of objects"),
            ('"x"', "no list of objects"),
            ('[{"a":1,"a":2}]', "the field a twice"),
            ('[{"a":{"b":1},"a.b":2}]', "the field a.b twice"),
            ("[" * 100_000, "is not valid JSON"),
            ('[{"a":' * 30_000, "is not valid JSON"),
            ('[{"a":"\x01"}]', "is not valid JSON"),
        ],
    )
    def test_damaged(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(FileError, match=message):
            table(made(tmp_path, text))

    @given(
        rows=st.lists(
            st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=2, max_size=2),
            min_size=1,
            max_size=5,
        )
    )
    @QUICK
    def test_what_is_written_is_read(self, tmp_path: Path, rows: list[list[str]]) -> None:
        path = tmp_path / "x.json"
        write_json(rows, ["a", "b"], path, overwrite=True)
        kept = [row for row in rows if "".join(row).strip()]
        assert [cells for _line, cells in read_sheet(path).rows()] == kept

    def test_a_block_may_end_anywhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = [{"a": "ж" * length, "b": -length * 1.5, "c": [True, None]} for length in range(60)]
        path = made(tmp_path, json.dumps({"count": 60, "items": rows}, ensure_ascii=False))
        whole = table(path)
        for size in (1, 2, 3, 7, 16, 41, 59):
            monkeypatch.setattr("partnerdesk.models.sheets.json_file._BLOCK", size)
            assert table(path) == whole


class TestHeading:
    def test_titles_totals_and_blank_lines(self, tmp_path: Path) -> None:
        text = (
            "Customer list of Contoso, Ltd.\nMade on 1 May\n\n"
            '"Microsoft ID";"Company name";Domain\n'
            "\n1;A;a.example\n;;\n2;B;b.example\n"
        )
        sheet = read_sheet(made(tmp_path, text, "x.csv"), hints=HINTS)
        passed = PassedOver()
        assert (sheet.columns[1], sheet.line) == ("Company name", 4)
        assert [line for line, _cells in sheet.rows(None, passed)] == [6, 8]
        assert passed.lines == [(1, "Customer list of Contoso, Ltd."), (2, "Made on 1 May")]
        assert passed.blank == 3

    def test_groups_above_the_headings_are_as_wide_as_these(self, tmp_path: Path) -> None:
        text = "Who,,Where,\nTenant ID,Company,Domain,Note\n1,A,a.example,x\n"
        wide = text.replace("Who,,Where,", "Who,Who,Where,Remarks")
        for content in (text, wide):
            sheet = read_sheet(made(tmp_path, content, "x.csv"), hints=HINTS)
            assert sheet.columns == ["Tenant ID", "Company", "Domain", "Note"]

    def test_a_line_of_types_is_no_heading_for_anybody(self, tmp_path: Path) -> None:
        path = made(tmp_path, '#TYPE System.Object\n"a","b"\n"1","2"\n', "x.csv")
        for hints in (None, HINTS):
            sheet = read_sheet(path, hints=hints)
            assert (sheet.columns, [cells for _line, cells in sheet.rows()]) == (
                ["a", "b"],
                [["1", "2"]],
            )

    def test_headings_that_nobody_knows_stay_the_first_line(self, tmp_path: Path) -> None:
        path = made(tmp_path, "x1,x2,x3\na,b,c\nTenant ID,Company,d\n", "x.csv")
        assert read_sheet(path).columns == ["x1", "x2", "x3"]


class TestSheets:
    def book(self, folder: Path, **sheets: list[list[str]]) -> Path:
        path = folder / "x.xlsx"
        with Writer(path) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for place, row in enumerate(rows):
                    sheet.write_row(place, 0, row)
        return path

    def test_several_are_asked_for(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, One=[["a"], ["1"]], Empty=[], Two=[["b"], ["2"]])
        with pytest.raises(SheetsError, match="several sheets") as asked:
            read_sheet(path)
        assert asked.value.names == ("One", "Two")
        for name, column in (("One", "a"), ("Two", "b")):
            assert read_sheet(path, Chosen(sheet=name)).columns == [column]
        with pytest.raises(SheetsError, match="no sheet Three") as missing:
            read_sheet(path, Chosen(sheet="Three"))
        assert "Two" in missing.value.remedy

    def test_one_is_not(self, tmp_path: Path) -> None:
        path = self.book(tmp_path, Empty=[], Only=[["a"], ["1"]])
        assert read_sheet(path).columns == ["a"]

    def test_merged_titles_are_passed_over(self, tmp_path: Path) -> None:
        path = tmp_path / "x.xlsx"
        with Writer(path) as book:
            sheet = book.add_worksheet()
            sheet.merge_range(0, 0, 0, 2, "Customers of May")
            sheet.merge_range(1, 1, 1, 2, "Company")
            sheet.write_row(2, 0, ["Microsoft ID", "Company name", "Primary domain name"])
            sheet.write_row(5, 0, ["1", "A", "a.example"])
        found = read_sheet(path, hints=HINTS)
        passed = PassedOver()
        assert found.columns == ["Microsoft ID", "Company name", "Primary domain name"]
        assert list(found.rows(None, passed)) == [(6, ["1", "A", "a.example"])]
        assert [text for _line, text in passed.lines] == ["Customers of May", "Company"]
        assert passed.blank == 2

    def test_what_a_file_has_not_cannot_be_named(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="has no encoding"):
            read_sheet(self.book(tmp_path, One=[["a"]]), Chosen(encoding="utf-8"))
        with pytest.raises(UsageError, match="has no sheets"):
            read_sheet(made(tmp_path, "a,b\n", "x.csv"), Chosen(sheet="One"))
