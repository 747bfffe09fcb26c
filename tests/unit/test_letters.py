"""Letters in every language: content, an intact link, and no injection."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.letters.letter import (
    LANGUAGE_TITLES,
    LETTER_TITLES,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    Template,
    built_in,
    check_letter,
    check_template,
    compose,
    language_for,
    letter_text,
    receiver,
)
from partnerdesk.models.relationships.invitation_details import letter_day
from tests.support.books import NOW

if TYPE_CHECKING:
    from partnerdesk.models.core.verdicts import Reason

LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438&msppId=0&DAP=true"
    "#/BillingAccounts/partner-invitation"
)
FULL = Parties(
    company="Contoso GmbH", contact="Zoë Müller", email="zoe@contoso.com", partner="Vega Cloud",
    link=LINK, delegated_admin=True, provider="Big Distribution", ended_on="4. März 2026",
    reason="moved to another partner", sent_on="2. Februar 2026",
)  # fmt: skip
BARE = Parties("Contoso GmbH", "", "zoe@contoso.com", "", LINK, False, "")
EN, RU, DE = LANGUAGE_TITLES
EVERY = [(kind, language) for kind in LetterKind for language in LANGUAGE_TITLES]
INVITING = [(kind, language) for kind, language in EVERY if kind.has_link]


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    """Return the codes of reasons, all of which must refuse."""
    assert all(reason.refuses and reason.text and reason.field for reason in reasons)
    return [reason.code for reason in reasons]


@pytest.mark.parametrize("parties", [FULL, BARE], ids=["full", "bare"])
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_built_in_letter_is_whole(
    kind: LetterKind, language: LetterLanguage, parties: Parties
) -> None:
    assert check_template(built_in(kind, language), kind) == ()
    letter = compose(kind, language, parties)
    assert check_letter(letter) == ()
    assert not re.search(r"[{}]|\n{3}|  |[ \t]\n", letter.subject + letter.body)
    assert letter.body.count(LINK) == (1 if kind.has_link else 0)
    assert letter.link == (LINK if kind.has_link else "")
    assert "Contoso GmbH" in letter.subject
    assert "Contoso GmbH" in letter.body
    assert letter.name == (parties.contact or parties.company)
    for named in (parties.contact, parties.partner):
        assert named in letter.body
    assert (parties.provider in letter.body) or "combined" not in kind
    assert all(len(line) < 900 for line in letter.body.split("\n"))


SAYS = {
    EN: ("global administrator", "customer agreement", "costs nothing", "admin center"),
    RU: ("глобального администратора", "соглашение с клиентом", "ничего не стоит",
         "центре администрирования"),
    DE: ("globalen Administrator", "Kundenvertrag", "kostet nichts", "Admin Center"),
}  # fmt: skip
WITH_ADMIN = {EN: "delegated administration", RU: "делегированное администрирование",
              DE: "delegierte Administratorrechte"}  # fmt: skip
WITHOUT_ADMIN = {EN: "administration rights", RU: "рав администратора", DE: "Administratorrechte"}


@pytest.mark.parametrize(("kind", "language"), INVITING)
def test_an_invitation_says_who_accepts_what_it_means_and_what_it_costs(
    kind: LetterKind, language: LetterLanguage
) -> None:
    body = compose(kind, language, FULL).body
    without = compose(kind, language, replace(FULL, delegated_admin=False)).body
    for said in SAYS[language]:
        assert said in body
        assert said in without
    assert WITH_ADMIN[language] in body
    assert WITH_ADMIN[language] not in without
    assert WITHOUT_ADMIN[language] in without
    assert "Azure" in without
    dated = "2. Februar 2026" in body
    assert dated is (kind in (LetterKind.REMINDER, LetterKind.COMBINED_REMINDER))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (EN, ("order", "support", "tenant", "90 days", "come back at any time")),
        (RU, ("заказать", "поддержки", "тенант", "90 дней", "Вернуться можно в любой момент")),
        (DE, ("bestellen", "Support", "Mandant", "90 Tagen", "jederzeit zurückkommen")),
    ],
)
def test_a_notice_says_what_ends_and_what_stays(
    language: LetterLanguage, said: tuple[str, ...]
) -> None:
    body = compose(LetterKind.NOTICE, language, FULL).body
    for words in (*said, "4. März 2026", "moved to another partner", "Vega Cloud", "21Vianet"):
        assert words in body
    silent = compose(LetterKind.NOTICE, language, replace(FULL, ended_on="", reason="")).body
    assert len(body.splitlines()) == len(silent.splitlines()) + 3


def test_a_language_of_another_version_falls_back_to_english() -> None:
    """A book can be shared with a later version, which has more languages."""
    theirs = LetterLanguage("xx")
    assert built_in(LetterKind.NOTICE, theirs) == built_in(LetterKind.NOTICE, EN)
    assert letter_day(NOW, theirs) == letter_day(NOW, EN) == "2026-11-22"
    assert compose(LetterKind.REMINDER, theirs, FULL).language == "xx"


def test_titles_and_languages() -> None:
    assert set(LETTER_TITLES) == set(LetterKind)
    assert set(LANGUAGE_TITLES) == {"en", "ru", "de"}
    said = ["de-AT", "DE", "ru_RU", " en-GB", "ru", "fr-FR", "", "deutsch", "-"]
    assert [language_for(text) for text in said] == [DE, DE, RU, EN, RU, EN, EN, EN, EN]


# Hostile names


def test_a_name_with_braces_stays_what_it_is() -> None:
    hostile = replace(FULL, company="{link} {0.__class__} {nobody} %s", contact="{company}",
                      partner="{with_partner}", provider="{", reason="}")  # fmt: skip
    for kind, language in EVERY:
        letter = compose(kind, language, hostile)
        assert check_letter(letter) == ()
        assert "{link} {0.__class__} {nobody} %s" in letter.body
        assert "{link} {0.__class__} {nobody} %s" in letter.subject
        assert letter.body.count(LINK) == (1 if kind.has_link else 0)
        assert letter.name == "{company}"


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\r", "\x00", "\x1b", "\x85", "\u2028", "\u202e"])
def test_nothing_in_a_name_becomes_a_header(mark: str) -> None:
    evil = f"Contoso{mark}Bcc: all@contoso.com"
    named = compose(LetterKind.INVITATION, EN, replace(FULL, company=evil))
    assert "letter.subject-unsafe-characters" in codes(check_letter(named))
    contact = compose(LetterKind.INVITATION, EN, replace(FULL, contact=evil))
    assert "letter.name-unsafe-characters" in codes(check_letter(contact))
    for email in (f"zoe@contoso.com{mark}Bcc: all@contoso.com", f"zoe{mark}@contoso.com"):
        addressed = replace(compose(LetterKind.INVITATION, EN, FULL), email=email)
        assert codes(check_letter(addressed)) == ["letter.email-unsafe-characters"]
    assert "\x1b" not in "".join(reason.text for reason in check_letter(contact))
    copied = letter_text(contact).split("\n")
    assert not any(line.startswith("Bcc:") for line in copied[:2])


@pytest.mark.parametrize(
    "name",
    [
        "شركة الاتصالات السعودية " * 16,
        "\u200fחברת " * 40,
        "x" * 400,
        "👩\u200d🚀 & 会社, «Ёлка»",
        "日" * 400,
    ],
)
def test_a_long_or_foreign_name_is_fine(name: str) -> None:
    for kind, language in EVERY:
        letter = compose(kind, language, replace(FULL, company=name, contact=name, partner=name))
        assert check_letter(letter) == ()
        assert name.strip() in letter.body
        assert len(letter.subject) <= LONGEST_SUBJECT


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "required"), (" ", "required"), ("zoe", "wrong-form"), ("zoe@", "wrong-form"),
        ("zoe@contoso.com, all@contoso.com", "several"), ("a@b.com;c@d.com", "several"),
        ("Zoë <zoe@contoso.com>", "wrong-form"), ("zoe@contoso.com ", "wrong-form"),
        ("zoe@@contoso.com", "wrong-form"), ("a" * 300 + "@contoso.com", "wrong-form"),
    ],
)  # fmt: skip
def test_a_letter_goes_to_one_address(email: str, code: str) -> None:
    letter = replace(compose(LetterKind.NOTICE, EN, FULL), email=email)
    assert codes(check_letter(letter)) == [f"letter.email-{code}"]


ANY = st.text(max_size=60) | st.sampled_from(
    ["{link}", "\ud800", "\nBcc: a@b.de", "a" * 2000, LINK]
)
PARTIES = st.builds(Parties, ANY, ANY, ANY, ANY, ANY, st.booleans(), ANY, ANY, ANY, ANY)
PARTS = st.sampled_from(["{link}", "{", "}", "{with_contact}", "{x}", "\n", "a"])
TEMPLATES = st.none() | st.builds(Template, ANY, ANY | st.lists(PARTS).map("".join))


@given(st.sampled_from(EVERY), PARTIES, TEMPLATES)
def test_no_text_makes_composing_or_checking_fail(
    of: tuple[LetterKind, LetterLanguage], parties: Parties, template: Template | None
) -> None:
    letter = compose(*of, parties, template)
    check_letter(letter)
    letter_text(letter)
    if template:
        check_template(template, of[0])


# Own templates


def test_an_own_template_is_filled_in_and_lines_without_content_fall_away() -> None:
    template = Template(
        "For {company}", "Hi {contact}!\n\nFrom {partner}\n\n\n{link}\n{with_date}d"
    )
    letter = compose(LetterKind.INVITATION, EN, BARE, template)
    assert (letter.subject, letter.body) == ("For Contoso GmbH", f"{LINK}\n")
    assert compose(LetterKind.NOTICE, EN, FULL, Template("s", "{date} { link }")) == Letter(
        LetterKind.NOTICE, EN, "Zoë Müller", "zoe@contoso.com", "s", f"4. März 2026 {LINK}\n", LINK
    )


@pytest.mark.parametrize(
    ("subject", "body", "found"),
    [
        ("s", "{link}", []),
        ("{compny}", "{link}", ["subject: A letter has no {compny}. Did you mean {company}?"]),
        ("s", "{Link}\n{link}", ["body: A letter has no {Link}. Did you mean {link}?"]),
        ("s", "{zzz} {link}", ["body: A letter has no {zzz}. Known here: {company}, {contact},"]),
        ("s", "Hello", ["body: The template has no {link}"]),
        ("s", "See ({link})", ["body: The link is not free"]),
        ("s", "{link}\nhttps://a.example/?partnerId=1", ["body: The letter has a second"]),
        ("", "{link}", ["subject: The subject is empty."]),
        (
            "s",
            "{link}" + "\nx" * LONGEST_BODY,
            ["body: This is too long: there is room for 20,000"],
        ),
        ("x" * 201, "{link}", ["subject: This is too long: there is room for 200 characters."]),
    ],
)
def test_a_template_is_checked(subject: str, body: str, found: list[str]) -> None:
    reasons = check_template(Template(subject, body), LetterKind.INVITATION)
    assert all(reason.code.startswith("template.") for reason in reasons)
    said = [f"{reason.field}: {reason.text}" for reason in reasons]
    assert [text[: len(start)] for text, start in zip(said, found, strict=True)] == found
    assert check_template(Template("s", "Hello"), LetterKind.NOTICE) == ()


def test_a_letter_is_copied_with_its_address_and_subject() -> None:
    letter = compose(LetterKind.INVITATION, DE, replace(FULL, contact="Müller, Zoë"))
    to, subject, blank, *body = letter_text(letter).split("\n")
    assert to == 'To: "Müller, Zoë" <zoe@contoso.com>'
    assert subject == f"Subject: {letter.subject}"
    assert (blank, "\n".join(body)) == ("", letter.body)


@pytest.mark.parametrize(
    ("name", "email", "told"),
    [
        ("Contoso AG", "a@contoso.example", "Contoso AG <a@contoso.example>"),
        ("Contoso AG", "", "Contoso AG"),
        ("", "a@contoso.example", "a@contoso.example"),
    ],
)
def test_who_has_no_address_is_told_by_name_alone(name: str, email: str, told: str) -> None:
    assert receiver(name, email) == told
