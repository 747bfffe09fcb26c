"""`partnerdesk relationships invite|letter`: record, letter, link and clouds."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.core.errors import ConflictError
from partnerdesk.models.database.store import Store
from partnerdesk.models.relationships.entities import Invitation
from partnerdesk.models.settings.database_url import SqliteFile
from tests.support.relations import LINK, WITHOUT
from tests.support.relationship_books import book_of, changes, read, relationships, whole

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.commands import Result

NEW = ("--company", "Neue Firma", "--email", "ulla@neue.example")
FIELDS = [
    *("id", "cloud", "account_id", "customer_id", "company_name", "contact", "email"),
    *("microsoft_id", "primary_domain", "kind", "delegated_admin", "provider", "language"),
    *("link", "subject", "body", "state", "how", "related_before", "created_at", "created_by"),
    *("sent_at", "sent_by", "reminders", "reminded_at", "next_at", "closed_at"),
]
"""The fields of an invitation in JSON; scripts rely on these names."""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return book_of(tmp_path)


def invite(book: Path, *words: str | Path) -> Result:
    return relationships(book, "invite", *words)


def test_without_a_link_the_letter_is_refused_with_what_to_do(book: Path) -> None:
    done = invite(book, *NEW)
    assert done.code == 3
    assert "needs your invitation link" in done.out
    assert "--link URL" in done.err
    as_json = invite(book, *NEW, "--json")
    assert (as_json.code, as_json.json["result"], as_json.json["letter"]) == (3, "refused", None)
    assert [reason["code"] for reason in as_json.json["reasons"]] == ["link.missing"]
    assert as_json.json["company_name"] == "Neue Firma"
    assert "needs your invitation link" in as_json.err
    assert changes(book) == []


def test_the_record_and_the_letter_are_printed_and_the_link_is_kept(book: Path) -> None:
    done = invite(book, *NEW, "--contact", "Ulla Neu", "--link", LINK)
    assert (done.code, done.err) == (0, "Invitation 1 is sent.\n")
    record, letter = done.out.split("\n\n", 1)
    assert {"id: 1", "company_name: Neue Firma", "state: sent", "how: printed"} <= set(
        record.splitlines()
    )
    assert letter.startswith("To: Ulla Neu <ulla@neue.example>\nSubject: Invitation")
    assert f"\n{LINK}\n" in letter
    assert read(book, "SELECT invitation_link FROM partner_accounts ORDER BY id") == [LINK, "", ""]
    again = invite(book, "--company", "Zweite Firma", "--email", "a@zwei.example")
    assert again.code == 0
    assert LINK in again.out
    assert changes(book) == ["invited", "invitation"] * 2
    assert whole(book)


def test_an_invitation_as_json(book: Path) -> None:
    done = invite(book, *NEW, "--link", LINK, "--json")
    found = done.json
    more = ["letter", "call", "letter_change_id", "plan", "reasons", "result", "change_id"]
    assert sorted(found) == sorted([*FIELDS, *more])
    assert list(found)[:3] == ["id", "cloud", "account_id"]
    assert (found["id"], found["cloud"], found["state"], found["result"]) == (
        1, "global", "sent", "sent",
    )  # fmt: skip
    assert (found["change_id"], found["letter_change_id"], found["call"]) == (1, 2, None)
    letter = found["letter"]
    assert (letter["to"], letter["link"], letter["body"]) == (
        "ulla@neue.example",
        LINK,
        found["body"],
    )
    assert found["plan"]["steps"][1]["after"] == {"invitation_link": LINK}
    shown = relationships(book, "show", "1", "--json").json
    assert {name: shown[name] for name in FIELDS} == {name: found[name] for name in FIELDS}
    assert shown["letter"]["subject"] == letter["subject"]
    dry = invite(book, *NEW, "--dry-run", "--json")
    assert (dry.code, dry.json["result"], dry.json["id"]) == (0, "would_invite", None)
    assert sorted(dry.json) == sorted(found)
    refused = invite(book, *NEW, "--json", "--link", "http://x.example")
    assert (refused.code, refused.json["result"]) == (3, "refused")
    assert sorted(refused.json) == sorted(found)
    codes = [reason["code"] for reason in refused.json["reasons"]]
    assert codes == ["link.not-https", "invitation.waiting"]


def test_a_dry_run_shows_the_letter_and_writes_nothing(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.eml"
    done = invite(book, *NEW, "--link", LINK, "--dry-run", "--eml", file)
    assert (done.code, done.err) == (0, "Nothing was written: this was a dry run.\n")
    assert done.lines[0] == "Invite a company"
    assert done.out.count(f"\n{LINK}\n") == 1
    assert not file.exists()
    assert changes(book) == []


def test_a_draft_goes_out_later(book: Path) -> None:
    done = invite(book, *NEW, "--link", LINK, "--draft")
    assert (done.code, done.err) == (0, "Invitation 1 is a draft.\n")
    assert "state: draft" in done.lines
    too_early = relationships(book, "remind", "1")
    assert too_early.code == 3
    assert "partnerdesk relationships letter 1" in too_early.out
    assert relationships(book, "letter", "1", "--dry-run", "--json").json["result"] == "would_send"
    out = relationships(book, "letter", "1", "--json")
    assert (out.code, out.json["result"], out.json["state"]) == (0, "sent", "sent")
    twice = relationships(book, "letter", "1", "--json")
    assert (twice.code, twice.json["result"], twice.json["letter"]) == (3, "refused", None)
    assert "partnerdesk relationships remind 1" in twice.err
    assert changes(book) == ["invited", "invitation"]


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("en", "Dear Ulla"), ("ru", "Здравствуйте"), ("de", "Guten Tag Ulla")],
)
def test_the_letter_in_every_language(book: Path, language: str, greeting: str) -> None:
    done = invite(book, *NEW, "--contact", "Ulla", "--link", LINK, "--language", language)
    assert done.code == 0
    assert greeting in done.out
    assert f"language: {language}" in done.lines


def test_a_customer_of_the_book_brings_name_address_language_and_account(book: Path) -> None:
    done = invite(book, "--customer", "strasse.onmicrosoft.de", "--link", LINK, "--json")
    found = done.json
    assert (found["cloud"], found["company_name"], found["email"], found["contact"]) == (
        "germany", "Straße KG", "ulla@aerzte.example", "Ulla Ärzte",
    )  # fmt: skip
    assert (found["language"], found["customer_id"], found["primary_domain"]) == (
        "de",
        6,
        "strasse.onmicrosoft.de",
    )
    other = invite(book, "--customer", "strasse.onmicrosoft.de", "--email", "b@b.example", "--json")
    assert other.json["email"] == "b@b.example"
    nobody = invite(book, "--customer", "strasse.onmicrosoft.de", "--cloud", "global")
    assert (nobody.code, nobody.out) == (4, "")
    several = invite(book, "--customer", "shared.onmicrosoft.com")
    assert several.code == 2
    assert "--cloud" in several.err


def test_a_combined_invitation_names_the_provider_and_keeps_its_own_link(book: Path) -> None:
    combined = ("--kind", "combined", "--provider", "Vega Distribution", "--link", LINK)
    refused = invite(book, *NEW, *combined, "--cloud", "germany", "--json")
    assert (refused.code, refused.json["reasons"][0]["field"]) == (3, "kind")
    done = invite(book, *NEW, *combined, "--json")
    assert (done.code, done.json["kind"], done.json["provider"]) == (
        0,
        "combined",
        "Vega Distribution",
    )
    assert "Vega Distribution" in done.json["letter"]["body"]
    query = "SELECT invitation_link, combined_invitation_link FROM partner_accounts WHERE id = 1"
    assert read(book, query) == [("", LINK)]


@pytest.mark.parametrize(
    ("cloud", "code", "said"),
    [("global", 0, ""), ("us-gov", 3, "US Government has no invitation call."),
     ("germany", 3, "invite without delegated admin")],
)  # fmt: skip
def test_each_cloud_invites_as_its_table_says(book: Path, cloud: str, code: int, said: str) -> None:
    without = invite(book, *NEW, "--link", LINK, "--no-delegated-admin", "--cloud", cloud, "--json")
    assert without.code == code
    assert said in " ".join(reason["text"] for reason in without.json["reasons"])
    if not code:
        assert (without.json["delegated_admin"], without.json["link"]) == (False, WITHOUT)
    with_it = invite(book, *NEW, "--link", LINK, "--cloud", cloud, "--json")
    assert with_it.code == (3 if cloud == "us-gov" else 0)


def test_one_made_in_the_portal_is_recorded_without_a_letter(book: Path) -> None:
    done = invite(book, "--company", "City of X", "--in-portal", "--cloud", "us-gov", "--json")
    assert (done.code, done.json["result"], done.json["letter"]) == (0, "recorded", None)
    assert (done.json["state"], done.json["how"], done.json["body"]) == ("sent", "portal", "")
    assert done.err == "Invitation 1 is recorded.\n"
    assert done.json["reasons"][0]["code"] == "invitation.cloud"
    assert relationships(book, "show", "1", "--json").json["letter"] is None
    reminded = relationships(book, "remind", "1", "--json")
    assert reminded.code == 3
    assert "made in the portal" in reminded.err
    assert relationships(book, "withdraw", "1").code == 0


def test_an_eml_file_is_a_letter_and_never_written_over_another(book: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.eml"
    done = invite(book, *NEW, "--link", LINK, "--eml", file, "--json")
    assert (done.code, done.json["how"]) == (0, "eml")
    assert str(file) in done.err
    read_back = message_from_bytes(file.read_bytes(), policy=default)
    assert read_back["To"].addresses[0].addr_spec == "ulla@neue.example"
    assert read_back.get_content().splitlines() == done.json["body"].splitlines()
    before = file.read_bytes()
    for words in (("invite", *NEW), ("remind", "1")):
        again = relationships(book, *words, "--eml", file)
        assert (again.code, again.out) == (1, "")
        assert "is there already" in again.err
        assert "--overwrite" not in again.err
    missing = invite(book, *NEW, "--eml", tmp_path / "no" / "folder.eml")
    assert missing.code == 1
    assert file.read_bytes() == before
    assert changes(book) == ["invited", "invitation"]


def test_a_file_stays_and_that_is_said_where_the_book_cannot_be_written(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from partnerdesk.models.operations import carry_out as engine

    assert invite(book, *NEW, "--link", LINK).code == 0
    real = engine.carry_out

    def overtaken(store: Store, *words: Any) -> Any:
        other = Store(SqliteFile(book))
        with other.writing() as session:
            session.get_one(Invitation, 1).reminders = 7
        return real(store, *words)

    monkeypatch.setattr(engine, "carry_out", overtaken)
    file = tmp_path / "reminder.eml"
    done = relationships(book, "remind", "1", "--eml", file)
    assert (done.code, done.out) == (ConflictError.exit_code, "")
    assert str(file) in done.err
    assert "all the same" in done.err
    assert file.exists()


def test_in_read_only_mode_nothing_is_written(book: Path) -> None:
    done = invite(book, *NEW, "--link", LINK, "--read-only")
    assert done.code == 3
    assert "Read-only" in done.out
    for words in (
        ("end", "--customer", "aerzte.onmicrosoft.com", "--reason", "x", "--confirm",
         "aerzte.onmicrosoft.com"),
        ("partners", "add", "--name", "Nova"),
        ("delegated-admin", "add", "--customer", "aerzte.onmicrosoft.com", "--name", "G", "--end",
         "2030-01-01"),
    ):  # fmt: skip
        assert relationships(book, *words, "--read-only").code == 3
    assert changes(book) == []
