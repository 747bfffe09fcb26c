"""Output, files and exit codes of all commands, for good and bad arguments."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from python_calamine import CalamineWorkbook

from partnerdesk.cli.lists import listing
from partnerdesk.cli.main import READER_GONE
from partnerdesk.cli.parsing import COMMANDS
from partnerdesk.models.core import paths
from partnerdesk.models.database import connection as connections
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import available
from partnerdesk.models.settings.database_url import SqliteFile
from tests.conftest import CLOUDS
from tests.support.commands import (
    COMMAND,
    CUSTOMERS,
    HOUSE,
    IN_ORDER,
    Result,
    bash,
    run,
    small_book,
    spawn,
    unread,
)
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "Microsoft ID,Company name,Primary domain name,Relationship"
CONTOSO = "aaaaaaaa-1111-4222-8333-444444444444,Contoso Größe,contoso.onmicrosoft.com,Reseller"
FABRIKAM = "bbbbbbbb-1111-4222-8333-444444444444,Fabrikam,fabrikam.onmicrosoft.com,Advisor"
REFUSED = "cccccccc-1111-4222-8333-444444444444,Adatum,not a domain,Reseller"
PORTAL_COLUMNS = ["Microsoft ID", "Company name", "Primary domain name", "Relationship"]
FIELDS = ["id", "company_name", "primary_domain", "cloud", "account", "country",
          "relationship_to_partner",
          "tags", "seen_at", "microsoft_id", "indirect_reseller", "alias",
          "agreement_accepted_at", "agreement_way", "agreement_accepted_by",
          "added_at", "allow_delegated_access", "call"]  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "book.db")


def companies(book: Path, *words: str) -> list[str]:
    """Return the company names of `customers list`, in its order."""
    listed = run("customers", "list", "--database", book, "--json", *words).json
    return [customer["company_name"] for customer in listed]


def table_file(folder: Path, *rows: str, name: str = "customers.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")
    return file


def csv_rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


# customers list


def test_a_list_is_a_table_on_stdout_and_its_count_on_stderr(book: Path) -> None:
    result = run("customers", "list", "--database", book)
    assert result.code == 0
    assert result.lines[0].split() == [
        "Company", "Primary", "domain", "Cloud", "Country", "Relationship", "Tags", "Seen",
    ]  # fmt: skip
    assert len(result.lines) == 1 + len(CUSTOMERS)
    assert result.lines[4].startswith("Ärzte & Söhne GmbH  ")
    assert "Germany" in result.lines[5]
    assert "␛[2J␛[31mRed␇" in result.lines[3]
    assert result.err == "7 customers\n"


def test_the_cells_of_a_table_stand_under_their_heading(book: Path) -> None:
    lines = run("customers", "list", "--database", book).lines
    domains = [customer.domain for customer in CUSTOMERS]
    place = lines[0].index("Primary domain")
    assert sorted(line[place:].split()[0] for line in lines[1:]) == sorted(domains)


def test_a_table_of_many_rows_is_printed_as_it_is_read(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first rows decide the column widths; wider cells below are cut with an ellipsis."""
    monkeypatch.setattr(listing, "MEASURED", 1)
    result = run("customers", "list", "--database", book)
    assert len(result.lines) == 1 + len(CUSTOMERS)
    assert '=HYPERLINK("htt…' in result.lines[2]
    assert result.err == "7 customers\n"


def test_a_wide_script_is_cut_with_an_ellipsis_too(tmp_path: Path) -> None:
    table = table_file(tmp_path, f",{'漢' * 30},x.example,Reseller")
    book = tmp_path / "wide.db"
    assert run("customers", "import", table, "--database", book).code == 0
    line = run("customers", "list", "--database", book).lines[1]
    assert line.startswith(f"{'漢' * 19}…   x.example")


def test_json_gives_objects_with_the_fields_of_the_entity(book: Path) -> None:
    result = run("customers", "list", "--database", book, "--json")
    assert (result.code, result.err) == (0, "")
    assert tuple(entry["company_name"] for entry in result.json) == IN_ORDER
    assert all(list(entry) == FIELDS for entry in result.json)
    assert result.json[3] | {"id": 0} == {
        "id": 0,
        "company_name": "Ärzte & Söhne GmbH",
        "primary_domain": "aerzte.onmicrosoft.com",
        "cloud": "global",
        "account": None,
        "country": "DE",
        "relationship_to_partner": "reseller",
        "tags": ["key account", "vip"],
        "seen_at": "2026-11-20T08:00:00Z",
        "microsoft_id": CUSTOMERS[0].microsoft_id,
        "indirect_reseller": None,
        "alias": None,
        "agreement_accepted_at": None,
        "agreement_way": None,
        "agreement_accepted_by": None,
        "added_at": "2026-11-01T00:00:00Z",
        "allow_delegated_access": None,
        "call": None,
    }


def test_csv_gives_values_as_stored_and_no_formula(book: Path) -> None:
    result = run("customers", "list", "--database", book, "--csv")
    rows = list(csv.DictReader(io.StringIO(result.out, newline="")))
    assert (result.code, result.err) == (0, "")
    assert list(rows[0]) == FIELDS[1:]
    assert [row["company_name"].lstrip("'") for row in rows] == list(IN_ORDER)
    assert rows[1]["company_name"] == "'" + CUSTOMERS[1].company
    assert rows[3]["tags"] == "key account, vip"


def test_plain_gives_lines_of_cells_between_tabs(book: Path) -> None:
    result = run("customers", "list", "--database", book, "--plain", "--columns", "company,tag,id")
    assert (result.code, result.err) == (0, "")
    assert [line.split("\t") for line in result.lines[3:5]] == [
        ["Ärzte & Söhne GmbH", "key account, vip", CUSTOMERS[0].microsoft_id],
        ["Straße KG", "", CUSTOMERS[5].microsoft_id],
    ]


