"""`partnerdesk relationships end|partners`: endings, partners, and hostile arguments."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import run, spawn
from tests.support.relations import LINK
from tests.support.relationship_books import book_of, changes, read, relationships, whole

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of(tmp_path)


# Ending

ENDING = ("end", "--customer", "müller.example", "--reason", "sold to others")


def test_an_ending_is_planned_without_being_confirmed(book: Path) -> None:
    done = relationships(book, *ENDING, "--dry-run")
    assert (done.code, done.err) == (0, "Nothing was written: this was a dry run.\n")
    assert done.lines[0] == "End a relationship"
    assert "What will be lost" in done.lines
    assert "Subject: The reseller relationship with 007 Leading Zero has ended" in done.lines
    found = relationships(book, *ENDING, "--dry-run", "--json").json
    assert (found["result"], found["ended_at"], found["letter"]["link"]) == (
        "would_end",
        None,
        None,
    )
    assert [point["name"] for point in found["plan"]["checklist"]] == [
        "reservations", "software", "subscriptions", "relationship",
    ]  # fmt: skip
    assert len(found["plan"]["losses"]) == 4
    assert changes(book) == []


@pytest.mark.parametrize(
    "typed", ["", "müller", "mueller.example", "müller.example.com", "x\udcff"]
)
def test_without_the_domain_nothing_is_ended(book: Path, typed: str) -> None:
    done = relationships(book, *ENDING, "--confirm", typed)
    assert (done.code, done.out) == (2, "")
    assert "--confirm müller.example" in done.err
    assert changes(book) == []


@pytest.mark.parametrize(
    "typed", ["müller.example", "MÜLLER.example.", " xn--mller-kva.example", "mu\u0308ller.example"]
)
def test_with_the_domain_in_any_form_it_is_ended(book: Path, typed: str) -> None:
    done = relationships(book, *ENDING, "--confirm", typed, "--json")
    found = done.json
    assert (done.code, found["result"], found["change_id"]) == (0, "ended", 1)
    assert (found["company_name"], found["reason"]) == ("007 Leading Zero", "sold to others")
    assert found["ended_at"].endswith("Z")
    (one,) = relationships(book, "list", "--tab", "ended", "--json").json
    assert (one["id"], one["reason"], one["ended_by"], one["relationship_to_partner"]) == (
        4, "sold to others", "tester", "reseller",
    )  # fmt: skip
    again = relationships(book, *ENDING, "--confirm", typed)
    assert again.code == 3
    assert "ended already" in again.out
    assert whole(book)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--subscriptions", "active"), "Something is still active"),
        (("--software", "2999-03-31"), "The earliest day is 2999-03-31."),
        (("--reservations", "perhaps"), "neither none, active nor a day"),
    ],
)
def test_what_stands_in_the_way_refuses_it(book: Path, words: tuple[str, ...], said: str) -> None:
    done = relationships(book, *ENDING, *words, "--confirm", "müller.example")
    assert done.code == 3
    assert said in done.out
    assert "Subject:" not in done.out
    refused = relationships(book, *ENDING, *words, "--confirm", "müller.example", "--json")
    assert (refused.json["result"], refused.json["letter"]) == ("refused", None)
    assert said in refused.err
    assert changes(book) == []
    settled = ("--reservations", "none", "--software", "NONE", "--subscriptions", "2020-01-01")
    done = relationships(book, *ENDING, *settled, "--dry-run", "--json")
    assert [point["known"] for point in done.json["plan"]["checklist"]][:3] == ["settled"] * 3


def test_the_notice_is_written_in_the_customers_language(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "notice.eml"
    words = ("end", "--customer", "aerzte.onmicrosoft.com", "--reason", "x", "--eml", file)
    file.write_text("precious")
    confirmed = ("--confirm", "aerzte.onmicrosoft.com")
    assert relationships(book, *words, *confirmed).code == 1
    assert (file.read_text(), changes(book)) == ("precious", [])
    file.unlink()
    done = relationships(book, *words, *confirmed)
    assert done.code == 0
    assert "Guten Tag Ulla Ärzte" in done.out
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert letter["To"].addresses[0].addr_spec == "ulla@aerzte.example"
    nowhere = relationships(book, *ENDING, "--confirm", "müller.example", "--eml",
                            tmp_path / "none.eml")  # fmt: skip
    assert (nowhere.code, nowhere.out) == (3, "")
    assert "no e-mail address" in nowhere.err
    assert changes(book) == ["ended"]


def test_a_customer_who_is_not_there_or_in_two_clouds(book: Path) -> None:
    rest = ("--reason", "x", "--confirm", "x.example")
    assert relationships(book, "end", "--customer", "nobody.example", *rest).code == 4
    several = relationships(book, "end", "--customer", "shared.onmicrosoft.com", *rest)
    assert (several.code, several.out) == (2, "")
    one = relationships(book, "end", "--customer", "shared.onmicrosoft.com", "--cloud", "germany",
                        "--reason", "x", "--dry-run", "--json")  # fmt: skip
    assert one.json["company_name"] == "Zebra Deutschland"
    assert one.json["plan"]["reasons"][0]["code"] == "end.no-call"


# Partners


def test_partners_are_added_listed_edited_and_ended(book: Path) -> None:
    words = (
        "--name", "Nova", "--mpn-id", "4711", "--location", "Germany", "--kind", "reseller",
        "--agreement-signed", "no", "--tenant-id", "{1F6B7B0E-52D1-4A0C-8D5D-3C6F0F8C2A11}",
    )  # fmt: skip
    dry = relationships(book, "partners", "add", *words, "--dry-run", "--json")
    assert (dry.code, dry.json["result"], dry.json["id"]) == (0, "would_add", None)
    added = relationships(book, "partners", "add", *words, "--json").json
    assert {name: added[name] for name in ("id", "name", "mpn_id", "location", "state", "cloud",
                                           "agreement_signed", "relationship_type",
                                           "microsoft_id", "result")} == {
        "id": 1, "name": "Nova", "mpn_id": "4711", "location": "DE", "state": "active",
        "cloud": "global", "agreement_signed": False, "result": "added",
        "relationship_type": "is_indirect_reseller_of",
        "microsoft_id": "1f6b7b0e-52d1-4a0c-8d5d-3c6f0f8c2a11",
    }  # fmt: skip
    assert relationships(book, "partners", "add", "--name", "Nova").code == 3
    edited = relationships(book, "partners", "edit", "1", "--agreement-signed", "yes", "--json")
    assert (edited.json["result"], edited.json["agreement_signed"]) == ("changed", True)
    assert (edited.json["mpn_id"], edited.json["location"]) == ("4711", "DE")
    again = relationships(book, "partners", "edit", "1", "--agreement-signed", "yes", "--json")
    assert (again.code, again.json["result"]) == (0, "nothing")
    (one,) = relationships(book, "partners", "list", "--json").json
    assert (one["agreement_signed"], one["customers"], one["mpn_id"]) == (True, 0, "4711")
    relationships(book, "partners", "edit", "1", "--agreement-signed", "")
    (one,) = relationships(book, "list", "--tab", "partners", "--json").json
    assert one["agreement_signed"] is None
    ended = relationships(book, "partners", "end", "1")
    assert ended.code == 0
    assert "customers and their delegated admin stay" in ended.out
    twice = relationships(book, "partners", "end", "1", "--json")
    assert (twice.code, twice.json["result"], twice.json["state"]) == (3, "refused", "ended")
    assert changes(book) == ["partner"] * 4


@pytest.mark.parametrize(("cloud", "code"), [("global", 0), ("us-gov", 3), ("germany", 3)])
def test_a_cloud_without_the_model_says_why(book: Path, cloud: str, code: int) -> None:
    done = relationships(book, "partners", "add", "--name", "Nova", "--cloud", cloud)
    assert done.code == code
    assert ("indirect providers and resellers" in done.out) is bool(code)


@pytest.mark.parametrize(
    ("flag", "text", "said"),
    [
        ("--mpn-id", "12a", "is no MPN ID"), ("--location", "Narnia", "is no country"),
        ("--kind", "friend", "neither reseller nor provider"),
        ("--agreement-signed", "maybe", "yes or no"), ("--tenant-id", "me", "is no GUID"),
        ("--name", "x" * 300, "At most 256"), ("--name", "\x1b[31m", "to be seen"),
    ],
)  # fmt: skip
def test_a_wrong_partner_is_refused(book: Path, flag: str, text: str, said: str) -> None:
    name = () if flag == "--name" else ("--name", "Nova")
    done = relationships(book, "partners", "add", *name, flag, text)
    assert done.code == 3
    assert said in done.out
    assert all(line.isprintable() for line in done.lines)
    assert changes(book) == []


@pytest.mark.parametrize("command", ["edit", "end"])
def test_a_partner_who_is_not_there(book: Path, command: str) -> None:
    flags = ("--name", "x") if command == "edit" else ()
    assert relationships(book, "partners", command, "9", *flags).code == 4
    relationships(book, "partners", "add", "--name", "Nova")
    other = relationships(book, "partners", command, "1", *flags, "--cloud", "germany")
    assert (other.code, other.out) == (4, "")


# Hostile arguments


def test_a_hostile_customer_is_shown_safely(book: Path) -> None:
    ended = relationships(book, "end", "--customer", "red.onmicrosoft.com", "--reason", "x",
                          "--confirm", "red.onmicrosoft.com")  # fmt: skip
    assert ended.code == 0
    listed = relationships(book, "list", "--tab", "ended")
    refused = relationships(
        book, "invite", "--customer", "red.onmicrosoft.com", "--link", LINK,
        "--email", "a@b.example",
    )  # fmt: skip
    assert refused.code == 3
    for done in (ended, listed, refused):
        assert all(line.isprintable() for line in done.lines)
        assert "Red" in done.out
    assert "\x1b" not in relationships(book, "list", "--tab", "ended", "--json").out


HALF = "a\udcffb"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("invite", "--company", HALF, "--email", "a@b.example", "--link", LINK), 3),
        (("invite", "--company", "X", "--email", HALF, "--in-portal"), 3),
        (("invite", "--company", "X", "--tenant-id", HALF, "--in-portal"), 3),
        (("invite", "--company", "X", "--domain", HALF, "--in-portal"), 3),
        (("invite", "--company", "X", "--contact", HALF, "--in-portal"), 3),
        (("invite", "--company", "X", "--provider", HALF, "--kind", "combined", "--in-portal"), 3),
        (("invite", "--company", "X", "--email", "a@b.example", "--link", HALF), 3),
        (("invite", "--customer", HALF), 4),
        (("list", "--filter", HALF), 2),
        (("end", "--customer", "müller.example", "--reason", HALF, "--confirm",
          "müller.example"), 0),
        (("end", "--customer", "müller.example", "--reason", "x", "--software", HALF,
          "--dry-run"), 3),
        (("partners", "add", "--name", HALF), 3),
        (("partners", "add", "--name", "X", "--location", HALF, "--tenant-id", HALF), 3),
        (("reseller", "--filter", "zebra", "--partner", HALF), 3),
        (("extend", "--filter", HALF, "--by", "P180D"), 2),
        (("extend", "--filter", "x", "--by", HALF), 2),
        (("delegated-admin", "add", "--customer", HALF, "--name", HALF, "--roles", HALF), 3),
        (("delegated-admin", "add", "--customer", "müller.example", "--name", "X", "--end",
          "2030-01-01", "--id", HALF, "--status", HALF, "--auto-extend", HALF), 3),
    ],
)  # fmt: skip
def test_half_a_character_does_no_harm(book: Path, words: tuple[str, ...], code: int) -> None:
    done = run("relationships", *words, "--database", book)
    assert done.code == code, done.err
    assert "nobody expected" not in done.err


def test_half_a_character_as_the_shell_gives_it(book: Path) -> None:
    relationships(book, "invite", "--company", "X", "--email", "a@b.example", "--link", LINK)
    done = spawn("relationships", "decline", "1", "--why", HALF, "--database", book)
    assert done.code == 0
    assert read(book, "SELECT why FROM changes ORDER BY id DESC LIMIT 1") == ["ab"]
