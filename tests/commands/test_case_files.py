"""The very files that were once refused or read wrongly, by the commands they were given to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Result, run, spawn

DATA = Path(__file__).parents[1] / "data"
COUNTRIES = DATA / "customers-with-country-names.csv"
DELEGATED_ADMIN = DATA / "delegated-admin-portal-export.csv"
LIST = ("relationships", "delegated-admin", "list", "--json")


class Book:
    """A book on disk."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def run(self, *words: str | Path) -> Result:
        return run(*words, "--database", self.file)

    def customers(self) -> list[dict[str, object]]:
        rows = self.run("customers", "list", "--json").json
        assert isinstance(rows, list)
        return rows


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book.db")


@pytest.mark.parametrize(
    ("name", "company", "domain", "relationship"),
    [
        ("customers-windows-1252.csv", "Müller; Söhne", "mueller.onmicrosoft.com", "reseller"),
        ("customers-from-the-api.json", "Graphic Design Institute", "graphics.onmicrosoft.com",
         "reseller"),
        ("customers-powershell-type-line.csv", "Wingtip Toys", "wing.onmicrosoft.com", "reseller"),
    ],
)  # fmt: skip
def test_a_list_of_customers_is_read(
    book: Book, name: str, company: str, domain: str, relationship: str
) -> None:
    done = book.run("customers", "import", DATA / name)
    assert done.code == 0, done.err
    assert "1 new · 0 changed · 0 unchanged · 0 refused" in done.lines
    (row,) = book.customers()
    assert (row["company_name"], row["primary_domain"]) == (company, domain)
    assert row["relationship_to_partner"] == relationship


def test_what_was_guessed_or_passed_over_is_said(book: Book) -> None:
    guessed = book.run("customers", "import", DATA / "customers-windows-1252.csv").out
    assert "Encoding: windows-1252, guessed by Primärer, Domänenname, Müller, Söhne" in guessed
    passed = book.run("customers", "import", DATA / "customers-powershell-type-line.csv").out
    assert "Passed over: line 1 “#TYPE Microsoft.Store" in passed


def test_countries_are_understood_by_name(book: Book) -> None:
    assert book.run("customers", "import", COUNTRIES).code == 0
    assert [row["country"] for row in book.customers()] == ["US", "DE"]


def test_the_export_of_another_list_is_no_customer(book: Book) -> None:
    refused = book.run("customers", "import", DELEGATED_ADMIN)
    assert (refused.code, refused.out, book.customers()) == (1, "", [])
    assert "partnerdesk relationships delegated-admin import FILE" in refused.err


@pytest.mark.parametrize("words", [("import",), ("add", "--file")])
def test_relationships_of_the_portal_are_kept(book: Book, words: tuple[str, ...]) -> None:
    book.run("customers", "import", COUNTRIES)
    given: list[str | Path] = ["relationships", "delegated-admin", *words, DELEGATED_ADMIN]
    tried = book.run(*given, "--dry-run")
    assert "2 new · 0 changed · 0 unchanged · 0 refused" in tried.lines
    assert book.run(*LIST).json == []
    done = book.run(*given)
    assert done.code == 0, done.err
    assert ("fields are those of another program" in done.err) == (words[0] == "add")
    assert "  Microsoft ID of the customer ← Tenant ID" in done.lines
    kept = {row["display_name"]: row for row in book.run(*LIST).json}
    one, two = kept["Fabrikam_GDAP_1"], kept["MLT_Tailspin"]
    assert one["customer_microsoft_id"] == "3f2a91c0-1111-4222-8333-444455556666"
    assert (one["end_date_time"], one["auto_extend_duration"]) == ("2027-11-14T00:00:00Z", "P0D")
    assert one["roles"] == "Helpdesk Administrator, User Administrator"
    assert (two["end_date_time"], two["auto_extend_duration"]) == ("2026-12-14T00:00:00Z", "P180D")
    assert "0 new · 0 changed · 2 unchanged · 0 refused" in book.run(*given).lines


def test_customers_add_names_the_import_for_such_a_file(book: Book) -> None:
    for file in (COUNTRIES, DATA / "customers-from-the-api.json"):
        refused = book.run("customers", "add", "--file", file)
        assert (refused.code, refused.out, book.customers()) == (1, "", [])
        assert "partnerdesk customers import FILE" in refused.err


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_out_and_in_and_out_again_is_the_same(book: Book, tmp_path: Path, ending: str) -> None:
    for name in ("customers-windows-1252.csv", "customers-from-the-api.json"):
        book.run("customers", "import", DATA / name)
    book.run("customers", "import", COUNTRIES)
    first, second = (tmp_path / f"{name}.{ending}" for name in ("first", "second"))
    assert book.run("customers", "export", first).code == 0
    other = Book(tmp_path / "other.db")
    taken = other.run("customers", "import", first)
    assert "4 new · 0 changed · 0 unchanged · 0 refused" in taken.lines
    assert other.run("customers", "export", second).code == 0
    assert first.read_bytes() == second.read_bytes()


def test_what_is_refused_is_quoted_as_the_language_quotes(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("Company name,Primary domain name\nContoso,contoso\n")
    told = {
        lang: book.run("customers", "import", file, "--lang", lang).out for lang in ("en", "ru")
    }
    assert "Primary domain name “contoso” is no domain such as" in told["en"]
    assert "Основное доменное имя «contoso» — не домен вида" in told["ru"]


def test_every_list_names_the_customer_by_its_microsoft_id(book: Book) -> None:
    book.run("customers", "import", COUNTRIES)
    book.run("relationships", "delegated-admin", "import", DELEGATED_ADMIN)
    told = book.run("relationships", "list", "--tab", "delegated-admin", "--csv").out
    assert "3f2a91c0-1111-4222-8333-444455556667" in told
    for tab in ("invitations", "delegated-admin", "ended"):
        columns = book.run("relationships", "list", "--tab", tab, "--csv").lines[0].split(",")
        assert {"customer_microsoft_id", "microsoft_id"} & set(columns), tab
    for entry in book.run("changes", "list", "--json").json:
        assert "customer_microsoft_id" in entry


def test_a_file_of_a_hundred_thousand_columns_is_refused_in_few_words(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    row = ",".join(f"column {place}" for place in range(100_000))
    file.write_text(f"{row}\n{row}\n")
    refused = spawn("customers", "import", file, "--database", tmp_path / "book.db")
    assert refused.code == 1
    assert len(refused.err) < 800
    assert "column 9 " in refused.err
    assert "column 10" not in refused.err
    assert refused.out == ""
