"""Files as found in practice: read by the command of their list, or refused with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xlsxwriter import Workbook

from tests.support import field_files as files
from tests.support.commands import Result, run
from tests.support.field_files import FABRIKAM, FieldFile

if TYPE_CHECKING:
    from pathlib import Path

DELEGATED = ("relationships", "delegated-admin")
PARTNERS = ("relationships", "partners")
INVITATIONS = ("relationships", "invitations")
CUSTOMER = f"Microsoft ID,Company name,Domain\n{FABRIKAM},Fabrikam Labs,fabrikamlabs.example\n"


class Book:
    """A book on disk and the folder with its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str | Path) -> Result:
        return run(*words, "--database", self.folder / "book.db")

    def file(self, file: FieldFile, name: str = "file") -> Path:
        path = self.folder / f"{name}.{file.ending}"
        path.write_bytes(file.text.encode(file.codec))
        return path

    def take(self, words: tuple[str, ...], file: FieldFile, *more: str) -> Result:
        return self.run(*words, "import", self.file(file), "--json", *more)

    def rows(self, words: tuple[str, ...]) -> list[dict[str, object]]:
        rows = self.run(*words, "list", "--json").json
        assert isinstance(rows, list)
        return rows


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


@pytest.mark.parametrize(
    ("file", "name", "domain", "relationship", "encoding"),
    [
        (files.COUNTRY_NAMES, "Fabrikam Labs", "fabrikamlabs.onmicrosoft.com", "reseller", "UTF-8"),
        (files.WINDOWS_1252, "Müller; Söhne", "mueller.onmicrosoft.com", "reseller",
         "windows-1252"),
        (files.PORTAL_CHINESE, "北京康托索科技有限公司", "contoso.partner.onmschina.cn", "reseller",
         "GB18030"),
        (files.PORTAL_JAPANESE, "株式会社コントソ", "contoso.onmicrosoft.com", "reseller",
         "Shift_JIS"),
        (files.POWERSHELL, "Wingtip Toys", "wing.onmicrosoft.com", "reseller", "UTF-8"),
        (files.MSONLINE, "Fabrikam Labs", "fabrikamlabs.onmicrosoft.com", "unknown", "UTF-16"),
        (files.GRAPH_CONTRACTS, "Fabrikam Labs", "fabrikamlabs.onmicrosoft.com", "unknown",
         "UTF-8"),
        (files.CIPP, "Fabrikam Labs", "fabrikamlabs.onmicrosoft.com", "unknown", "UTF-8"),
        (files.API_CUSTOMERS, "Graphic Design Institute", "graphics.onmicrosoft.com", "reseller",
         "UTF-8"),
        (files.TITLED, "Fabrikam Labs", "fabrikamlabs.onmicrosoft.com", "unknown", "UTF-8"),
    ],
)  # fmt: skip
def test_customers(
    book: Book, file: FieldFile, name: str, domain: str, relationship: str, encoding: str
) -> None:
    done = book.take(("customers",), file)
    assert (done.code, done.json["refused"], done.json["encoding"]) == (0, 0, encoding)
    assert done.json["encoding_is_guess"] == (not encoding.startswith("UTF"))
    (customer,) = [row for row in book.rows(("customers",)) if row["microsoft_id"] == FABRIKAM]
    assert (customer["company_name"], customer["primary_domain"]) == (name, domain)
    assert customer["relationship_to_partner"] == relationship
    again = book.take(("customers",), file).json
    assert (again["new"], again["changed"]) == (0, 0)


def test_countries_by_name_are_codes_and_others_are_offered(book: Book) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    assert [row["country"] for row in book.rows(("customers",))] == ["US", "DE"]
    doubtful = FieldFile(files.COUNTRY_NAMES.text.replace("Germany", "Germny"))
    refused = book.take(("customers",), doubtful)
    assert refused.code == 3
    (row,) = refused.json["refused_rows"]
    assert (row["line"], row["company_name"]) == (3, "Tailspin Toys")
    assert row["problems"][0]["reason"] == "There is no country Germny. Did you mean Germany (DE)?"


def test_what_is_passed_over_is_said(book: Book) -> None:
    done = book.run("customers", "import", book.file(files.TITLED), "--dry-run")
    assert (
        "  Passed over: line 1 “Customer list of Contoso, Ltd.”, line 2 “Exported on "
        "2026-11-29”, line 7 “Total 1”, 2 empty lines"
    ) in done.lines
    told = book.take(("customers",), files.TITLED).json["passed_over"]
    assert (told["empty_lines"], [line["line"] for line in told["lines"]]) == (2, [1, 2, 7])


