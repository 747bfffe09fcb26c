"""`partnerdesk customers edit|tag|note` for one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.database.store import Store
from partnerdesk.models.settings.database_url import SqliteFile
from tests.commands.test_customers_add import flags
from tests.support.commands import Result, run, small_book
from tests.support.forms import GERMANY
from tests.support.statements import rows
from tests.support.statements import run as execute

if TYPE_CHECKING:
    from pathlib import Path

NEW = "oliveira.onmicrosoft.com"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a small book with one more customer, whose profiles are complete."""
    file = small_book(tmp_path / "book.db")
    added = run("customers", "add", "--database", file, *flags(GERMANY))
    assert added.code == 0, added.out
    return file


def customers(book: Path, *words: str) -> Result:
    return run("customers", *words, "--database", book)


def kinds(book: Path) -> list[str]:
    """Return the kinds of all changes except the first, which added the customer."""
    found = rows(Store(SqliteFile(book)), "SELECT kind FROM changes ORDER BY id")
    return [row[0] for row in found][1:]


def shown(book: Path, who: str = NEW) -> Any:
    return customers(book, "show", who, "--json").json


# Agreement


def test_the_list_says_who_accepted_the_agreement_and_how(book: Path) -> None:
    execute(Store(SqliteFile(book)), "UPDATE customers SET agreement_accepted_at = 1",
            "DELETE FROM agreements",
            "INSERT INTO agreements (customer_id, way, first_name, last_name, email, phone_number, "
            "date_agreed) SELECT id, 'attested', 'Ana', 'Lima', 'ana@x.example', '', 1 "
            "FROM customers WHERE primary_domain = 'oliveira.onmicrosoft.com'")  # fmt: skip
    (one,) = run("agreements", "list", "--filter", "signed:attested", "--json",
                 "--database", book).json  # fmt: skip
    assert (one["agreement_way"], one["agreement_accepted_by"]) == (
        "attested",
        "Ana Lima ana@x.example",
    )
    assert one["primary_domain"] == NEW
    table = run("agreements", "list", "--database", book).out
    assert "attested by us" in table
    assert "Accepted by" in table


# Own name


def test_an_own_name_is_given_found_exported_and_read_again(book: Path) -> None:
    dry = customers(book, "own-name", NEW, "--text", "The bakery", "--dry-run", "--json").json
    assert (dry["result"], dry["alias"]) == ("would_change", "")
    done = customers(book, "own-name", NEW, "--text", "The bakery", "--json")
    assert (done.code, done.json["alias"]) == (0, "The bakery")
    assert done.json["other_names"]["alias"] == "The bakery"
    (row,) = customers(book, "list", "--filter", "bakery", "--json").json
    assert (row["primary_domain"], row["alias"]) == (NEW, "The bakery")
    file = book.with_name("ours.csv")
    columns = "id,company,domain,alias"
    assert customers(book, "export", str(file), "--columns", columns).code == 0
    assert customers(book, "import", str(file), "--json").json["changed"] == 0
    text = file.read_text("utf-8-sig").replace("The bakery", "The old bakery")
    file.write_text(text, encoding="utf-8")
    assert customers(book, "import", str(file), "--json").json["changed"] == 1
    assert shown(book)["alias"] == "The old bakery"
    assert len(customers(book, "list", "--filter", "old", "--json").json) == 1
    imported = rows(Store(SqliteFile(book)), "SELECT max(id) FROM changes WHERE kind = 'imported' "
                                             "AND coalesce(part_of, 0) = 0")[0][0]  # fmt: skip
    assert run("changes", "undo", str(imported), "--database", book).code == 0
    assert shown(book)["alias"] == "The bakery"
    assert customers(book, "own-name", NEW, "--text", "").code == 0
    assert shown(book)["alias"] == ""
    assert customers(book, "own-name", NEW, "--text", "x" * 101).code == 3


# Edit


def test_only_the_fields_that_are_given_are_changed(book: Path) -> None:
    before = shown(book)["billing_profile"]
    assert before.pop("address") == ["Rua Augusta 24", "10115 Berlin", "Germany"]
    done = customers(
        book, "edit", NEW, "--city", "Hamburg", "--postal-code", "20095", "--json", "--why", "moved"
    )
    assert (done.code, done.err) == (0, "Done.\n")
    assert (done.json["result"], done.json["change_id"]) == ("changed", 2)
    assert done.json["billing_profile"] == before | {
        "city": "Hamburg",
        "postal_code": "20095",
    }
    address = {"address": ["Rua Augusta 24", "20095 Hamburg", "Germany"]}
    assert shown(book)["billing_profile"] == done.json["billing_profile"] | address
    assert shown(book)["changes"][0]["why"] == "moved"
    again = customers(book, "edit", NEW, "--city", "Hamburg")
    assert (again.code, again.err) == (0, "There is nothing to change.\n")
    assert kinds(book) == ["updated"]


def test_what_came_from_elsewhere_is_not_written_as_the_form_would(book: Path) -> None:
    """Values that an import can write but the form cannot: they stay as they are."""
    store = Store(SqliteFile(book))
    execute(
        store,
        "UPDATE billing_profiles SET company_name = 'Oliveira Billing', state = 'Bayern', "
        "phone_number = '030 901820', language = '', culture = ''",
    )
    before = shown(book)["billing_profile"]
    done = customers(book, "edit", NEW, "--first-name", "Rita", "--json")
    assert done.code == 0, done.err
    assert shown(book)["billing_profile"] == before | {"first_name": "Rita"}


