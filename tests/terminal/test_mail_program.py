"""A real mail program, mutt, reads the letters: names, subject and the whole link."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.letters.eml import eml_bytes, write_eml
from partnerdesk.models.letters.letter import (
    LANGUAGE_TITLES,
    Letter,
    LetterKind,
    LetterLanguage,
    Parties,
    compose,
)
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    shutil.which("mutt") is None, reason="mutt, the mail program of these tests, is not installed"
)

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LINK = (
    "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
    "&partnerId=3b33e682-00c3-41ee-9dd2-a548adf56438&msppId=0&DAP=true"
    "#/BillingAccounts/partner-invitation"
)
PARTIES = Parties("Contoso GmbH", "Zoë Müller", "zoe@contoso.com", "Vega", LINK, True, "Big")
SENDER = "Вега, отдел «Письма» <letters@vega.com>"
MUTTRC = """
set charset=utf-8
set markers=no
set help=no
set mail_check=0
set pager_index_lines=0
ignore *
unignore from: to: subject:
"""


def shown(letter: Letter, folder: Path) -> Terminal:
    """Return mutt with a letter open; its folder holds the file that was written."""
    box = folder / "box"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True)
    file = folder / "letter.eml"
    write_eml(file, eml_bytes(letter, SENDER, AT, "id-1"))
    # A maildir ends lines as the system does.
    (box / "new" / "1.letter").write_bytes(file.read_bytes().replace(b"\r\n", b"\n"))
    (folder / "muttrc").write_text(f"{MUTTRC}set folder={folder}\n")
    command: list[str | Path] = ["mutt", "-n", "-F", folder / "muttrc", "-R", "-f", box]
    return Terminal(command, columns=200, rows=60)


@pytest.mark.parametrize("language", list(LANGUAGE_TITLES))
@pytest.mark.parametrize("kind", [LetterKind.INVITATION, LetterKind.COMBINED_REMINDER])
def test_a_mail_program_shows_the_letter(
    tmp_path: Path, kind: LetterKind, language: LetterLanguage
) -> None:
    letter = compose(kind, language, PARTIES)
    with shown(letter, tmp_path) as mutt:
        mutt.wait_for("Msgs:1")
        mutt.press("enter")
        mutt.wait_for("Subject:")
        mutt.wait_idle()
        lines = mutt.lines
        mutt.press("q", "q")
        assert mutt.exit_code == 0
    assert lines[0] == 'From: "Вега, отдел «Письма»" <letters@vega.com>'
    assert lines[1] == "To: Zoë Müller <zoe@contoso.com>"
    assert f"Subject: {letter.subject}" in lines
    assert LINK in lines
    assert any("Zoë Müller" in line for line in lines[4:])


@pytest.mark.parametrize(
    "name", ["شركة الاتصالات السعودية، الرياض " * 4, "会社 " * 40, '"B", <c@d.example>; ' * 8]
)
def test_a_mail_program_shows_a_long_foreign_or_hostile_name_as_one(
    tmp_path: Path, name: str
) -> None:
    letter = compose(LetterKind.INVITATION, LetterLanguage("en"), replace(PARTIES, contact=name))
    with shown(replace(letter, subject=name[:180]), tmp_path) as mutt:
        mutt.wait_for("Msgs:1")
        mutt.press("enter")
        mutt.wait_for("Subject:")
        mutt.wait_idle()
        lines = mutt.lines
    said = "".join("".join(lines).replace("\\", "").split())
    assert "".join(name.split()) in said
    assert LINK in lines
    assert said.count("<zoe@contoso.com>") == 1
    assert [line[:3] for line in lines].count("To:") == 1