def test_a_guess_is_shown_and_can_be_overruled(book: Book) -> None:
    path = book.file(files.WINDOWS_1252)
    shown = book.run("customers", "import", path, "--dry-run")
    assert (
        "  Encoding: windows-1252, guessed by Primärer, Domänenname, Müller, Söhne" in shown.lines
    )
    other = book.run("customers", "import", path, "--dry-run", "--json", "--encoding", "latin1")
    assert (other.json["encoding"], other.json["encoding_is_guess"]) == ("iso8859-1", False)
    wrong = book.run("customers", "import", path, "--encoding", "utf-8")
    assert (wrong.code, wrong.out) == (1, "")
    assert "line 2 is not UTF-8: byte 0xE4 at offset 34" in wrong.err
    assert "--encoding" in wrong.err
    assert book.run("customers", "import", path, "--encoding", "klingon").code == 2


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (files.PORTAL_DELEGATED_ADMIN, "partnerdesk relationships delegated-admin import FILE"),
        (files.GRAPH_DELEGATED_ADMIN, "partnerdesk relationships delegated-admin import FILE"),
        (files.API_RESELLERS, "partnerdesk relationships partners import FILE"),
        (files.INVITED, "partnerdesk relationships invitations import FILE"),
        (files.RECONCILIATION, "a list of invoice lines"),
        (files.PORTAL_SUBSCRIPTIONS, "a list of subscriptions"),
        (files.INGRAM_BILLING, "a list of subscriptions"),
        (files.ACTIVITY_LOG, "a list of activities"),
        (files.APPXITE_CUSTOMERS, "No column was recognised as Microsoft ID."),
        (files.LIGHTHOUSE, "No column was recognised as Company name."),
    ],
)
def test_what_is_no_list_of_customers_is_named(book: Book, file: FieldFile, said: str) -> None:
    refused = book.run("customers", "import", book.file(file))
    assert (refused.code, refused.out) == (1, "")
    assert said in refused.err
    assert book.rows(("customers",)) == []


def test_who_says_the_columns_knows_better(book: Book) -> None:
    done = book.take(("customers",), files.RECONCILIATION, "--map", "company_name=CustomerName")
    assert (done.code, done.json["new"]) == (0, 1)


def test_delegated_admin_of_the_portal(book: Book) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    done = book.take(DELEGATED, files.PORTAL_DELEGATED_ADMIN)
    assert (done.code, done.json["list"], done.json["new"]) == (0, "delegated-admin", 2)
    kept = {str(row["display_name"]): row for row in book.rows(DELEGATED)}
    one, two = kept["Fabrikam_GDAP_1"], kept["MLT_Tailspin"]
    assert (one["customer_microsoft_id"], one["end_date_time"]) == (
        FABRIKAM,
        "2027-11-14T00:00:00Z",
    )
    assert one["roles"] == "Helpdesk Administrator, User Administrator"
    assert (one["auto_extend_duration"], two["auto_extend_duration"]) == ("P0D", "P180D")

    assert book.take(DELEGATED, files.PORTAL_DELEGATED_ADMIN).json["unchanged"] == 2
    ended = FieldFile(
        files.PORTAL_DELEGATED_ADMIN.text.replace('"Active","2025', '"Expired","2025')
    )
    changed = book.take(DELEGATED, ended).json
    assert (changed["new"], changed["changed"], changed["unchanged"]) == (0, 1, 1)
    assert changed["changes"] == [
        {"company_name": "Tailspin Toys", "fields": {"status": ["active", "expired"]}}
    ]
    entries = book.run("changes", "list", "--json").json
    whole = next(entry for entry in entries if entry["kind"] == "imported")
    undone = book.run("changes", "undo", str(whole["id"]))
    assert undone.code == 0, undone.err
    assert {str(row["status"]) for row in book.rows(DELEGATED)} == {"active"}


def test_a_company_that_is_named_once_over_its_rows(book: Book) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    path = book.folder / "merged.xlsx"
    with Workbook(path) as file:
        sheet = file.add_worksheet()
        sheet.write_row(0, 0, ["Customer name", "GDAP relationship name", "Status", "End date"])
        sheet.merge_range("A2:A4", "Fabrikam Labs")
        sheet.merge_range("C2:C4", "Active")
        for row, name in enumerate(("First", "Second", "Third"), 1):
            sheet.write_row(row, 1, [name])
            sheet.write_row(row, 3, ["2027-11-14"])
    told = book.run(*DELEGATED, "import", path, "--dry-run")
    assert (told.code, told.lines[-1]) == (0, "3 new · 0 changed · 0 unchanged · 0 refused")
    assert "  Merged cells were filled in 2 rows" in told.lines
    done = book.run(*DELEGATED, "import", path, "--json").json
    assert (done["new"], done["rows_filled_from_merged_cells"]) == (3, 2)
    kept = {(str(row["display_name"]), str(row["status"])) for row in book.rows(DELEGATED)}
    assert kept == {("First", "active"), ("Second", "active"), ("Third", "active")}


@pytest.mark.parametrize("file", [files.GRAPH_DELEGATED_ADMIN, files.SCRIPTED_DELEGATED_ADMIN])
def test_delegated_admin_of_graph(book: Book, file: FieldFile) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    assert book.take(DELEGATED, file).code == 0
    (row,) = book.rows(DELEGATED)
    assert (row["display_name"], row["end_date_time"]) == (
        "Fabrikam support",
        "2027-11-15T10:00:00Z",
    )
    assert book.take(DELEGATED, files.GRAPH_DELEGATED_ADMIN).json["new"] == 0