def test_of_the_forms_of_a_list_only_one_can_be_had(book: Path) -> None:
    result = run("customers", "list", "--database", book, "--json", "--csv")
    assert (result.code, result.out) == (2, "")
    assert "not allowed with argument" in result.err


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--filter", "sohne"), {"Ärzte & Söhne GmbH"}),
        (("--filter", "country:de"), {"Ärzte & Söhne GmbH", "Straße KG", "Zebra Deutschland"}),
        (("--filter", "tag:vip"), {"Ärzte & Söhne GmbH"}),
        (("--filter", "zebra -cloud:germany"), {"Zebra"}),
        (("--filter", "zebra", "--cloud", "germany"), {"Zebra Deutschland"}),
        (("--filter", "strasse or müller"), {"Straße KG", "007 Leading Zero"}),
        (("--filter", "-country:de"), set(IN_ORDER[:3]) | {"Zebra"}),
        (("--filter=-country:de", "--cloud", "germany"), set()),
        (("--filter", "nobody"), set()),
    ],
)
def test_a_filter_chooses_as_in_the_console(
    book: Path, words: tuple[str, ...], found: set[str]
) -> None:
    assert set(companies(book, *words)) == found


@pytest.mark.parametrize(
    ("cloud", "count"), [("global", 5), ("germany", 2), ("us-gov", 0), ("all", 7)]
)
def test_a_list_is_of_one_cloud_or_of_all(book: Path, cloud: str, count: int) -> None:
    assert len(companies(book, "--cloud", cloud)) == count


BY_DOMAIN = [
    "aerzte.onmicrosoft.com", "formula.onmicrosoft.com", "müller.example", "red.onmicrosoft.com",
    "shared.onmicrosoft.com", "shared.onmicrosoft.com", "strasse.onmicrosoft.de",
]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "field", "values"),
    [
        (("company", "company_name"), "company_name", [*IN_ORDER]),
        (("domain", "primary_domain"), "primary_domain", BY_DOMAIN),
        (("country",), "country", ["", "", "", "AT", "DE", "DE", "DE"]),
    ],
)
def test_a_list_is_sorted_by_a_column_under_each_of_its_names(
    book: Path, names: tuple[str, ...], field: str, values: list[str]
) -> None:
    for name in names:
        listed = run("customers", "list", "--database", book, "--json", "--sort", name).json
        assert [entry[field] or "" for entry in listed] == values
        turned = run("customers", "list", "--database", book, "--json", "--sort", name, "--reverse")
        assert turned.json == listed[::-1]


def test_columns_come_in_the_order_they_are_asked_for(book: Path) -> None:
    listed = run("customers", "list", "--database", book, "--json", "--columns", "id, Domain").json
    assert [list(entry) for entry in listed] == [["id", "microsoft_id", "primary_domain"]] * 7


@pytest.mark.parametrize(
    ("form", "nothing"), [("--json", "[]\n"), ("--plain", ""), ("--csv", "company_name\n")]
)
def test_a_list_of_nobody_is_empty_and_no_error(book: Path, form: str, nothing: str) -> None:
    result = run(
        "customers", "list", "--database", book, form, "--filter", "nobody", "--columns", "company"
    )
    assert (result.code, result.out, result.err) == (0, nothing, "")


def test_a_table_of_nobody_says_so(book: Path) -> None:
    result = run("customers", "list", "--database", book, "--filter", "nobody")
    assert (result.code, len(result.lines), result.err) == (0, 1, "0 customers\n")


def test_a_table_speaks_the_language_and_data_does_not(book: Path) -> None:
    assert run("customers", "list", "--database", book, "--lang", "ru").out.startswith("Компания")
    words = ("customers", "list", "--database", book, "--csv")
    assert run(*words, "--lang", "ru").out == run(*words).out


# customers show


@pytest.mark.parametrize(
    "name",
    [CUSTOMERS[3].microsoft_id, CUSTOMERS[3].microsoft_id.upper(), "müller.example",
     " MÜLLER.example ", "xn--mller-kva.example"],
)  # fmt: skip
def test_a_customer_is_found_by_id_and_by_domain(book: Path, name: str) -> None:
    result = run("customers", "show", name, "--database", book)
    assert (result.code, result.err) == (0, "")
    assert "company_name: 007 Leading Zero" in result.lines
    assert "cloud: global" in result.lines


def test_a_customer_as_json_holds_all_of_it_in_the_order_of_the_fields(book: Path) -> None:
    words = ("customers", "show", CUSTOMERS[0].domain, "--database", str(book), "--json")
    first, second = (spawn(*words, env={"PYTHONHASHSEED": seed}) for seed in ("1", "2"))
    assert first == second
    shown = first.json
    assert list(shown)[:5] == ["cloud", "id", "account_id", "microsoft_id", "company_name"]
    beside = ["company_profile", "billing_profile", "agreement", "tags", "notes"]
    assert list(shown)[-10:] == [
        *beside, "invitations", "relationships", "delegated_admin", "subscriptions",
        "changes",
    ]  # fmt: skip
    assert list(shown["billing_profile"])[:3] == ["address_line1", "address_line2", "city"]
    assert shown["tags"] == ["key account", "vip"]
    assert shown["seen_at"] == "2026-11-20T08:00:00Z"


def test_a_customer_is_shown_with_notes_and_history(tmp_path: Path) -> None:
    words = ("--database", str(tmp_path / "demo.db"))
    assert run("demo", "--customers", "30", *words).code == 0
    result = run("customers", "show", "fabrikam.onmicrosoft.com", *words, "--json")
    assert result.json["changes"][-1]["kind"] == "demo"
    assert result.json["changes"][-1]["after"] == {"customers": 30, "seed": 1}
    assert (
        "changes.1.kind: demo" in run("customers", "show", "fabrikam.onmicrosoft.com", *words).out
    )


@pytest.mark.parametrize("name", ["nobody.example", "", "%", "\udcff"])
def test_a_customer_that_is_not_there_is_not_found(book: Path, name: str) -> None:
    result = run("customers", "show", name, "--database", book)
    assert (result.code, result.out) == (4, "")
    assert "No customer has the Microsoft ID or primary domain" in result.err
    assert "customers list --filter" in result.err


def test_of_two_customers_with_one_domain_none_is_guessed(book: Path) -> None:
    words = ("customers", "show", "shared.onmicrosoft.com", "--database", str(book))
    result = run(*words)
    assert (result.code, result.out) == (2, "")
    assert "Name the Microsoft ID, or one cloud" in result.err
    assert "company_name: Zebra Deutschland" in run(*words, "--cloud", "germany").lines


# customers export


