"""`partnerdesk relationships`: lists, help, and the events of an invitation."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.customers.entities import Customer
from partnerdesk.models.relationships.entities import (
    DelegatedAdminRelationship,
    Invitation,
    PartnerLink,
    ResellerRelationship,
)
from partnerdesk.models.relationships.lists import TABS
from tests.support.books import NOW
from tests.support.commands import run
from tests.support.relations import LINK
from tests.support.relationship_books import book_of, changes, delegated, read, relationships, whole

if TYPE_CHECKING:
    from pathlib import Path


NEW = ("--company", "Neue Firma", "--email", "ulla@neue.example")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of(tmp_path)


def invited(book: Path, *words: str | Path) -> int:
    """Invite a company and return the number of the invitation."""
    done = relationships(book, "invite", *(words or NEW), "--link", LINK, "--json")
    assert done.code == 0, done.err
    return int(done.json["id"])


# Lists


@pytest.mark.parametrize(
    ("tab", "entities", "more"),
    [
        ("invitations", [Invitation], {"next_step", "cloud", "lapses_at"}),
        ("partners", [PartnerLink], {"customers", "cloud"}),
        (
            "delegated-admin",
            [DelegatedAdminRelationship, Customer],
            {"cloud", "customer_microsoft_id"},
        ),
        ("ended", [Customer, ResellerRelationship], {"cloud"}),
    ],
)
def test_the_columns_are_the_entities_fields_in_json(
    tab: str, entities: list[Any], more: set[str]
) -> None:
    known = {"account", *more}.union(*(entity.model_fields for entity in entities))
    names = [column.json_name for column in TABS[tab].columns]
    assert set(names) <= known
    assert len(names) == len(set(names))


def test_invitations_are_listed_with_their_number_first(book: Path) -> None:
    invited(book)
    listed = relationships(book, "list")
    assert (listed.code, listed.err) == (0, "1 invitation\n")
    assert listed.lines[0].split() == ["No.", "Company", "Status", "Next", "step", "Due", "Sent",
                                       "Cloud"]  # fmt: skip
    assert listed.lines[1].split()[:4] == ["1", "Neue", "Firma", "sent"]
    (one,) = relationships(book, "list", "--json").json
    assert (one["id"], one["state"], one["next_step"], one["how"], one["reminders"]) == (
        1, "sent", "answer", "printed", 0,
    )  # fmt: skip
    assert one["sent_at"] < one["next_at"]
    assert relationships(book, "list", "--lang", "ru").lines[0] != listed.lines[0]
    table = list(csv.DictReader(io.StringIO(relationships(book, "list", "--csv").out)))
    assert [(row["id"], row["company_name"]) for row in table] == [("1", "Neue Firma")]
    plain = relationships(book, "list", "--plain", "--columns", "number,state")
    assert plain.out == "1\tsent\n"


def test_rows_of_every_tab_are_chosen_and_sorted(book: Path) -> None:
    for name in ("Zeta", "Alpha"):
        invited(book, "--company", name, "--email", "a@x.example")
    relationships(book, "decline", "1")

    def names(*words: str) -> list[Any]:
        return [row["company_name"] for row in relationships(book, "list", "--json", *words).json]

    assert names("--sort", "company") == ["Alpha", "Zeta"]
    assert names("--sort", "company", "--reverse") == ["Zeta", "Alpha"]
    assert names() == ["Alpha", "Zeta"]  # sorted by due date, closed invitations last
    assert names("--filter", "state:declined") == ["Zeta"]
    assert names("--filter", "-state:declined") == ["Alpha"]
    assert names("--cloud", "germany") == []
    delegated(book, ["GDAP"], NOW)
    (one,) = relationships(book, "list", "--tab", "delegated-admin", "--json").json
    assert (one["display_name"], one["auto_extend_duration"], one["status"]) == (
        "GDAP",
        "P0D",
        "expired",
    )
    assert relationships(book, "delegated-admin", "list", "--json").json == [one]
    assert relationships(book, "list", "--tab", "delegated-admin", "--filter", "gdap",
                         "--sort", "name").code == 0  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "--tab", "friends"), "invalid choice"),
        (("list", "--sort", "mpn"), "Sort by one of: company, due, sent."),
        (("list", "--tab", "partners", "--columns", "email"), "Columns: name, mpn"),
        (("list", "--filter", "roles:x"), "no field roles"),
        (("list", "--json", "--csv"), "not allowed with"),
        (("partners", "list", "--sort", "due"), "Sort by one of: name, mpn."),
        (("invite",), "Say whom to invite."),
        (("invite", *NEW, "--kind", "friend"), "invalid choice"),
        (("invite", *NEW, "--language", "fr"), "invalid choice"),
        (("invite", *NEW, "--draft", "--send"), "not allowed with"),
        (("invite", *NEW, "--in-portal", "--eml", "x.eml"), "not allowed with"),
        (("invite", *NEW, "--delegated-admin", "--no-delegated-admin"), "not allowed with"),
        (("invite", *NEW, "--cloud", "all"), "--cloud global"),
        (("remind", "x"), "invalid int value"),
        (("sent", "1", "--how", "smtp"), "invalid choice"),
        (("letter", "1", "--send", "--not-sent"), "Leave out --not-sent."),
        (("end", "--customer", "aerzte.onmicrosoft.com"), "--reason"),
        (("partners", "add"), "Say something of the partner."),
        (("partners", "add", "--name", "Nova", "--cloud", "all"), "--cloud global"),
    ],
)
def test_wrong_use_says_what_is_right(book: Path, words: tuple[str, ...], said: str) -> None:
    done = relationships(book, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert changes(book) == []


@pytest.mark.parametrize(
    "words",
    [
        *(("list",), ("show",), ("invite",), ("letter",), ("remind",), ("accept",), ("decline",)),
        *(("sent",), ("withdraw",), ("end",), ("extend",), ("reseller",), ("go-on",), ("send",)),
        *(("partners", part) for part in ("list", "add", "edit", "end")),
        *(("delegated-admin", part) for part in ("list", "add", "request", "approve", "terminate")),
    ],
    ids=" ".join,
)
def test_every_command_helps(words: tuple[str, ...]) -> None:
    helped = run("relationships", *words, "--help")
    assert helped.code == 0
    assert f"partnerdesk relationships {' '.join(words)}" in helped.out
    assert "--json" in helped.out


# What becomes of an invitation


def test_a_reminder_has_the_same_link_and_is_counted(book: Path) -> None:
    id = str(invited(book))
    dry = relationships(book, "remind", id, "--dry-run", "--json")
    assert (dry.code, dry.json["result"], dry.json["state"]) == (0, "would_remind", "sent")
    done = relationships(book, "remind", id)
    assert (done.code, done.err) == (0, "Invitation 1 is reminded.\n")
    assert {"state: reminded", "reminders: 1"} <= set(done.lines)
    assert LINK in done.out
    again = relationships(book, "remind", id, "--json", "--why", "no answer")
    assert (again.json["result"], again.json["reminders"]) == ("reminded", 2)
    assert again.json["letter"]["body"] == again.json["body"]
    assert read(book, "SELECT why FROM changes ORDER BY id DESC LIMIT 1") == ["no answer"]


def test_a_letter_is_printed_and_written_without_being_recorded(book: Path, tmp_path: Path) -> None:
    assert relationships(book, "invite", *NEW, "--link", LINK, "--draft").code == 0
    file = tmp_path / "letter.eml"
    printed = relationships(book, "letter", "1", "--not-sent")
    assert printed.code == 0
    assert printed.out.startswith("To: ulla@neue.example\nSubject: Invitation")
    assert "partnerdesk relationships sent 1" in printed.err
    as_json = relationships(book, "letter", "1", "--not-sent", "--json", "--eml", file)
    assert (as_json.code, as_json.json["result"], as_json.json["state"]) == (0, "not_sent", "draft")
    assert (as_json.json["change_id"], as_json.json["letter"]["link"]) == (None, LINK)
    assert file.exists()
    dry = relationships(book, "letter", "1", "--not-sent", "--dry-run", "--json")
    assert dry.json["result"] == "would_send"
    early = relationships(book, "remind", "1", "--not-sent")
    assert early.code == 3
    assert changes(book) == ["invited"]


def test_what_went_out_is_recorded_by_a_command_of_its_own(book: Path) -> None:
    assert relationships(book, "invite", *NEW, "--link", LINK, "--draft").code == 0
    dry = relationships(book, "sent", "1", "--dry-run", "--json")
    assert (dry.json["result"], dry.json["state"]) == ("would_send", "draft")
    done = relationships(book, "sent", "1", "--how", "eml", "--why", "by hand", "--json")
    assert (done.code, done.json["result"], done.json["state"], done.json["how"]) == (
        0, "sent", "sent", "eml",
    )  # fmt: skip
    assert (done.json["reasons"], done.json["letter"]["link"]) == ([], LINK)
    assert read(book, "SELECT why FROM changes ORDER BY id DESC LIMIT 1") == ["by hand"]
    again = relationships(book, "sent", "1", "--json")
    assert (again.json["result"], again.json["how"], again.json["reminders"]) == (
        "reminded",
        "clipboard",
        1,
    )
    assert [(reason["code"], reason["refuses"]) for reason in again.json["reasons"]] == [
        ("invitation.just-out", False)
    ]
    relationships(book, "decline", "1")
    refused = relationships(book, "sent", "1", "--json")
    assert (refused.code, refused.json["result"], refused.json["letter"]) == (3, "refused", None)
    assert changes(book) == ["invited", "invitation", "invitation", "invitation"]


def test_every_letter_that_went_out_is_shown(book: Path) -> None:
    id = str(invited(book))
    nothing = relationships(book, "show", id, "--json").json["letters"]
    assert [(one["kind"], one["how"], one["change_id"]) for one in nothing] == [
        ("invitation", "printed", 2)
    ]
    relationships(book, "remind", id)
    one, two = relationships(book, "show", id, "--json").json["letters"]
    assert (one["reminder"], one["state"], two["kind"], two["reminder"]) == (0, None, "reminder", 1)
    assert one["at"] < two["at"]
    assert one["at"].endswith("Z")
    assert one["letter"] == nothing[0]["letter"]
    assert two["letter"]["body"] != one["letter"]["body"]
    shown = relationships(book, "show", id, "--letters")
    assert one["letter"]["body"].rstrip() in shown.out
    assert two["letter"]["body"].rstrip() in shown.out
    assert [line.split(": ")[0] for line in shown.lines if " · " in line] == [
        "First letter",
        "Reminder 1",
    ]
    relationships(book, "invite", "--company", "Two", "--email", "b@b.example", "--draft")
    draft = relationships(book, "show", "2", "--letters")
    assert (draft.code, draft.err) == (0, "No letter went out.\n")


@pytest.mark.parametrize(
    ("command", "result"),
    [("accept", "accepted"), ("decline", "declined"), ("withdraw", "withdrawn")],
)
def test_an_answer_is_recorded_once(book: Path, command: str, result: str) -> None:
    id = str(invited(book))
    dry = relationships(book, command, id, "--dry-run", "--json")
    assert (dry.code, dry.json["result"], dry.json["state"]) == (0, f"would_{command}", "sent")
    done = relationships(book, command, id, "--json")
    assert (done.code, done.json["result"], done.json["state"]) == (0, result, result)
    assert done.json["change_id"] == 3
    assert done.json["next_at"] is None
    words = relationships(book, "decline", id)
    assert words.code == 3
    assert result in words.out
    refused = relationships(book, "remind", id, "--json")
    assert (refused.code, refused.json["result"]) == (3, "refused")
    assert len(changes(book)) == 3
    assert whole(book)


def test_accepted_it_belongs_to_the_customer_who_is_named(book: Path) -> None:
    id = str(invited(book))
    nobody = relationships(book, "accept", id, "--customer", "strasse.onmicrosoft.de")
    assert nobody.code == 4  # the customer belongs to another account
    done = relationships(book, "accept", id, "--customer", "formula.onmicrosoft.com", "--json")
    assert (done.code, done.json["customer_id"]) == (0, 2)
    query = "SELECT relationship_to_partner FROM customers WHERE id = 2"
    assert read(book, query) == ["reseller"]
    assert read(book, "SELECT customer_id, invitation_id FROM reseller_relationships") == [(2, 1)]


@pytest.mark.parametrize(
    "command", ["show", "letter", "remind", "sent", "accept", "decline", "withdraw"]
)
@pytest.mark.parametrize("id", ["9", "0", "-1", "99999999999999999999"])
def test_an_invitation_that_is_not_there(book: Path, command: str, id: str) -> None:
    done = relationships(book, command, id)
    assert (done.code, done.out) == (4, "")
    assert f"no invitation {id}" in done.err


def test_an_invitation_of_another_cloud_is_not_found(book: Path) -> None:
    id = str(invited(book))
    for command in ("show", "remind", "decline"):
        done = relationships(book, command, id, "--cloud", "germany")
        assert (done.code, done.out) == (4, "")
        assert "another cloud" in done.err
    assert relationships(book, "show", id, "--cloud", "global").code == 0


def test_an_account_is_found_without_reading_the_customer_whole(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole_page(*_words: object) -> None:
        raise AssertionError("The whole customer was read.")

    monkeypatch.setattr("partnerdesk.models.customers.page.page_of", whole_page)
    who = ("--customer", "aerzte.onmicrosoft.com")
    assert relationships(book, "end", *who, "--reason", "x", "--dry-run").code == 0
    assert relationships(book, "invite", *who, "--email", "a@b.example", "--link", LINK).code == 0
    words = ("--name", "Zeta", "--end", "2030-01-01")
    assert relationships(book, "delegated-admin", "add", *who, *words).code == 0