def test_only_of_fields_that_are_given_it_is_said_what_to_mind(book: Path) -> None:
    execute(Store(SqliteFile(book)), "UPDATE billing_profiles SET state = 'Bayern'")
    codes: list[list[str]] = []
    for words in (("--last-name", "X"), ("--last-name", "X", "--state", "Bayern")):
        done = customers(book, "edit", NEW, *words, "--dry-run", "--json")
        assert done.code == 0, done.err
        codes.append([reason["code"] for reason in done.json["reasons"]])
    assert codes == [[], ["state.not-used"]]


def test_an_edit_is_tried_and_undone(book: Path) -> None:
    dry = customers(book, "edit", NEW, "--company-name", "Oliveira AG", "--dry-run", "--json")
    assert (dry.code, dry.json["result"]) == (0, "would_change")
    assert dry.err == "Nothing was written: this was a dry run.\n"
    assert "company-name.list-only" in [reason["code"] for reason in dry.json["reasons"]]
    assert kinds(book) == []
    customers(book, "edit", NEW, "--company-name", "Oliveira AG")
    assert shown(book)["company_name"] == "Oliveira AG"
    assert run("changes", "undo", "2", "--database", book).code == 0
    assert shown(book)["company_name"] == GERMANY["company_name"]


def test_the_rules_of_the_form_refuse(book: Path) -> None:
    done = customers(book, "edit", NEW, "--postal-code", "1", "--json")
    assert (done.code, done.json["result"], done.json["plan"]["steps"]) == (3, "refused", [])
    assert "Refused: nothing was written." in done.err
    assert done.json["plan"]["take_back"] == {"possible": False, "text": "", "until": None}
    words = customers(book, "edit", NEW, "--postal-code", "1")
    assert (words.code, words.err) == (3, "Refused: nothing was written.\n")
    assert kinds(book) == []


# Tags


def test_tags_come_and_go(book: Path) -> None:
    who = "aerzte.onmicrosoft.com"
    done = customers(book, "tag", who, "--add", "VIP, new", "--remove", "Key Account", "--json")
    assert (done.code, done.json["result"]) == (0, "tagged")
    assert done.json["tags"] == shown(book, who)["tags"] == ["new", "vip"]
    again = customers(book, "tag", who, "--add", "NEW", "--remove", "nothing")
    assert (again.code, again.err) == (0, "There is nothing to change.\n")
    only = customers(book, "tag", who, "--set", "one,two")
    assert (only.code, only.err) == (0, "Done.\n")
    assert shown(book, who)["tags"] == ["one", "two"]
    dry = customers(book, "tag", who, "--set", "", "--dry-run")
    assert (dry.code, dry.err) == (0, "Nothing was written: this was a dry run.\n")
    assert shown(book, who)["tags"] == ["one", "two"]
    assert customers(book, "tag", who, "--set", "").code == 0
    assert shown(book, who)["tags"] == []
    assert kinds(book) == ["tagged"] * 3


# Notes


def test_a_note_is_written_changed_and_removed(book: Path) -> None:
    done = customers(book, "note", NEW, "--text", "Called today", "--json")
    assert (done.code, done.json["result"]) == (0, "noted")
    [note] = done.json["notes"]
    assert note["text"] == "Called today"
    changed = customers(book, "note", NEW, "--change", str(note["id"]), "--text", "Called twice")
    assert (changed.code, changed.err) == (0, "Done.\n")
    assert [one["text"] for one in shown(book)["notes"]] == ["Called twice"]
    dry = customers(book, "note", NEW, "--remove", str(note["id"]), "--dry-run", "--json")
    assert dry.json["result"] == "would_note"
    assert len(shown(book)["notes"]) == 1
    assert customers(book, "note", NEW, "--remove", str(note["id"])).code == 0
    assert shown(book)["notes"] == []
    assert kinds(book) == ["noted"] * 3


# Wrong use


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("edit", NEW), 2, "Say what to change"),
        (("edit", "nobody.example", "--city", "x"), 4, "nobody.example"),
        (("edit", "shared.onmicrosoft.com", "--city", "x"), 2, "Several customers"),
        (("tag", NEW), 2, "Say which tags"),
        (("tag", NEW, "--set", "a", "--add", "b"), 2, "leave out --add"),
        (("tag", NEW, "--add", "x" * 41), 2, "longer than 40"),
        (("tag", "nobody.example", "--add", "x"), 4, "nobody.example"),
        (("note", NEW), 2, "Say what the note says"),
        (("note", NEW, "--text", " "), 2, "Say what the note says"),
        (("note", NEW, "--text", "x" * 10_001), 2, "at most 10000"),
        (("note", NEW, "--change", "99", "--text", "x"), 4, "no note 99"),
        (("note", NEW, "--remove", "1", "--text", "x"), 2, "leave out --text"),
        (("note", NEW, "--remove", "1", "--change", "1"), 2, "not allowed with"),
        (("tag", NEW, "--add", "x", "--cloud", "germany"), 4, NEW),
    ],
)
def test_wrong_use_is_said(book: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = customers(book, *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert kinds(book) == []


def test_two_who_change_a_customer_at_once_do_not_overwrite_each_other(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partnerdesk.models.operations import carry_out as engine

    real = engine.carry_out

    def overtaken(*words: Any) -> Any:
        monkeypatch.setattr(engine, "carry_out", real)
        assert customers(book, "tag", NEW, "--add", "theirs").code == 0
        return real(*words)

    monkeypatch.setattr(engine, "carry_out", overtaken)
    done = customers(book, "tag", NEW, "--set", "mine")
    assert (done.code, done.out) == (5, "")
    assert shown(book)["tags"] == ["theirs"]


def test_a_hostile_customer_and_text_print_safely(book: Path) -> None:
    done = customers(book, "note", "red.onmicrosoft.com", "--text", "\x1b[2J\u202e")
    assert done.code == 0
    assert all(line.isprintable() for line in done.lines)
