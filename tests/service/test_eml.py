"""The `.eml` of a letter: what Python's own parser reads is what was written, for every letter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.core.errors import AppError, FileError, RefusedError, UsageError
from partnerdesk.models.letters.eml import eml_bytes, eml_name, message, write_eml
from partnerdesk.models.letters.letter import (
    LANGUAGE_TITLES,
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    check_letter,
    compose,
)
from partnerdesk.models.values.email import sender_parts

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438&msppId=0&DAP=true"
    "#/BillingAccounts/partner-invitation"
)
PARTIES = Parties("Contoso GmbH", "Zoë Müller", "zoe@contoso.com", "Vega", LINK, True, "Big")
LETTER = compose(LetterKind.INVITATION, LetterLanguage("en"), PARTIES)
HOSTILE = (
    'Müller, Söhne & Co. "X" (Berlin) <evil@x.example>',
    'A, "B" <b@b.example>, ' * 20,
    "شركة الاتصالات السعودية، الرياض " * 10,
    "ООО «Ромашка», Москва " * 15,
    "日本電信電話株式会社" * 20,
    "👩\u200d🚀, " * 40,
    "x" * 400,
    "=?utf-8?q?Bcc:=20a=40b.de?=",
    "=?utf-8?b?",
    ".",
    '"',
    "\\",
    "a\\",
    "Zoë  Müller",
    "@contoso.com",
    "Gruppe: a@b.de;",
)


def read_back(letter: Letter, sender: str = "") -> None:
    """Read a letter's file with Python's parser, and compare all of it."""
    data = eml_bytes(letter, sender, AT, "id-1")
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", data) is None
    assert max(map(len, data.split(b"\r\n"))) < 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?b\?\S*", data))
    read = message_from_bytes(data, policy=default)
    assert read.defects == []
    (to,) = read["To"].addresses
    # Between two encoded words this parser shows the seam as one more blank.
    seamless = re.compile(r"\s+")
    assert seamless.sub("", to.display_name) == seamless.sub("", letter.name)
    assert to.addr_spec == letter.email
    assert read["Subject"] == letter.subject.strip()
    wanted = ["To", "Subject", "Date", "Message-ID", "X-Unsent", "MIME-Version",
              "Content-Language", "Content-Type", "Content-Transfer-Encoding"]  # fmt: skip
    assert read.keys() == (["From", *wanted] if sender else wanted)
    assert read["Date"].datetime == AT
    assert read["Message-ID"] == "<id-1@partnerdesk.invalid>"
    assert read["X-Unsent"] == "1"
    body = read.get_content().replace("\r\n", "\n")
    assert body == letter.body.replace("\r\n", "\n").rstrip("\n") + "\n"
    if letter.kind.has_link:
        assert LINK in re.split(r'[\s<>"]', body)


@pytest.mark.parametrize("language", list(LANGUAGE_TITLES))
@pytest.mark.parametrize("kind", list(LetterKind))
def test_every_letter_is_read_back(kind: LetterKind, language: LetterLanguage) -> None:
    for admin in (True, False):
        read_back(compose(kind, language, replace(PARTIES, delegated_admin=admin)))
    read_back(compose(kind, language, PARTIES), "Вега, отдел продаж <letters@vega.com>")


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_one_recipient_and_one_sender(name: str) -> None:
    letter = compose(LetterKind.INVITATION, LetterLanguage("ru"), replace(PARTIES, contact=name))
    read_back(replace(letter, subject=name[:200]), "letters@vega.com")
    if not set(name) & set('<>"'):
        data = eml_bytes(letter, f"{name} <letters@vega.com>", AT, "1")
        (sender,) = message_from_bytes(data, policy=default)["From"].addresses
        assert sender.addr_spec == "letters@vega.com"
        assert "".join(sender.display_name.split()) == "".join(name.split())


TEXTS = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), max_size=300)


@given(TEXTS, TEXTS, st.text(max_size=400), st.sampled_from(LetterKind))
@example("\xa0", "\u3000", ".\n..\n=\n=20 \n" + "x" * 2000, LetterKind.NOTICE)
@example("a ", "a ", "From me\n\u2028\x85", LetterKind.NOTICE)
def test_whatever_passes_the_check_is_read_back(
    name: str, subject: str, said: str, kind: LetterKind
) -> None:
    link = LINK if kind.has_link else ""
    letter = Letter(
        kind, LetterLanguage("en"), name, "zoe@contoso.com", subject, f"{said}\n{link}\n", link
    )
    if check_letter(letter):
        with pytest.raises(RefusedError):
            eml_bytes(letter, "", AT, "id-1")
    else:
        read_back(letter)


def test_the_link_can_be_read_in_the_file_itself_where_it_is_plain() -> None:
    plain = compose(LetterKind.INVITATION, LetterLanguage("en"), replace(PARTIES, contact="Zoe"))
    assert f"\r\n{LINK}\r\n".encode() in eml_bytes(plain, "", AT, "1")


def test_the_message_that_is_sent_is_the_file_but_for_the_mark_of_a_draft() -> None:
    for language in LANGUAGE_TITLES:
        letter = compose(LetterKind.COMBINED, language, PARTIES)
        file = eml_bytes(letter, "V <letters@vega.com>", AT, "1")
        sent = message(letter, "V <letters@vega.com>", AT, "1")
        assert sent.as_bytes() == file.replace(b"X-Unsent: 1\r\n", b"")
        assert sent["To"].addresses[0].addr_spec == "zoe@contoso.com"


def test_the_id_of_a_message_is_one_whatever_it_is_made_from() -> None:
    for id in ("a b\r\nBcc: x", "<x@y>", "é", "", "x" * 500):
        read = message_from_bytes(eml_bytes(LETTER, "", AT, id), policy=default)
        assert re.fullmatch(r"<[A-Za-z0-9-]+@partnerdesk\.invalid>", read["Message-ID"])
        assert read["Bcc"] is None


@pytest.mark.parametrize(
    ("sender", "parts"),
    [
        ("a@vega.com", ("", "a@vega.com")),
        (" Vega <a@vega.com> ", ("Vega", "a@vega.com")),
        ('"Vega, \\"Inc\\"" <a@vega.com>', ('Vega, "Inc"', "a@vega.com")),
        ("<a@vega.com>", ("", "a@vega.com")),
        ("", None), ("Vega", None), ("Vega <a>", None), ("a@vega.com, b@vega.com", None),
        ("A <a@vega.com>, B <b@vega.com>", None), ("Ve\nBcc: x <a@vega.com>", None),
    ],
)  # fmt: skip
def test_a_sender_is_one_address_with_or_without_a_name(
    sender: str, parts: tuple[str, str] | None
) -> None:
    if parts:
        assert sender_parts(sender) == parts
    else:
        with pytest.raises(UsageError, match="cannot be the sender"):
            sender_parts(sender)


# The file


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Contoso GmbH & Co. KG", "invitation-contoso-gmbh-co-kg.eml"),
        ("../../etc/passwd", "invitation-etc-passwd.eml"),
        (".hidden", "invitation-hidden.eml"),
        ("ООО «Ромашка»", "invitation-ооо-ромашка.eml"),
        ("Zoe\u0301 / \\ : * ?", "invitation-zoé.eml"),
        ("...", "invitation.eml"),
        ("", "invitation.eml"),
        ("\x00\n\x1b\u202e", "invitation.eml"),
    ],
)
def test_a_file_has_a_safe_name(name: str, file: str) -> None:
    assert eml_name(replace(LETTER, name=name)) == file


@given(st.text(max_size=300))
def test_no_name_makes_an_unsafe_file_name(name: str) -> None:
    file = eml_name(replace(LETTER, name=name, kind=LetterKind.COMBINED_REMINDER))
    assert len(file.encode()) <= 90
    assert file.startswith("combined-reminder")
    assert file.endswith(".eml")
    assert not re.search(r"[/\\:*?\"<>|\s\x00-\x1f_]|--|-\.", file)


def test_a_file_is_written_whole_and_never_over_another_unasked(tmp_path: Path) -> None:
    file = tmp_path / "letter.eml"
    write_eml(file, b"one")
    with pytest.raises(FileError, match="is there already") as raised:
        write_eml(file, b"two")
    assert raised.value.remedy
    assert file.read_bytes() == b"one"
    write_eml(file, b"two", overwrite=True)
    assert file.read_bytes() == b"two"
    book = tmp_path / "book.db"
    book.write_bytes(b"SQLite format 3\0...")
    for path in (tmp_path, tmp_path / "none" / "letter.eml", book, Path("/dev/null")):
        with pytest.raises(AppError):
            write_eml(path, b"three", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.db", "home", "letter.eml"]


def test_a_letter_that_may_not_be_sent_makes_no_file() -> None:
    with pytest.raises(RefusedError, match="changed or taken out"):
        eml_bytes(replace(LETTER, body="Hello"), "", AT, "1")
    with pytest.raises(RefusedError):
        message(replace(LETTER, subject="x\nBcc: y@z.de"), "", AT, "1")
