"""`customers add` and `accounts`: the rules of the form, for one row or many, also repeated."""

from __future__ import annotations

import csv
import difflib
import json
import os
import signal
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.adding_apart import not_whole
from tests.support.commands import COMMAND, HOUSE, Result, run, spawn
from tests.support.forms import AMERICA, ATTESTED, GERMANY, PORTUGAL, add
from tests.support.statements import rows

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = [
    *("company_name", "domain_prefix", "registration_number", "address_line1", "address_line2"),
    *("city", "state", "postal_code", "country", "first_name", "last_name", "email"),
    *("phone_number", "language", "culture", "associated_partner_id", "agreement"),
    *("agreement_first_name", "agreement_last_name", "agreement_email", "agreement_phone"),
    "agreement_date",
]
"""The fields of a customer in files; scripts rely on these names."""
Given = dict[str, Any]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book.db"


def adding(book: Path, *words: str | Path, cloud: str = "global") -> Result:
    return run("customers", "add", "--database", book, "--cloud", cloud, *words)


def flags(values: dict[str, str]) -> list[str]:
    return [word for name, text in values.items() for word in (f"--{name.replace('_', '-')}", text)]


def companies(book: Path) -> list[str]:
    found = rows(Store(SqliteFile(book)), "SELECT company_name FROM customers ORDER BY id")
    return [row[0] for row in found]


def as_csv(file: Path, given: list[Given], delimiter: str = ",") -> Path:
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.DictWriter(out, CONTRACT, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(given)
    return file


def as_xlsx(file: Path, given: list[Given]) -> Path:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, CONTRACT)
        for number, row in enumerate(given, 1):
            for column, name in enumerate(CONTRACT):
                if name == "agreement_date" and row.get(name):
                    day = book.add_format({"num_format": "yyyy-mm-dd"})
                    sheet.write_datetime(number, column, date.fromisoformat(row[name]), day)
                elif name == "postal_code" and row.get(name, "").isdigit():
                    sheet.write_number(number, column, int(row[name]))
                else:
                    sheet.write_string(number, column, row.get(name, ""))
    return file


def as_json(file: Path, given: object) -> Path:
    file.write_text(json.dumps(given))
    return file


MANY: list[Given] = [
    PORTUGAL | ATTESTED,
    AMERICA | {"company_name": "Redmond Works", "domain_prefix": "redmondworks",
               "registration_number": ""},
    PORTUGAL | {"company_name": "Wrong Code", "domain_prefix": "wrong", "postal_code": "1100",
                "registration_number": ""},
    GERMANY | {"company_name": "Ärzte & Söhne", "domain_prefix": "aerzte"},
]  # fmt: skip


# One customer by flags


def test_one_customer_from_flags(book: Path) -> None:
    done = adding(book, *flags(PORTUGAL | ATTESTED))
    assert (done.code, done.err) == (0, "1 added\n")
    assert done.lines == ["✓ Oliveira & Filhos Lda (oliveira.onmicrosoft.com): added"]
    assert not_whole(Store(SqliteFile(book))) == []


def test_a_refused_one_says_why_and_ends_with_3(book: Path) -> None:
    done = adding(book, *flags(PORTUGAL | {"country": "UK", "postal_code": "1"}))
    assert done.code == 3
    assert done.err == "1 refused\n"
    assert done.lines[0] == "✗ Oliveira & Filhos Lda (oliveira.onmicrosoft.com): refused"
    assert any("GB" in line and "(" in line for line in done.lines[1:])
    assert companies(book) == []


def test_a_warning_is_said_and_the_customer_added(book: Path) -> None:
    done = adding(book, *flags(GERMANY), cloud="germany")
    assert done.code == 0
    assert done.lines[0] == "✓ Oliveira & Filhos Lda (oliveira.onmicrosoft.de): added"
    assert done.lines[1].lstrip().startswith("! ")
    assert "2018" in done.lines[1]


def test_every_field_has_a_flag_and_the_contract_is_kept(book: Path) -> None:
    assert [field.value for field in FormField] == CONTRACT
    told = adding(book, "--help").out
    for name in CONTRACT:
        assert f"--{name.replace('_', '-')} " in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say which customer to add."),
        (["--file", "x.csv", "--city", "Porto"], "not both"),
        (["--file", "missing.csv"], "missing.csv"),
    ],
)
def test_wrong_use_is_said(book: Path, words: list[str], said: str) -> None:
    done = adding(book, *words)
    assert done.code in {1, 2}
    assert said in done.err
    assert "Traceback" not in done.err