def test_an_export_has_the_portals_columns_and_opens_in_a_spreadsheet(
    book: Path, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    result = run("customers", "export", file, "--database", book)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"7 rows written to {file}\n"
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = csv_rows(file)
    assert rows[0] == PORTAL_COLUMNS
    assert [row[1].lstrip("'") for row in rows[1:]] == list(IN_ORDER)
    assert rows[1] == [CUSTOMERS[3].microsoft_id, "007 Leading Zero", "müller.example", "reseller"]
    assert rows[2][1] == "'" + CUSTOMERS[1].company


def test_a_workbook_holds_texts_only(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert run("customers", "export", file, "--database", book).code == 0
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    assert rows[0] == PORTAL_COLUMNS
    assert [row[1] for row in rows[1:3]] == ["007 Leading Zero", CUSTOMERS[1].company]
    assert rows[4][1:] == ["Ärzte & Söhne GmbH", "aerzte.onmicrosoft.com", "reseller"]
    assert all(isinstance(cell, str) for row in rows for cell in row)


def test_an_export_as_json_has_the_fields_of_the_entity(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert run("customers", "export", file, "--database", book).code == 0
    exported = json.loads(file.read_text(encoding="utf-8"))
    assert [entry["company_name"] for entry in exported] == list(IN_ORDER)
    assert list(exported[0]) == [
        "microsoft_id", "company_name", "primary_domain", "relationship_to_partner",
    ]  # fmt: skip


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_an_export_has_exactly_the_rows_that_the_list_has(
    book: Path, tmp_path: Path, format_: str
) -> None:
    choice = ("--filter", "country:de", "--sort", "domain", "--reverse", "--columns", "domain,tag")
    file = tmp_path / f"out.{format_}"
    assert run("customers", "export", file, "--database", book, *choice).code == 0
    listed = run("customers", "list", "--database", book, "--json", *choice).json
    wanted = [[entry["primary_domain"], ", ".join(entry["tags"])] for entry in listed]
    assert len(wanted) == 3
    assert exported_cells(file) == wanted


def exported_cells(file: Path) -> list[list[Any]]:
    """Return the rows of an export, without headings."""
    match file.suffix:
        case ".csv":
            return csv_rows(file)[1:]
        case ".xlsx":
            return list(CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python())[1:]
        case _:
            return [list(entry.values()) for entry in json.loads(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_the_same_rows_make_the_same_file(book: Path, tmp_path: Path, format_: str) -> None:
    files = [tmp_path / f"{number}.{format_}" for number in (1, 2)]
    for file, zone in zip(files, ("UTC", "Asia/Tokyo"), strict=True):
        result = spawn("customers", "export", file, "--database", book, env={"TZ": zone})
        assert result.code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_export_never_writes_over_a_file_unless_told_to(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.csv"
    file.write_text("precious")
    words = ("customers", "export", file, "--database", book)
    result = run(*words)
    assert result.code == 1
    assert "--overwrite" in result.err
    assert file.read_text() == "precious"
    assert run(*words, "--overwrite").code == 0
    assert len(csv_rows(file)) == 8


def test_the_format_of_an_export_is_that_of_its_ending_or_as_said(
    book: Path, tmp_path: Path
) -> None:
    odd = tmp_path / "customers.txt"
    result = run("customers", "export", odd, "--database", book)
    assert result.code == 2
    assert "End its name in .csv, .xlsx or .json." in result.err
    assert not odd.exists()
    assert run("customers", "export", odd, "--format", "csv", "--database", book).code == 2
    other = tmp_path / "customers.json"
    assert run("customers", "export", other, "--format", "csv", "--database", book).code == 0
    assert len(csv_rows(other)) == 8


def test_what_was_exported_can_be_imported(book: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "out.csv", tmp_path / "other.db"
    words = ("--cloud", "global", "--filter", "-red")
    assert run("customers", "export", file, "--database", book, *words).code == 0
    assert run("customers", "import", file, "--database", other).code == 0
    assert companies(other) == companies(book, *words)


@pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
def test_an_export_never_replaces_a_book_or_a_device(
    book: Path, tmp_path: Path, overwrite: tuple[str, ...]
) -> None:
    before = book.read_bytes()
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for target in (book, pipe):
        result = run(
            "customers", "export", target, "--format", "csv", "--database", book, *overwrite
        )
        assert result.code == (1 if target == pipe else 3), target
    assert pipe.is_fifo()
    assert book.read_bytes() == before


# customers import


def test_a_dry_run_says_what_would_be_and_writes_nothing(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, REFUSED)
    result = run("customers", "import", table, "--dry-run", "--database", book)
    assert result.code == 3
    assert result.lines[0] == "customers.csv → Partner Center · kept by hand"
    assert "  Microsoft ID ← Microsoft ID" in result.lines
    assert result.lines[-1] == "1 new · 0 changed · 0 unchanged · 1 refused"
    assert any(line.startswith("! line 3: ") for line in result.lines)
    assert result.err == "Nothing was written: this was a dry run.\n"
    assert companies(book) == []
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["customers.csv"]


def test_the_portals_file_is_imported_once_and_changes_nothing_the_second_time(
    tmp_path: Path,
) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, FABRIKAM)
    words = ("customers", "import", table, "--database", book)
    first, second = run(*words), run(*words)
    assert (first.code, first.lines[-1]) == (0, "2 new · 0 changed · 0 unchanged · 0 refused")
    assert (second.code, second.lines[-1]) == (0, "0 new · 0 changed · 2 unchanged · 0 refused")
    assert companies(book) == ["Contoso Größe", "Fabrikam"]
    with closing(sqlite3.connect(book)) as raw:
        assert raw.execute("SELECT count(*) FROM changes").fetchone() == (1,)


def test_a_changed_row_is_said_field_by_field(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO)
    assert run("customers", "import", table, "--database", book).code == 0
    table_file(tmp_path, CONTOSO.replace("Größe", "Gruppe"))
    result = run("customers", "import", table, "--database", book)
    assert "~ Contoso Größe: company_name: Contoso Größe → Contoso Gruppe" in result.lines
    assert companies(book) == ["Contoso Gruppe"]


def test_columns_of_any_name_are_read_where_the_person_maps_them(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", tmp_path / "liste.csv"
    table.write_text("Wer;Wo;Was\nGroß AG;gross.example;Kohle\n", encoding="utf-8")
    words = ("customers", "import", table, "--database", book)
    assert run(*words).code == 1
    result = run(*words, "--map", "company_name=Wer", "--map", "primary_domain=Wo")
    assert result.code == 0
    assert "  not read: Was" in result.lines
    assert companies(book) == ["Groß AG"]


def test_refused_rows_come_as_a_file_that_can_be_mended_and_imported(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, REFUSED)
    result = run("customers", "import", table, "--database", book)
    refused = tmp_path / "customers.refused.csv"
    assert result.code == 3
    assert result.err == (
        "To take it back: partnerdesk changes undo 1\n"
        f"The refused rows are in {refused}: mend and import it.\n"
    )
    assert companies(book) == ["Contoso Größe"]
    rows = csv_rows(refused)
    assert rows[0] == [*PORTAL_COLUMNS, "Line", "Reason"]
    assert rows[1][1:5] == ["Adatum", "not a domain", "Reseller", "3"]
    refused.write_text(refused.read_text("utf-8").replace(",not a domain", ",adatum.example"))
    again = run("customers", "import", refused, "--database", book)
    assert (again.code, again.lines[-1]) == (0, "1 new · 0 changed · 0 unchanged · 0 refused")
    assert companies(book) == ["Adatum", "Contoso Größe"]


def test_refused_rows_go_where_they_are_wanted_also_in_a_dry_run(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, REFUSED)
    wanted = tmp_path / "mine.csv"
    words = ("customers", "import", table, "--database", book, "--refused", wanted)
    assert run(*words, "--dry-run").code == 3
    assert csv_rows(wanted)[1][1] == "Adatum"


def test_refused_rows_are_never_written_over_the_file_or_a_book(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, REFUSED)
    assert run("database", "upgrade", "--database", book).code == 0
    link = tmp_path / "link.csv"
    link.symlink_to(table)
    before = table.read_bytes()
    for target in (table, link, book):
        result = run("customers", "import", table, "--database", book, "--refused", target)
        assert result.code == (3 if target == book else 1), target
        assert ("partnerdesk's own" if target == book else "left as it is") in result.err
    assert table.read_bytes() == before
    assert companies(book) == []  # refused before the import begins


def test_where_refused_rows_cannot_be_written_it_says_what_was_done_before(
    tmp_path: Path,
) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, REFUSED)
    nowhere = tmp_path / "no such folder" / "refused.csv"
    result = run("customers", "import", table, "--database", book, "--refused", nowhere)
    assert result.code == 1
    assert result.lines[-1] == "1 new · 0 changed · 0 unchanged · 1 refused"
    assert "cannot be written" in result.err
    assert companies(book) == ["Contoso Größe"]


def test_the_result_of_an_import_as_json(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO)
    run("customers", "import", table, "--database", book)
    table_file(tmp_path, CONTOSO.replace("Größe", "Gruppe"), FABRIKAM, REFUSED)
    result = run("customers", "import", table, "--database", book, "--json")
    assert result.code == 3
    assert len(result.json.pop("sha256")) == 64
    assert result.json | {"sha256": ""} == {
        "change_id": 2,
        "file": "customers.csv",
        "sha256": "",
        "list": "customers",
        "dry_run": False,
        "encoding": "UTF-8",
        "encoding_is_guess": False,
        "encoding_sample": [],
        "passed_over": {"empty_lines": 0, "lines": []},
        "columns": {
            "microsoft_id": "Microsoft ID",
            "company_name": "Company name",
            "primary_domain": "Primary domain name",
            "relationship_to_partner": "Relationship",
        },
        "unused_columns": [],
        "new": 1,
        "changed": 1,
        "unchanged": 0,
        "refused": 1,
        "changes": [
            {
                "company_name": "Contoso Größe",
                "fields": {"company_name": ["Contoso Größe", "Contoso Gruppe"]},
            }
        ],
        "refused_rows": [
            {
                "line": 4,
                "company_name": "Adatum",
                "problems": [
                    {
                        "field": "primary_domain",
                        "value": "not a domain",
                        "reason": "is no domain such as contoso.onmicrosoft.com",
                    }
                ],
            }
        ],
        "refused_file": str(tmp_path / "customers.refused.csv"),
    }


def test_a_file_is_imported_into_the_cloud_that_is_named(tmp_path: Path) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO)
    words = ("customers", "import", table, "--database", book, "--cloud")
    assert run(*words, "germany").code == 0
    assert companies(book, "--cloud", "germany") == ["Contoso Größe"]
    assert companies(book, "--cloud", "global") == []
    result = run(*words, "all")
    assert result.code == 2
    assert "Name it, for example: --cloud global" in result.err


# demo


def demo(file: Path, *words: str) -> list[Any]:
    """Return the customers of a demo book made by the command."""
    assert run("demo", "--database", file, *words).code == 0
    listed: list[Any] = run("customers", "list", "--database", file, "--json").json
    return listed


def test_the_same_seed_makes_the_same_customers(tmp_path: Path) -> None:
    words = ("--customers", "25", "--seed")
    first, second, other = (
        [
            {
                field: one[field] for field in one if not str(one[field]).endswith("Z")
            }  # without the times
            for one in demo(tmp_path / f"{number}.db", *words, seed)
        ]
        for number, seed in enumerate(("7", "7", "8"))
    )
    assert len(first) >= 20  # a few of 25 have ended and are not listed
    assert first == second
    assert first != other


def test_the_demo_book_is_made_once_and_replaced_only_on_demand() -> None:
    first = run("demo", "--customers", "20")
    assert (first.code, first.out) == (0, "")
    assert first.err.endswith("Open it with: partnerdesk --demo\n")
    listed = run("customers", "list", "--demo", "--json")
    again = run("demo", "--customers", "30")
    assert again.code == 3
    assert "--replace" in again.err
    assert run("customers", "list", "--demo", "--json") == listed
    assert run("demo", "--customers", "30", "--replace").code == 0
    assert len(run("customers", "list", "--demo", "--json").json) > len(listed.json)


def test_a_book_with_customers_is_never_filled_with_a_demo(book: Path) -> None:
    before = book.read_bytes()
    result = run("demo", "--customers", "20", "--replace", "--database", book)
    assert result.code == 3
    assert book.read_bytes() == before


def test_the_book_of_the_settings_is_not_the_demo_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "team.db"
    monkeypatch.setenv("PARTNERDESK_DATABASE", str(own))
    assert run("demo", "--customers", "20").code == 0
    assert not own.exists()
    assert (paths.data_folder() / "demo.db").exists()


@pytest.mark.parametrize("count", ["0", "-1", "5000001", "many", "1e3"])
def test_a_demo_of_an_impossible_size_is_wrong_use(count: str) -> None:
    assert run("demo", f"--customers={count}").code == 2
    assert not (paths.data_folder() / "demo.db").exists()


def test_ctrl_c_leaves_no_half_book_and_no_traceback(tmp_path: Path) -> None:
    book = tmp_path / "book.db"
    words = ["demo", "--customers", "100000", "--database", str(book)]
    with Terminal([*COMMAND, *words], cwd=HOUSE) as terminal:
        terminal.wait_for("%")
        terminal.press("ctrl+c")
        assert terminal.exit_code == 130
        assert "Traceback" not in terminal.text
    assert companies(book) == []


# database


def test_upgrade_makes_a_book_and_says_so(tmp_path: Path) -> None:
    book = tmp_path / "folder" / "book.db"
    for _ in range(2):
        result = run("database", "upgrade", "--database", book)
        assert (result.code, result.out, result.err) == (0, "", f"{book} is up to date.\n")
    assert run("customers", "list", "--database", book, "--json").out == "[]\n"


def test_check_finds_a_whole_book_whole(book: Path) -> None:
    result = run("database", "check", "--database", book)
    assert (result.code, result.out, result.err) == (0, "", f"{book} is whole.\n")


def test_check_prints_a_line_for_each_finding(book: Path) -> None:
    with closing(sqlite3.connect(book)) as raw:
        raw.execute("INSERT INTO tags (customer_id, name) VALUES (999, 'lost')")
        raw.commit()
    result = run("database", "check", "--database", book)
    assert result.code == 1
    assert result.out == "tags: a row points to a missing row of customers.\n"
    assert result.err == "Restore a copy with: partnerdesk database restore FILE\n"


def damage(book: Path, first: int, pages: int = 1) -> bytes:
    """Overwrite pages of a closed book (page 0 is the header); return the file's content."""
    content = bytearray(book.read_bytes())
    content[first * 4096 : (first + pages) * 4096] = bytes([0xA5]) * (4096 * pages)
    book.write_bytes(content)
    return bytes(content)


@pytest.mark.parametrize("page", [0, 5, 9])
def test_check_finds_a_damaged_book(book: Path, page: int) -> None:
    damage(book, page)
    result = run("database", "check", "--database", book)
    assert result.code == 1
    assert "partnerdesk database restore FILE" in result.err


def test_check_and_backup_make_no_book(tmp_path: Path) -> None:
    book = tmp_path / "none.db"
    for words in (("check",), ("backup", tmp_path / "copy.db")):
        result = run("database", *words, "--database", book)
        assert result.code == 4
        assert "There is no book" in result.err
    assert list(tmp_path.glob("*.db")) == []


def test_a_backup_is_a_book_of_its_own_and_only_its_owners(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    result = run("database", "backup", copy, "--database", book)
    assert (result.code, result.out, result.err) == (0, "", f"Copied to {copy}.\n")
    assert companies(copy) == list(IN_ORDER)
    assert copy.stat().st_mode & 0o777 == 0o600
    again = run("database", "backup", copy, "--database", book)
    assert again.code == 1
    assert "Name another file." in again.err


def test_a_backup_is_made_while_another_process_writes(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(book, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE customers SET company_name = 'half'")
        assert spawn("database", "backup", copy, "--database", book).code == 0
        writer.execute("COMMIT")
    assert companies(copy) == list(IN_ORDER)
    assert set(companies(book)) == {"half"}


@pytest.mark.parametrize("page", [0, 5])
def test_no_copy_is_made_of_a_damaged_book(book: Path, tmp_path: Path, page: int) -> None:
    damage(book, page)
    copy = tmp_path / "copy.db"
    result = run("database", "backup", copy, "--database", book)
    assert result.code == 1
    assert "damaged" in result.err
    assert not copy.exists()


@pytest.fixture
def copy(book: Path, tmp_path: Path) -> Path:
    """Return a backup of `book`; the book's customers are changed afterwards."""
    file = tmp_path / "backups" / "copy.db"
    file.parent.mkdir()
    assert run("database", "backup", file, "--database", book).code == 0
    with closing(sqlite3.connect(book)) as raw:
        raw.execute("UPDATE customers SET company_name = 'new'")
        raw.commit()
    return file


def test_restore_puts_the_copy_in_place_and_keeps_the_old_book(book: Path, copy: Path) -> None:
    reader = Store(SqliteFile(book)).connect()  # a reader that keeps the book open
    try:
        assert reader.rows("SELECT DISTINCT company_name FROM customers") == [("new",)]
        results = [run("database", "restore", copy, "--database", book) for _ in range(2)]
        assert reader.rows("SELECT count(*) FROM customers WHERE company_name = 'new'") == [(0,)]
    finally:
        reader.close()
    assert [result.code for result in results] == [0, 0]
    assert companies(book) == list(IN_ORDER)
    kept = sorted(book.parent.glob("book.db.before-restore-*"))
    assert [result.err.splitlines()[1] for result in results] == [
        f"The book as it was is kept in {file}." for file in kept
    ]
    assert set(companies(kept[0])) == {"new"}
    assert companies(kept[1]) == list(IN_ORDER)
    assert {file.name for file in book.parent.iterdir()} == {
        "backups", "book.db", "home", *(file.name for file in kept),
    }  # fmt: skip


def test_restore_makes_a_book_where_there_is_none(copy: Path, tmp_path: Path) -> None:
    book = tmp_path / "new folder" / "book.db"
    result = run("database", "restore", copy, "--database", book)
    assert (result.code, result.err) == (0, f"Restored from {copy}.\n")
    assert companies(book) == list(IN_ORDER)
    assert book.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("page", "pages"), [(0, 1), (1, 8), (5, 1)])
def test_restore_mends_a_damaged_book_and_keeps_the_damaged_one(
    book: Path, copy: Path, page: int, pages: int
) -> None:
    damaged = damage(book, page, pages)
    result = run("database", "restore", copy, "--database", book)
    assert result.code == 0
    assert companies(book) == list(IN_ORDER)
    assert run("database", "check", "--database", book).code == 0
    [kept] = book.parent.glob("book.db.before-restore-*[0-9]")
    assert kept.read_bytes() == damaged


def test_restore_only_reads_the_copy(book: Path, copy: Path) -> None:
    before = copy.read_bytes()
    copy.chmod(0o400)
    copy.parent.chmod(0o500)
    try:
        assert run("database", "restore", copy, "--database", book).code == 0
    finally:
        copy.parent.chmod(0o700)
    assert copy.read_bytes() == before
    assert [file.name for file in copy.parent.iterdir()] == ["copy.db"]


def test_a_copy_that_is_in_use_is_restored_with_its_last_rows(book: Path, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as user:
        user.execute("UPDATE customers SET company_name = 'late'")
        user.commit()  # the row is still in the WAL file beside the copy
        assert run("database", "restore", copy, "--database", book).code == 0
    assert set(companies(book)) == {"late"}


@pytest.mark.parametrize("content", [b"", b"text\n" * 2000, b"SQLite format 3\0" + b"x" * 9000])
def test_restore_takes_no_file_that_is_not_a_whole_book(
    book: Path, tmp_path: Path, content: bytes
) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    result = run("database", "restore", source, "--database", book)
    assert result.code == 1
    assert "is not a whole copy of a book" in result.err
    assert source.read_bytes() == content
    assert companies(book) == list(IN_ORDER)
    assert list(book.parent.glob("*restor*")) == list(book.parent.glob(".*restor*")) == []


def test_restore_takes_no_damaged_copy_and_no_other_programs_file(
    book: Path, copy: Path, tmp_path: Path
) -> None:
    damage(copy, 5)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("CREATE TABLE bookmarks (address TEXT)")
    for source in (copy, other):
        result = run("database", "restore", source, "--database", book)
        assert result.code == 1
        assert "is not a whole copy of a book" in result.err
    assert set(companies(book)) == {"new"}


def test_restore_says_what_it_does_not_find(book: Path, tmp_path: Path) -> None:
    assert run("database", "restore", tmp_path / "none.db", "--database", book).code == 4
    result = run("database", "restore", tmp_path, "--database", book)
    assert (result.code, result.err) == (
        1, f"partnerdesk: {tmp_path} is a folder.\nName another file.\n",
    )  # fmt: skip


def test_restore_waits_only_so_long_for_a_writer_and_changes_nothing_then(
    book: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(book, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        result = run("database", "restore", copy, "--database", book)
    assert result.code == 5
    assert "locked by another process" in result.err
    assert set(companies(book)) == {"new"}
    assert list(book.parent.glob("book.db.before-restore-*")) == []


def test_restore_changes_nothing_in_read_only_mode(book: Path, copy: Path) -> None:
    assert run("database", "restore", copy, "--database", book, "--read-only").code == 3
    assert set(companies(book)) == {"new"}


@pytest.mark.parametrize(("part", "tool"), [("backup", "pg_dump"), ("restore", "pg_restore")])
def test_for_a_server_the_tools_of_the_server_are_named(part: str, tool: str) -> None:
    address = "postgresql://me:Hush@localhost/book"
    result = run("database", part, "copy.dump", "--database", address)
    assert result.code == 2
    assert f"Use: {tool} " in result.err
    assert "me:***@localhost" in result.err
    assert "Hush" not in result.err


# info


def test_info_tells_paths_versions_and_sources(book: Path) -> None:
    result = run("info", "--database", book, "--json", "--lang", "ru")
    assert (result.code, result.err) == (0, "")
    assert list(result.json) == ["versions", "paths", "database", "settings", "terminal"]
    assert result.json["paths"]["book"] == str(book)
    assert result.json["database"]["state"] == "up to date"
    assert result.json["settings"]["theme"] == "partnerdesk-dark  [default]"
    assert result.json["settings"]["database"] == f"{book}  [--database]"
    text = run("info", "--database", book)
    assert text.code == 0
    assert "versions" in text.lines
    assert any(line.split() == ["book", str(book)] for line in text.lines)


def test_info_tells_all_that_the_settings_say_of_clouds(tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text("""
[clouds.own]
name = "Own Cloud"
short_name = "Own"
domain_suffix = "own.example"
color = "cyan"
link_hosts = ["a.example", "b.example"]
outside_by_hand = true
[clouds.own.texts]
create_customer = "Ask us"
[clouds.global]
color = "red"
[capabilities.create_customer]
own = "partly"
""")
    told = run("info", "--config", config, "--json").json["settings"]
    own = {name: value for name, value in told.items() if value.endswith(f"[{config}]")}
    assert {name: value.rpartition("  [")[0] for name, value in own.items()} == {
        "clouds.own.name": "Own Cloud", "clouds.own.short_name": "Own",
        "clouds.own.domain_suffix": "own.example", "clouds.own.color": "cyan",
        "clouds.own.link_hosts": "a.example, b.example", "clouds.own.outside_by_hand": "true",
        "clouds.own.texts.create_customer": "Ask us", "clouds.global.color": "red",
        "capabilities.create_customer.own": "partly",
    }  # fmt: skip
    assert told["clouds.own.enabled"] == "true  [default]"


def test_info_makes_no_book(tmp_path: Path) -> None:
    book = tmp_path / "none.db"
    result = run("info", "--database", book, "--json")
    assert "not made yet" in result.json["database"]["state"]
    assert not book.exists()


def test_info_works_where_the_book_cannot_be_opened(tmp_path: Path) -> None:
    book = tmp_path / "text.db"
    book.write_text("no database\n" * 100)
    result = run("info", "--database", book, "--json")
    assert result.code == 0
    assert "is not a partnerdesk book" in result.json["database"]["state"]


@pytest.mark.parametrize("by_flag", [True, False])
def test_info_shows_no_password(by_flag: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "postgresql://me:Hush@127.0.0.1:1/book"
    if not by_flag:
        monkeypatch.setenv("PARTNERDESK_DATABASE", address)
    words = ("--database", address) if by_flag else ()
    for form in ((), ("--json",)):
        result = run("info", *words, *form)
        assert result.code == 0
        assert "me:***@127.0.0.1" in result.out
        assert "Hush" not in result.out + result.err


# The command line itself

PARTS = [
    (), ("accounts",), ("changes",), ("changes", "list"), ("changes", "show"), ("changes", "undo"),
    ("changes", "verify"), ("customers",), ("customers", "list"), ("customers", "show"),
    ("customers", "export"), ("customers", "own-name"),
    ("customers", "evidence"), ("evidence",), ("evidence", "verify"),
    ("customers", "import"), ("database",), ("database", "upgrade"), ("database", "check"),
    ("completion",), ("overview",),
    ("database", "backup"), ("database", "restore"), ("demo",), ("info",), ("relationships",),
    ("views",), ("views", "list"), ("views", "save"), ("views", "delete"),
    *(("accounts", part) for part in ("list", "edit", "add", "sign-in", "sign-out", "remove")),
    ("explain",), ("outbox",), ("rehearsal",), ("rehearsal", "serve"), ("sync",),
    ("board",), ("board", "snooze"), ("board", "export"),
    ("agreements",), ("agreements", "list"),
    ("subscriptions",), *(("subscriptions", part) for part in (
        "list", "show", "export", "import", "seats", "auto-renew", "schedule", "rename",
        "suspend", "reactivate", "cancel",
    )),
    *(("outbox", part) for part in ("list", "show", "send", "retry", "give-up")),
    *(("relationships", part) for part in (
        "list", "show", "invite", "letter", "remind", "sent", "accept", "decline", "withdraw",
        "end", "extend", "reseller", "go-on", "partners", "delegated-admin", "send",
    )),
    *(("relationships", "partners", part) for part in ("list", "add", "edit", "end")),
    *(("relationships", "delegated-admin", part)
      for part in ("list", "add", "request", "approve", "terminate")),
]  # fmt: skip


def test_every_command_is_known_here() -> None:
    assert {part[0] for part in PARTS if part} == set(COMMANDS)


@pytest.mark.parametrize("language", available())
@pytest.mark.parametrize("part", PARTS, ids=" ".join)
def test_every_command_explains_itself(part: tuple[str, ...], language: str) -> None:
    result = run(*part, "--help", "--lang", language)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("usage: " if language == "en" else "использование: ")
    for flag in ("--cloud", "--database", "--config", "--lang", "--theme", "--read-only", "--demo"):
        assert flag in result.out
    if language != "en":
        own = [line for line in result.lines if line.startswith("  -")]
        told = [line for line in own if len(line.split("  ")) > 2]
        assert told
        assert all(any("а" <= letter <= "я" for letter in line) for line in told), told


def test_the_version_is_on_stdout() -> None:
    result = spawn("--version")
    assert (result.code, result.out, result.err) == (0, "partnerdesk 0.1.0\n", "")


@pytest.mark.parametrize(
    "words",
    [
        ("--cloud", "germany", "customers", "list", "--json"),
        ("customers", "--cloud", "germany", "list", "--json"),
        ("customers", "list", "--json", "--cloud", "germany"),
        ("customers", "list", "--json", "--cloud=germany"),
        ("--cloud", "global", "customers", "list", "--json", "--cloud", "germany"),
    ],
)
def test_flags_stand_before_or_behind_the_command(book: Path, words: tuple[str, ...]) -> None:
    before = run("--database", book, *words)
    behind = run(*words, "--database", book)
    assert [entry["company_name"] for entry in before.json] == ["Straße KG", "Zebra Deutschland"]
    assert behind == before


@pytest.mark.parametrize(
    "words",
    [("customers",), ("database",), ("nosuch",), ("customers", "nosuch"), ("--nosuch",),
     ("customers", "list", "--theme", "nosuch"), ("--lang", "de"), ("customers", "show"),
     ("customers", "export", "x.csv", "--over"), ("--data", "x.db", "info"), ("info", "more")],
)  # fmt: skip
def test_wrong_use_is_said_with_the_usage(words: tuple[str, ...]) -> None:
    """Abbreviated flags are wrong, too: in a later version they could mean other flags."""
    result = run(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: partnerdesk")
    assert "error: " in result.err.splitlines()[-1]


def test_wrong_use_is_said_in_the_language_in_use() -> None:
    result = run("customers", "list", "--lang", "ru", "--nosuch")
    assert result.err.startswith("использование: ")
    assert "неизвестные параметры: --nosuch" in result.err


def test_without_a_terminal_the_console_names_the_commands() -> None:
    result = spawn()
    assert (result.code, result.out) == (2, "")
    assert "The console needs a terminal." in result.err
    assert "partnerdesk --help" in result.err


@pytest.mark.parametrize(
    "words", [("--read-only", "{}"), ("{}", "--read-only")], ids=["before", "behind"]
)
def test_in_read_only_mode_nothing_is_changed(tmp_path: Path, words: tuple[str, ...]) -> None:
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO, REFUSED)
    run("database", "upgrade", "--database", book)
    for command in (("customers", "import", table), ("demo", "--customers", "20")):
        line = [part for word in words for part in (command if word == "{}" else (word,))]
        result = run(*line, "--database", book)
        assert (result.code, result.out) == (3, "")
        assert "Read-only mode" in result.err
    assert companies(book) == []
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["customers.csv"]
    looked = run("customers", "import", table, "--dry-run", "--read-only", "--database", book)
    assert looked.lines[-1] == "1 new · 0 changed · 0 unchanged · 1 refused"


def test_read_only_mode_looks_and_exports(book: Path, tmp_path: Path) -> None:
    words = ("--database", book, "--read-only")
    assert run("customers", "list", *words, "--json").code == 0
    assert run("customers", "export", tmp_path / "out.csv", *words).code == 0
    assert run("database", "backup", tmp_path / "copy.db", *words).code == 0


@pytest.mark.parametrize(
    "words",
    [("customers", "list"), ("info",), ("demo", "--customers", "20"), ("database", "upgrade")],
)
def test_two_books_at_once_are_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    book = tmp_path / "book.db"
    result = run(*words, "--demo", "--database", book)
    assert (result.code, result.out) == (2, "")
    assert "--demo and --database name two different books." in result.err
    assert not book.exists()


def test_variables_mean_settings_and_flags_are_stronger(book: Path, tmp_path: Path) -> None:
    variables = {"PARTNERDESK_DATABASE": str(book), "PARTNERDESK_READ_ONLY": "true"}
    table = table_file(tmp_path, CONTOSO)
    assert len(spawn("customers", "list", "--json", env=variables).json) == len(CUSTOMERS)
    assert spawn("customers", "import", table, env=variables).code == 3
    other = spawn("customers", "list", "--json", "--database", tmp_path / "o.db", env=variables)
    assert other.json == []
    told = spawn("info", "--json", env=variables).json["settings"]
    assert told["database"] == f"{book}  [environment]"
    assert told["read_only"] == "true  [environment]"


def test_with_every_cloud_turned_off_it_says_how_to_turn_one_on(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("".join(f"[clouds.{cloud}]\nenabled = false\n" for cloud in CLOUDS))
    book, table = tmp_path / "book.db", table_file(tmp_path, CONTOSO)
    for words in (("customers", "list"), ("customers", "import", table), ("demo",),
                  ("database", "upgrade")):  # fmt: skip
        result = run(*words, "--config", config, "--database", book)
        assert (result.code, result.out) == (2, "")
        assert "Turn one on in your settings" in result.err
    assert run("info", "--config", config).code == 0


# Streams


@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",), ("--plain",)])
def test_a_reader_that_goes_away_is_no_error_to_tell(
    tmp_path: Path, form: tuple[str, ...], buffered: str
) -> None:
    book = tmp_path / "book.db"
    demo(book, "--customers", "1000")
    words = ("customers", "list", "--database", str(book), *form)
    result = bash('set -o pipefail; "$@" | head -1', *words, env={"PYTHONUNBUFFERED": buffered})
    assert (len(result.lines), result.err) == (1, "")
    assert result.code == READER_GONE


PRINTING = [
    ("--help",), ("--version",), ("customers", "add", "--help"), ("info",), ("info", "--json"),
    ("accounts", "list"), ("changes", "list"), ("changes", "list", "--json"), ("views", "list"),
    ("customers", "list"), ("customers", "list", "--json"), ("customers", "list", "--csv"),
    ("customers", "list", "--plain"), ("customers", "show", "aerzte.onmicrosoft.com"),
    ("relationships", "list"), ("relationships", "list", "--json"),
]  # fmt: skip


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_a_reader_that_was_never_there_is_no_error_to_tell(
    book: Path, words: tuple[str, ...]
) -> None:
    where = ("--database", book)
    for buffered in (True, False):
        assert unread(*words, *where, buffered=buffered) == Result(READER_GONE, "", "")
    both = ("stdout", "stderr")
    assert unread(*words, *where, streams=both) == Result(READER_GONE, "", "")
    result = bash('"$@" 2>&- | true; exit ${PIPESTATUS[0]}', *words, *where)
    assert result.code in (0, READER_GONE)  # `true` may end after a short output is written


def test_a_reader_of_what_an_import_says_that_is_gone_harms_nothing(
    book: Path, tmp_path: Path
) -> None:
    table = table_file(tmp_path, CONTOSO, REFUSED)
    words = ("customers", "import", table, "--database", book)
    assert unread(*words) == Result(READER_GONE, "", "")
    assert "Contoso Größe" in companies(book)
    assert (tmp_path / "customers.refused.csv").exists()


def test_a_reader_that_is_gone_hides_no_error(book: Path, tmp_path: Path) -> None:
    where = ("--database", book)
    missing = unread("customers", "show", "nobody.example", *where)
    assert (missing.code, missing.err.count("nobody.example")) == (4, 1)
    assert unread("customers", "list", "--nosuch", *where).code == 2
    table = table_file(tmp_path, CONTOSO, REFUSED)
    nowhere = tmp_path / "none" / "refused.csv"
    imported = unread("customers", "import", table, "--refused", nowhere, *where)
    assert imported.code == 1
    assert f"{nowhere} cannot be written" in imported.err


def test_a_listener_that_is_gone_changes_no_answer(book: Path) -> None:
    where = ("--database", book)
    listed = run("customers", "list", *where)
    deaf = unread("customers", "list", *where, streams=("stderr",))
    assert (deaf.code, deaf.lines) == (0, listed.lines)
    assert unread("customers", "show", "nobody.example", *where, streams=("stderr",)).code == 4
    assert unread("nosuch", streams=("stderr",)).code == 2
    full = bash('"$@" 2> /dev/full', "customers", "list", *where)
    assert (full.code, full.lines) == (0, listed.lines)
    assert bash('"$@" 2> /dev/full', "nosuch").code == 2


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_output_that_cannot_be_written_is_said(
    book: Path, words: tuple[str, ...], buffered: str
) -> None:
    env = {"PYTHONUNBUFFERED": buffered}
    result = bash('"$@" > /dev/full', *words, "--database", book, env=env)
    assert result.code == 1
    assert result.err.splitlines()[0] == (
        "partnerdesk: stdout cannot be written: No space left on device."
    )
    assert len(result.err.splitlines()) == 2


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_harm_nothing(book: Path, closed: str) -> None:
    before = book.read_bytes()
    assert bash(f'"$@" {closed}', "customers", "list", "--database", book).code == 0
    assert bash(f'"$@" {closed}', "info", "--database", book).code == 0
    assert bash(f'"$@" {closed}', "nosuch", "--database", book).code == 2
    assert book.read_bytes() == before


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_output_cannot_show_is_escaped(book: Path, encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding}

    def listed(*form: str) -> Result:
        return bash('"$@" | iconv -f latin1 -t utf8', "customers", "list", "--database", book,
                    *form, env=env)  # fmt: skip

    assert [entry["company_name"] for entry in listed("--json").json] == list(IN_ORDER)
    assert listed().lines[3].startswith("\\u241b[2J")
    assert "müller.example" in listed("--plain", "--columns", "domain").out or encoding == "ascii"


def test_a_list_over_postgresql_ends_quietly_too(store: Store) -> None:
    address = getattr(store.database, "address", None) or store.database.name
    assert run("demo", "--customers", "500", "--database", address).code == 0
    script = 'set -o pipefail; "$@" | head -1'
    result = bash(script, "customers", "list", "--database", address)
    assert (result.code, len(result.lines), result.err) == (READER_GONE, 1, "")
    full = bash('"$@" > /dev/full', "customers", "list", "--database", address)
    assert "stdout cannot be written" in full.err