def test_refused_rows_are_mended_and_imported(book: Book, tmp_path: Path) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    text = files.PORTAL_DELEGATED_ADMIN.text.replace("11/14/2027", "someday").replace(
        files.TAILSPIN, FABRIKAM.replace("6666", "0000")
    )
    refused = tmp_path / "mend.csv"
    done = book.run(
        *DELEGATED, "import", book.file(FieldFile(text)), "--refused", refused, "--json"
    )
    assert (done.code, done.json["new"], done.json["refused"]) == (3, 0, 2)
    rows = {row["company_name"]: row["problems"] for row in done.json["refused_rows"]}
    assert [problem["field"] for problem in rows["Fabrikam Labs"]] == ["end"]
    assert "import the customers first" in rows["Tailspin Toys"][0]["reason"]
    lines = refused.read_text("utf-8-sig").replace("someday", "11/14/2027").splitlines()
    refused.write_text("\n".join(lines[:2]), "utf-8")
    mended = book.run(*DELEGATED, "import", refused, "--json")
    assert (mended.code, mended.json["new"]) == (0, 1)


def test_days_of_which_nothing_tells_are_asked_for(book: Book) -> None:
    book.take(("customers",), files.COUNTRY_NAMES)
    text = files.SCRIPTED_DELEGATED_ADMIN.text.replace("11/15/20", "03/04/20")
    asked = book.take(DELEGATED, FieldFile(text))
    assert (asked.code, asked.out) == (1, "")
    assert "03/04/2025 10:00:00 can be two days" in asked.err
    for word, day in (("day-first", "2027-04-03"), ("month-first", "2027-03-04")):
        assert book.take(DELEGATED, FieldFile(text), "--dates", word).code == 0
        (row,) = book.rows(DELEGATED)
        assert str(row["end_date_time"])[:10] == day


def test_partners_of_the_api(book: Book) -> None:
    book.run("accounts", "edit", "--kind", "indirect_provider", "--cloud", "global")
    assert book.take(PARTNERS, files.API_RESELLERS).json["new"] == 1
    (row,) = book.rows(PARTNERS)
    assert (row["name"], row["mpn_id"], row["location"]) == ("Relecloud", "4847383", "US")
    assert (row["microsoft_id"], row["relationship_type"]) == (
        files.TAILSPIN,
        "is_indirect_reseller_of",
    )
    signed = FieldFile("Partner;MPN ID;Vertrag\nRelecloud;4847383;ja\nNeu;;nein\n")
    found = book.take(PARTNERS, signed).json
    assert (found["new"], found["changed"]) == (1, 1)
    kept = {row["name"]: row["agreement_signed"] for row in book.rows(PARTNERS)}
    assert kept == {"Relecloud": "yes", "Neu": "no"} or kept == {"Relecloud": True, "Neu": False}
    again = book.take(PARTNERS, signed).json
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)


def test_invitations_of_a_german_sheet(book: Book) -> None:
    done = book.take(INVITATIONS, files.INVITED)
    assert (done.code, done.json["new"]) == (0, 2), done.err
    kept = {row["company_name"]: row for row in book.rows(INVITATIONS)}
    assert kept["Contoso AG"]["state"] == "accepted"
    assert str(kept["Müller GmbH"]["sent_at"]).startswith("2026-04-03")
    assert kept["Müller GmbH"]["how"] == "portal"
    again = book.take(INVITATIONS, files.INVITED).json
    assert (again["new"], again["unchanged"]) == (0, 2)


def test_all_rows_or_none(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from partnerdesk.models.importing import records
    from partnerdesk.models.operations.execute import write_plan

    book.take(("customers",), files.COUNTRY_NAMES)
    written: list[tuple[object, ...]] = []

    def fail_at_the_second(*words: object) -> object:
        written.append(words)
        if len(written) == 2:
            raise OSError("the disk is full")
        return write_plan(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(records, "write_plan", fail_at_the_second)
    assert book.take(DELEGATED, files.PORTAL_DELEGATED_ADMIN).code != 0
    assert (len(written), book.rows(DELEGATED)) == (2, [])


def test_other_rows_of_the_same_relationship_are_no_second_one(book: Book) -> None:
    book.take(("customers",), FieldFile(CUSTOMER))
    row = files.SCRIPTED_DELEGATED_ADMIN.text.splitlines()[1]
    twice = book.take(DELEGATED, FieldFile(f"{files.SCRIPTED_DELEGATED_ADMIN.text}{row}\n"))
    assert (twice.code, twice.json["new"]) == (3, 1)
    assert "is in line 2 already" in twice.json["refused_rows"][0]["problems"][0]["reason"]
    roles = book.take(DELEGATED, files.ROLE_ASSIGNMENTS)
    assert roles.json["refused"] + roles.json["unchanged"] + roles.json["changed"] == 1