def test_all_clouds_at_once_is_no_place_to_add_to(book: Path) -> None:
    done = adding(book, *flags(PORTUGAL), cloud="all")
    assert done.code == 2
    assert "--cloud global" in done.err
    assert companies(book) == []


def test_read_only_refuses(book: Path) -> None:
    adding(book, *flags(PORTUGAL), "--dry-run")
    done = adding(book, *flags(PORTUGAL), "--read-only")
    assert done.code == 3
    assert companies(book) == []


@pytest.mark.parametrize(
    "name",
    ["=cmd()", "[red]x", "\x1b[31mRed", "x" * 10_000, "\udcff", "שלום עולם", "\u202eturned"],
    ids=["formula", "markup", "escape", "long", "surrogate", "hebrew", "override"],
)
def test_a_hostile_name_is_refused_or_kept_as_it_is(book: Path, name: str) -> None:
    run_it = spawn if name == "\udcff" else run  # how Python represents a byte that is not UTF-8
    done = run_it(
        "customers", "add", "--database", book, "--json", *flags(PORTUGAL | {"company_name": name})
    )
    (row,) = done.json
    assert "Traceback" not in done.err
    for line in done.lines:
        assert line.isprintable()
    if name in {"=cmd()", "[red]x", "שלום עולם"}:
        assert (done.code, row["result"]) == (0, "added")
        assert companies(book) == [name]
    else:
        assert (done.code, row["result"], row["id"]) == (3, "refused", None)
        assert "company_name" in [reason["field"] for reason in row["reasons"]]
        assert companies(book) == []
    in_words = adding(book, *flags(PORTUGAL | {"company_name": name, "domain_prefix": "other"}))
    assert all(line.isprintable() for line in in_words.lines)


# Many from a file


def test_csv_xlsx_and_json_with_the_same_content_give_the_same(tmp_path: Path) -> None:
    files = [
        as_csv(tmp_path / "c.csv", MANY),
        as_csv(tmp_path / "semicolons.csv", MANY, ";"),
        as_xlsx(tmp_path / "c.xlsx", MANY),
        as_json(tmp_path / "c.json", MANY),
    ]
    results = []
    for number, file in enumerate(files):
        book = tmp_path / f"{number}.db"
        done = adding(book, "--file", file, "--json")
        assert done.code == 3
        store = Store(SqliteFile(book))
        kept = rows(
            store,
            "SELECT c.id, c.company_name, c.primary_domain, c.agreement_accepted_at, "
            "b.postal_code, b.city, b.culture, p.organization_registration_number, a.way, "
            "a.date_agreed FROM customers AS c JOIN billing_profiles AS b ON b.customer_id = c.id "
            "JOIN company_profiles AS p ON p.customer_id = c.id "
            "JOIN agreements AS a ON a.customer_id = c.id ORDER BY c.id",
        )
        results.append((done.json, kept))
        assert not_whole(store) == []
    assert all(result == results[0] for result in results)
    assert len(results[0][1]) == 3


def test_the_json_is_as_promised(tmp_path: Path, book: Path) -> None:
    done = adding(book, "--file", as_json(tmp_path / "c.json", MANY), "--json")
    found = done.json
    assert [row["row"] for row in found] == [1, 2, 3, 4]
    assert [row["result"] for row in found] == ["added", "added", "refused", "added"]
    assert [row["verdict"] for row in found] == ["allowed", "allowed", "refused", "allowed"]
    assert [row["id"] for row in found] == [1, 2, None, 3]
    for row in found:
        assert list(row) == ["row", "verdict", "reasons", "result", "id"]
        assert row["verdict"] in set(Verdict)
    (reason,) = found[2]["reasons"]
    assert list(reason) == ["field", "code", "text", "source"]
    assert (reason["field"], reason["code"]) == ("postal_code", "postal-code.wrong-form")
    assert reason["text"]
    assert reason["source"]
    assert done.err.strip() == "3 added, 1 refused"


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, book: Path) -> None:
    file = as_json(tmp_path / "c.json", MANY)
    dry = adding(book, "--file", file, "--json", "--dry-run")
    assert dry.code == 3
    assert [row["result"] for row in dry.json] == ["would_add", "would_add", "refused", "would_add"]
    assert "Nothing was written" in dry.err
    store = Store(SqliteFile(book))
    assert rows(store, "SELECT count(*) FROM changes") == [(0,)]
    assert companies(book) == []
    wet = adding(book, "--file", file, "--json")
    assert [row["reasons"] for row in wet.json] == [row["reasons"] for row in dry.json]
    again = adding(book, "--file", file, "--json", "--dry-run")
    assert [row["result"] for row in again.json] == ["exists", "exists", "refused", "exists"]


