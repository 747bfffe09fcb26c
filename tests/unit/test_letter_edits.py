"""Edited letters: the invitation link is unchanged, or the letter is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerdesk.models.letters.letter import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    LetterKind,
    LetterLanguage,
    Parties,
    check_letter,
    compose,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.letters.letter import Letter

LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438&msppId=0&DAP=true"
    "#/BillingAccounts/partner-invitation"
)
PARTIES = Parties("Contoso GmbH", "Zoë Müller", "zoe@contoso.com", "Vega", LINK, True, "")
LETTER = compose(LetterKind.INVITATION, LetterLanguage("en"), PARTIES)


def codes(letter: Letter) -> list[str]:
    """Return the codes of the reasons that refuse a letter."""
    reasons = check_letter(letter)
    assert all(reason.refuses and reason.text and reason.field for reason in reasons)
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda body: body.replace("DAP=true", "DAP=false"), "link-missing other-link"),
        (lambda body: body.replace(LINK, LINK.upper()), "link-missing other-link"),
        (lambda body: body.replace(LINK, "https://aka.ms/short"), "link-missing"),
        (lambda body: body.replace("msppId", "\nmsppId"), "link-broken other-link"),
        (lambda body: body.replace(LINK, f"({LINK})"), "link-glued"),
        (lambda body: body.replace(LINK, f"{LINK}."), "link-glued"),
        (lambda body: body.replace(LINK, f"{LINK}\u200b"), "link-glued"),
        (lambda body: body.replace(LINK, f"Link:{LINK}"), "link-glued"),
        (lambda body: f"{body}\n{LINK}/more", "link-glued"),
        (lambda body: f"{body}\n{LINK.replace('3b33', '4c44')}", "other-link"),
        (lambda body: f"{body}\nadmin.microsoft.com/?PARTNERID=4c44", "other-link"),
        (lambda body: f"{body}\nhttps://a.example/?u=https%3A%2F%2Fb%3FinvType%3D1", "other-link"),
        (lambda body: f"{body}\nhttps://portal.office.com/PartnerSignup.aspx", "other-link"),
        (lambda body: f"{body}\x1b[2J", "body-unsafe-characters"),
        (lambda body: f"{body}\ud800", "body-unsafe-characters"),
        (lambda _: " \n", "body-required link-missing"),
        (lambda body: body + "x" * LONGEST_BODY, "body-too-long"),
    ],
)
def test_a_letter_without_the_intact_link_is_refused(edit: Callable[[str], str], code: str) -> None:
    edited = replace(LETTER, body=edit(LETTER.body))
    assert codes(edited) == [f"letter.{part}" for part in code.split()]


def test_everything_else_may_be_edited() -> None:
    for body in (LINK, f"<{LINK}>", f'"{LINK}"', f"a\r\n{LINK}\t\r\nb", f"{LINK} {LINK}",
                 f"{LINK} and https://vega.example/?DAP=1"):  # fmt: skip
        assert check_letter(replace(LETTER, body=body)) == ()
    assert codes(replace(LETTER, subject=" ")) == ["letter.subject-required"]
    long = replace(LETTER, subject="x" * (LONGEST_SUBJECT + 1))
    assert codes(long) == ["letter.subject-too-long"]
    assert codes(replace(LETTER, link="")) == ["letter.link-required", "letter.other-link"]


PLACE = LETTER.body.index(LINK)
EDITS = st.tuples(
    st.integers(0, len(LETTER.body)) | st.integers(PLACE - 3, PLACE + len(LINK) + 3),
    st.integers(0, 5),
    st.text(st.sampled_from(' \n<>".x&=é:/'), max_size=4) | st.just(LINK),
)


@given(EDITS)
def test_an_edited_letter_is_accepted_exactly_if_its_link_is_intact(
    edit: tuple[int, int, str],
) -> None:
    place, taken, put = edit
    body = LETTER.body[:place] + put + LETTER.body[place + taken :]
    words = re.split(r'[ \n<>"]', body)
    intact = LINK in words and all(
        word == LINK or not re.search("invType=|partnerId=", word) for word in words
    )
    # No `>` directly before the link, and no `<` directly after it.
    intact = intact and not re.search(f">{re.escape(LINK)}|{re.escape(LINK)}<", body)
    assert (check_letter(replace(LETTER, body=body)) == ()) is intact