def test_a_rerun_says_what_is_there_and_does_the_rest(tmp_path: Path, book: Path) -> None:
    file = as_json(tmp_path / "c.json", MANY)
    adding(book, "--file", file)
    mended = [
        row | ({"postal_code": "1100-053"} if row["company_name"] == "Wrong Code" else {})
        for row in MANY
    ]
    done = adding(book, "--file", as_json(file, mended), "--json")
    assert done.code == 0
    assert [row["result"] for row in done.json] == ["exists", "exists", "added", "exists"]
    assert [row["id"] for row in done.json] == [1, 2, 4, 3]
    assert done.err.strip() == "1 added, 3 in the book already"
    assert [
        reason for row in done.json for reason in row["reasons"] if row["result"] == "exists"
    ] == []


@pytest.mark.parametrize("dry", [True, False])
def test_a_domain_twice_in_one_file(tmp_path: Path, book: Path, dry: bool) -> None:
    same = PORTUGAL | {"company_name": "OLIVEIRA & filhos lda"}
    other = PORTUGAL | {"company_name": "Somebody Else", "registration_number": ""}
    file = as_json(tmp_path / "c.json", [PORTUGAL, same, other])
    done = adding(book, "--file", file, "--json", *(["--dry-run"] if dry else []))
    assert done.code == 3
    first = "would_add" if dry else "added"
    assert [row["result"] for row in done.json] == [first, "exists", "refused"]
    assert {reason["field"] for reason in done.json[2]["reasons"]} >= {"domain_prefix"}
    assert len(companies(book)) == (0 if dry else 1)


def test_a_customer_of_somebody_else_with_the_domain_is_refused(tmp_path: Path, book: Path) -> None:
    adding(book, *flags(PORTUGAL))
    file = as_json(tmp_path / "c.json", [PORTUGAL | {"company_name": "Somebody Else"}])
    (row,) = adding(book, "--file", file, "--json").json
    assert (row["result"], row["id"]) == ("refused", None)
    assert "domain.in-book" in [reason["code"] for reason in row["reasons"]]


@pytest.mark.parametrize("name", ["compny_name", "Postal Code", "post_code", "shoe_size", "", "id"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_field_that_there_is_not_is_named_with_the_nearest(
    tmp_path: Path, book: Path, kind: str, name: str
) -> None:
    file = tmp_path / f"c.{kind}"
    if kind == "csv":
        file.write_text(f"company_name,{name}\nOliveira,x\n")
    elif kind == "json":
        as_json(file, [{"company_name": "Oliveira", name: "x"}])
    else:
        with xlsxwriter.Workbook(file) as workbook:
            sheet = workbook.add_worksheet()
            sheet.write_row(0, 0, ["company_name", name])
            sheet.write_row(1, 0, ["Oliveira", "x"])
    done = adding(book, "--file", file)
    if not name and kind != "json":  # a column without a heading but with a value
        assert done.code == 3
        return
    assert done.code == 1
    assert str(file) in done.err
    assert name in done.err
    near = difflib.get_close_matches(name.lower(), CONTRACT, n=1)
    assert (near[0] if near else "agreement_date") in done.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", ""),
        ("empty.json", b"", "is not valid JSON"),
        ("empty.xlsx", b"", ""),
        ("damaged.xlsx", b"PK\x03\x04 no workbook", ""),
        ("damaged.json", b'[{"company_name": "x"', "is not valid JSON"),
        ("deep.json", b"[" * 100_000, "is not valid JSON"),
        ("no-list.json", b'{"company_name": "x"}', "holds no list"),
        ("text.json", b'"x"', "holds no list"),
        ("bytes.json", b'[{"company_name": "\xff\xfe"}]', "is not valid JSON"),
        ("twice.csv", b"city,City\na,b\n", "two columns called city"),
    ],
)
def test_a_damaged_file_is_said(
    tmp_path: Path, book: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    done = adding(book, "--file", file)
    assert done.code == 1
    assert name in done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_a_file_without_rows_adds_nothing(tmp_path: Path, book: Path) -> None:
    for file in (as_csv(tmp_path / "c.csv", []), as_json(tmp_path / "c.json", [])):
        done = adding(book, "--file", file, "--json")
        assert (done.code, done.json, done.err) == (0, [], "No rows.\n")


def test_values_of_json_that_are_no_texts(tmp_path: Path, book: Path) -> None:
    german = GERMANY | {"postal_code": 10115, "state": None, "address_line2": None}
    given = [
        german,
        GERMANY | {"domain_prefix": "two", "city": ["Berlin"]},
        GERMANY | {"domain_prefix": "three", "city": {"name": "Berlin"}},
        GERMANY | {"domain_prefix": "four", "city": True},
        "no object",
        None,
        {},
    ]
    done = adding(book, "--file", as_json(tmp_path / "c.json", given), "--json")
    assert done.code == 3
    assert [row["result"] for row in done.json] == ["added", *["refused"] * 6]
    codes = [[reason["code"] for reason in row["reasons"]] for row in done.json]
    assert codes[1:4] == [["row.no-text"]] * 3
    assert codes[4:6] == [["row.no-object"]] * 2
    assert "company-name.required" in codes[6]
    assert [row["reasons"][0]["field"] for row in done.json[1:4]] == ["city"] * 3


def test_a_field_twice_in_an_object_is_refused(tmp_path: Path, book: Path) -> None:
    file = tmp_path / "c.json"
    file.write_text('[{"city": "Porto", "CITY": "Braga"}, {"city": "Porto", "city": "Braga"}]')
    done = adding(book, "--file", file, "--json")
    assert [[reason["code"] for reason in row["reasons"]] for row in done.json] == [
        ["row.twice"],
        ["row.twice"],
    ]


def test_hostile_texts_in_a_file(tmp_path: Path, book: Path) -> None:
    texts = ["=cmd()", "[red]x", "\x1b[31m", "x" * 10_000, "\ud800", "שלום", "\u202ex", "a\x00b"]
    given = [
        PORTUGAL | {"company_name": text, "domain_prefix": f"c{number}", "registration_number": ""}
        for number, text in enumerate(texts)
    ]
    done = adding(book, "--file", as_json(tmp_path / "c.json", given), "--json")
    assert [row["result"] for row in done.json] == [
        "added", "added", "refused", "refused", "refused", "added", "refused", "refused",
    ]  # fmt: skip
    assert companies(book) == ["=cmd()", "[red]x", "שלום"]
    assert "␛[31m" in done.json[2]["reasons"][0]["text"]
    for field in CONTRACT:
        wrong = [
            PORTUGAL | ATTESTED | {"domain_prefix": f"other{number}", field: text}
            for number, text in enumerate(texts)
        ]
        done = adding(book, "--file", as_json(tmp_path / "c.json", wrong), "--dry-run")
        assert done.code == (0 if field == "state" else 3)  # Portugal has no states
        assert all(line.isprintable() for line in done.lines)
    assert len(companies(book)) == 3


def test_a_spreadsheet_row_with_more_cells_than_names_is_refused(
    tmp_path: Path, book: Path
) -> None:
    file = tmp_path / "c.csv"
    file.write_text("company_name,city\nOliveira,Lisboa,surplus\n")
    done = adding(book, "--file", file, "--json")
    assert [reason["code"] for reason in done.json[0]["reasons"]] == ["row.too-long"]


def test_killed_in_the_middle_of_a_file_a_rerun_does_the_rest(tmp_path: Path, book: Path) -> None:
    count = 300
    given = [
        PORTUGAL | {"company_name": f"Company {number} of many", "domain_prefix": f"c{number}",
                    "registration_number": "", "address_line1": f"Rua Augusta {number}"}
        for number in range(count)
    ]  # fmt: skip
    file = as_json(tmp_path / "c.json", given)
    command = [*COMMAND, "customers", "add", "--database", str(book), "--file", str(file), "--json"]
    for rows_before_the_kill in (3, 90):
        with subprocess.Popen(
            command, cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            for _line in range(rows_before_the_kill):
                process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert not_whole(Store(SqliteFile(book))) == []
    there = len(companies(book))
    assert 80 <= there < count
    done = adding(book, "--file", file, "--json")
    assert done.code == 0
    results = [row["result"] for row in done.json]
    assert results == ["exists"] * there + ["added"] * (count - there)
    assert sorted(companies(book)) == sorted(row["company_name"] for row in given)
    assert not_whole(Store(SqliteFile(book))) == []


# The account


def test_the_accounts_are_listed_and_one_is_edited(book: Path) -> None:
    where = ("--database", book)
    listed = run("accounts", "list", *where)
    assert listed.lines == [
        "global: kept by hand · direct bill · market not said",
        "us-gov: kept by hand · direct bill · market not said",
        "germany: kept by hand · direct bill · market not said",
    ]
    done = run("accounts", "edit", *where, "--cloud", "us-gov", "--name", "Fabrikam Federal",
               "--market", "United States", "--kind", "indirect-provider", "--mpn-id", "1234567",
               "--tenant-id", "{1F6B7B0E-52D1-4A0C-8D5D-3C6F0F8C2A11}")  # fmt: skip
    assert (done.code, done.err) == (0, "Done.\n")
    assert "Fabrikam Federal" in done.out
    (account,) = run("accounts", "list", *where, "--cloud", "us-gov", "--json").json
    assert account | {"id": 0} == {
        "id": 0, "cloud": "us-gov", "name": "Fabrikam Federal", "market": "US",
        "tenant_id": "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11", "mpn_id": "1234567",
        "kind": "indirect_provider", "connected": False, "synced_at": None,
        "invitation_link": "", "combined_invitation_link": "", "client_id": "",
        "sign_in_way": "device", "signed_in_as": "", "mfa": None, "expires_at": None,
    }  # fmt: skip
    assert [row["name"] for row in run("accounts", "list", *where, "--json").json] == [
        "",
        "Fabrikam Federal",
        "",
    ]
    again = run("accounts", "edit", *where, "--cloud", "us-gov", "--market", "US")
    assert (again.code, again.err) == (0, "There is nothing to change.\n")
    history = rows(Store(SqliteFile(book)), "SELECT kind, subject FROM changes")
    assert history == [("account", "kept by hand")]


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("--market", "UK", "the code of United Kingdom is GB"),
        ("--market", "Narnia", "is no country"),
        ("--kind", "friend", "direct_bill, indirect_provider, indirect_reseller"),
        ("--mpn-id", "12a", "is no MPN ID"),
        ("--tenant-id", "me", "is no GUID"),
        ("--name", "x" * 300, "at most 256"),
        ("--name", "\x1b[31m", "printed"),
    ],
)
def test_a_wrong_account_is_refused(book: Path, flag: str, text: str, said: str) -> None:
    done = run("accounts", "edit", "--database", book, flag, text)
    assert done.code == 3
    assert said in done.out
    assert all(line.isprintable() for line in done.lines)
    assert rows(Store(SqliteFile(book)), "SELECT count(*) FROM changes") == [(0,)]


def test_an_edit_of_the_account_needs_something_and_can_be_tried(book: Path) -> None:
    assert run("accounts", "edit", "--database", book).code == 2
    done = run("accounts", "edit", "--database", book, "--market", "PT", "--dry-run", "--json")
    assert done.code == 0
    assert done.json["steps"][0]["after"] == {"market": "PT"}
    (first, *_others) = run("accounts", "list", "--database", book, "--json").json
    assert first["market"] == ""
    assert run("accounts", "edit", "--database", book, "--market", "PT", "--cloud", "all").code == 2


def test_the_market_of_the_account_decides_what_is_warned_of(book: Path) -> None:
    run("accounts", "edit", "--database", book, "--market", "PT")
    (row,) = adding(book, *flags(AMERICA), "--json").json
    assert (row["verdict"], row["result"]) == ("warnings", "added")
    assert [reason["code"] for reason in row["reasons"]] == ["country.other-region"]


def test_flags_and_the_form_come_to_the_same(book: Path, tmp_path: Path) -> None:
    adding(book, *flags(PORTUGAL | ATTESTED))
    other = Store(SqliteFile(tmp_path / "other.db"))
    other.open(["global"])
    add(other, **ATTESTED)
    query = "SELECT * FROM billing_profiles"
    assert rows(Store(SqliteFile(book)), query) == rows(other, query)
