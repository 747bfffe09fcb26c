"""Adding and editing a customer on the screen, in a real terminal, by keys only (job 5)."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from partnerdesk.models.customers.drafts import begin_draft, read_drafts, save_draft
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.database.store import Store
from partnerdesk.models.languages import _, ngettext, speak
from partnerdesk.models.settings.database_url import SqliteFile
from partnerdesk.screens.customers.add import AddCustomerScreen
from tests.conftest import CLOUDS
from tests.support.adding_apart import not_whole
from tests.support.books import NOW, TESTER
from tests.support.depth import deep
from tests.support.edits import by
from tests.support.forms import PORTUGAL, account_in, add, form
from tests.support.statements import rows
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from partnerdesk.models.customers.drafts import CustomerDraft

COMMAND = [sys.executable, "-m", "partnerdesk"]
WIPE = "\x15"
"""ctrl+u: takes what stands in a field away."""


@pytest.fixture
def book(tmp_path: Path) -> Store:
    """Return an opened, empty book in a file."""
    store = Store(SqliteFile(tmp_path / "book.db"))
    store.open(CLOUDS)
    return store


def console(book: Store, *flags: str, cloud: str = "global") -> Terminal:
    """Return a small terminal in which the console opens a book."""
    assert isinstance(book.database, SqliteFile)
    command = [*COMMAND, "--database", str(book.database.path), "--cloud", cloud, *flags]
    return Terminal(command, columns=80, rows=24)


def started(terminal: Terminal) -> None:
    """Wait for the start screen, with its counts."""
    terminal.wait_until(lambda text: "▌" in text and "…" not in terminal.line(3))


def open_form(terminal: Terminal, suffix: str = ".onmicrosoft.com") -> None:
    """Press `n` and wait for the form."""
    started(terminal)
    terminal.press("n")
    terminal.wait_for(suffix)
    terminal.wait_until(lambda _text: here(terminal) == 3)


def here(terminal: Terminal) -> int:
    """Return the first line that the cursor's mark is on."""
    return next((row for row, line in enumerate(terminal.lines) if line.startswith("▌")), -1)


def fill(terminal: Terminal, *texts: str) -> None:
    """Type texts into the fields from the current one on, leaving each with Tab."""
    for text in texts:
        terminal.type(f"{WIPE}{text}\t" if text else "\t")


def drafts(book: Store) -> list[CustomerDraft]:
    return read_drafts(book, [account_in(book, cloud).id for cloud in CLOUDS])


def count(book: Store, table: str) -> int:
    return int(rows(book, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608


def keep_draft(book: Store, cloud: str = "global", **changes: str) -> CustomerDraft:
    """Put a draft that is filled in wholly into the book."""
    account = account_in(book, cloud)
    draft = begin_draft(account.id, by(TESTER, NOW))
    save_draft(book, draft, form(PORTUGAL, **changes), "city", NOW)
    return draft


def calm(terminal: Terminal) -> None:
    """Check that the screen is whole: nothing of a traceback, header and keys in their places."""
    assert "Traceback" not in terminal.text
    assert terminal.line(0).startswith(" partnerdesk"), str(terminal)
    assert terminal.line(-1).strip(), str(terminal)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("cloud", CLOUDS)
def test_job_5_a_customer_is_added(book: Store, cloud: str, language: str) -> None:
    speak(language)
    suffix = {"global": "com", "us-gov": "us", "germany": "de"}[cloud]
    domain = f"oliveiraandfilhos.onmicrosoft.{suffix}"
    with console(book, "--lang", language, cloud=cloud) as terminal:
        open_form(terminal, f".onmicrosoft.{suffix}")
        assert _("Review") in terminal.line(-1)
        fill(terminal, "Oliveira & Filhos Lda")
        terminal.wait_for("oliveiraandfilhos")
        terminal.press("tab", "tab")
        ADDRESSES[cloud](terminal)
        fill(terminal, "Rita", "Oliveira", "rita@oliveira.pt")
        terminal.press("ctrl+r")
        terminal.wait_for(_("Nothing is written yet: ! carries it out, Esc goes back."))
        assert _("Add a customer") in terminal.line(1)
        terminal.wait_idle()
        calm(terminal)
        if cloud == "germany":
            assert "2018" in terminal.text
        else:
            assert "2018" not in terminal.text
        assert count(book, "customers") == count(book, "changes") == 0
        terminal.press("!", "!")
        terminal.wait_for(domain)
        terminal.wait_for(_("The customer is in the book. u undoes it."))
        calm(terminal)
        terminal.press("escape")
        terminal.wait_for(ngettext("{count} customer", "{count} customers", 1))
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    added = rows(
        book,
        "SELECT c.primary_domain, a.cloud FROM customers AS c "
        "JOIN partner_accounts AS a ON a.id = c.account_id",
    )
    assert added == [(domain, cloud)]
    assert not_whole(book) == []
    assert drafts(book) == []


def in_portugal(terminal: Terminal) -> None:
    """Write an address; each mistake is marked when its field is left."""
    fill(terminal, "UK")
    terminal.wait_for(_("ctrl+t takes {offer}").format(offer="GB"))
    assert "✗ UK" in terminal.text
    terminal.press("ctrl+t")
    terminal.wait_until(lambda text: "✓ GB" in text and "✗" not in text)
    terminal.press("shift+tab")
    fill(terminal, "Portugal", "Rua Augusta 24", "", "1100")
    terminal.wait_for("✗ 1100")
    terminal.wait_for("2725-079")  # an example of what is right
    assert "✓ PT" in terminal.text
    terminal.press("shift+tab")
    fill(terminal, "1100053")
    terminal.wait_for(_("ctrl+t takes {offer}").format(offer="1100-053"))
    terminal.press("ctrl+t")
    terminal.wait_until(lambda text: "✓ 1100-053" in text and "✗ 1100" not in text)
    fill(terminal, "Lisboa")


def in_the_united_states(terminal: Terminal) -> None:
    """Write an address, first one that US Government does not take."""
    fill(terminal, "PT")
    terminal.wait_for("✗ PT")
    terminal.wait_for(_("ctrl+t takes {offer}").format(offer="US"))
    terminal.press("ctrl+t")
    terminal.wait_for("✓ US")
    fill(terminal, "1 Microsoft Way", "", "Redmond", "washington", "98052")
    terminal.wait_for("✓ WA")
    terminal.wait_for("✓ 98052")


def in_germany(terminal: Terminal) -> None:
    """Write an address; the warning comes with the country."""
    fill(terminal, "DE")
    terminal.wait_for("2018")
    fill(terminal, "Unter den Linden 1", "", "10115", "Berlin")
    terminal.wait_for("✓ 10115")


ADDRESSES = {"global": in_portugal, "us-gov": in_the_united_states, "germany": in_germany}


def test_us_government_refuses_an_address_elsewhere_in_the_review(book: Store) -> None:
    keep_draft(book, "us-gov")
    with console(book, cloud="us-gov") as terminal:
        started(terminal)
        terminal.press("n")
        terminal.wait_for("1 draft")
        terminal.press("enter")
        terminal.wait_for("✓ Lisboa")
        terminal.press("ctrl+r")
        terminal.wait_for("Refused: nothing can be carried out.")
        terminal.wait_for("learn.microsoft.com/partner-center/")
        terminal.press("!")
        terminal.wait_for("The plan is refused")
        terminal.press("escape")
        terminal.wait_until(lambda text: "✗ PT" in text and "Verdict" not in text)
        assert terminal.line(here(terminal)).startswith("▌ Country"), "the field to mend"
    assert count(book, "customers") == 0


def test_a_taken_domain_is_told_when_the_field_is_left(book: Store) -> None:
    add(book)
    with console(book) as terminal:
        open_form(terminal)
        fill(terminal, "Zebra Quartz")
        terminal.wait_for("zebraquartz")
        fill(terminal, "oliveira")
        terminal.wait_for("✗ oliveira.onmicrosoft.com")
        terminal.wait_for("is in the book already")
        terminal.wait_for("ctrl+o opens it")
        assert "Oliveira & Filhos Lda" in terminal.text
        terminal.press("ctrl+o")
        terminal.wait_for("1 Oliveira & Filhos Lda")
        terminal.press("1")
        terminal.wait_for("Contact and address")
        terminal.press("escape")
        terminal.wait_for("Zebra Quartz")
        terminal.press("ctrl+o")
        terminal.wait_for("Invite instead")
        terminal.press("i")
        terminal.wait_until(lambda text: "Invite in Global" in text and "rita@oliveira.pt" in text)
        terminal.press("escape")
        terminal.wait_for("Zebra Quartz")
        terminal.press("shift+tab")
        fill(terminal, "zebra")
        terminal.wait_for("✓ zebra.onmicrosoft.com")
        terminal.wait_until(lambda text: "in the book already" not in text)


def test_leaving_keeps_a_draft_and_n_goes_on_where_it_was(book: Store) -> None:
    with console(book) as terminal:
        open_form(terminal)
        fill(terminal, "Ромашка ООО", "romashka")
        terminal.wait_for("✓ romashka")
        terminal.type("7707")
        terminal.wait_for("7707")
        terminal.press("escape")
        terminal.wait_for("The draft is kept")
        terminal.wait_for("1 draft")
        terminal.press("n")
        terminal.wait_until(
            lambda _text: terminal.line(here(terminal)).split()[1:4] == ["Ромашка", "ООО", "Global"]
        )
        terminal.press("enter")
        terminal.wait_for("✓ romashka.onmicrosoft.com")
        terminal.wait_until(lambda _text: "7707" in terminal.line(here(terminal)))
        terminal.type("083893")
        terminal.wait_for("7707083893")
        terminal.press("escape", "escape")
        terminal.wait_for("1 draft ·")
    (draft,) = drafts(book)
    assert draft.values[FormField.REGISTRATION_NUMBER] == "7707083893"
    assert draft.place == FormField.REGISTRATION_NUMBER


def test_a_draft_is_thrown_away_only_after_a_question(book: Store) -> None:
    keep_draft(book)
    keep_draft(book, company_name="=cmd() [red]", domain_prefix="other")
    with console(book) as terminal:
        started(terminal)
        assert "2 drafts" in terminal.text
        terminal.press("n")
        terminal.wait_for("n begins a new customer")
        terminal.press("home")
        terminal.press("d")
        terminal.wait_for("Throw away the draft")
        terminal.press("escape")
        terminal.wait_until(lambda text: "Throw away the draft" not in text)
        assert len(drafts(book)) == 2
        terminal.press("d")
        terminal.wait_for("Throw away the draft")
        terminal.press("y")
        terminal.wait_for("The draft is gone.")
        assert len(drafts(book)) == 1
        terminal.press("d", "y")
        terminal.wait_until(lambda text: "0 drafts" in text)
        terminal.press("d")
        terminal.wait_for("There is no draft any more.")
        terminal.press("n")
        terminal.wait_for(".onmicrosoft.com")
    assert drafts(book) == []


def test_an_empty_form_leaves_no_draft(book: Store) -> None:
    with console(book) as terminal:
        open_form(terminal)
        terminal.press("escape")
        terminal.wait_for("Manage all customer data")
        terminal.wait_idle()
        assert "draft" not in terminal.text
    assert drafts(book) == []


def test_killed_while_typing_nothing_is_lost_but_the_last_letters(book: Store) -> None:
    random_ = random.Random(5)  # noqa: S311 - not a secret
    words = "Rua Augusta 24, 3.º andar, porta à esquerda, junto ao café"
    for turn in range(4):
        with console(book) as terminal:
            started(terminal)
            terminal.press("n")
            if turn:
                terminal.wait_for("n begins a new customer")
                terminal.press("n")
            terminal.wait_until(lambda _text, t=terminal: here(t) == 3)  # type: ignore[misc]
            fill(terminal, f"Company number {turn}", f"company{turn}", "", "PT")
            terminal.wait_for("✓ PT")
            safe = words[: random_.randint(3, 20)].rstrip()
            terminal.type(safe)
            terminal.wait_for(safe)
            terminal.wait_idle()  # so it is kept
            for letter in words[len(safe) : len(safe) + random_.randint(1, 30)]:
                terminal.type(letter)
            terminal.kill()
        kept = drafts(book)
        assert len(kept) == turn + 1
        values = kept[0].values
        assert values[FormField.COMPANY_NAME] == f"Company number {turn}"
        assert values[FormField.DOMAIN_PREFIX] == f"company{turn}"
        assert values[FormField.COUNTRY] == "PT"
        line = values.get(FormField.ADDRESS_LINE1, "")
        assert words.startswith(line)
        assert line.startswith(safe)


def test_killed_in_the_review_the_draft_is_there(book: Store) -> None:
    keep_draft(book)
    with console(book) as terminal:
        started(terminal)
        terminal.press("n")
        terminal.wait_for("1 draft")
        terminal.press("enter")
        terminal.wait_for("✓ Lisboa")
        terminal.press("ctrl+r")
        terminal.wait_for("Nothing is written yet")
        terminal.kill()
    (draft,) = drafts(book)
    assert draft.values == form(PORTUGAL)
    with console(book) as terminal:
        started(terminal)
        terminal.press("n", "enter", "ctrl+r")
        terminal.wait_for("Nothing is written yet")
        terminal.press("!", "!", "!")
        terminal.wait_for("The customer is in the book")
    assert count(book, "customers") == 1
    assert not_whole(book) == []


def test_a_lost_terminal_keeps_the_draft(book: Store) -> None:
    with console(book) as terminal:
        open_form(terminal)
        fill(terminal, "Oliveira & Filhos Lda")
        terminal.wait_for("oliveiraandfilhos")
        terminal.hang_up()
        assert terminal.exit_code == 128 + signal.SIGHUP
    (draft,) = drafts(book)
    assert draft.values[FormField.COMPANY_NAME] == "Oliveira & Filhos Lda"


def in_review(terminal: Terminal) -> None:
    """Open the one draft and its review."""
    started(terminal)
    terminal.press("n")
    terminal.wait_for("1 draft")
    terminal.press("enter")
    terminal.wait_for("✓ Lisboa")
    terminal.press("ctrl+r")
    terminal.wait_for("Nothing is written yet")


def test_the_same_draft_in_two_terminals_makes_one_customer(book: Store) -> None:
    keep_draft(book)
    with console(book) as one, console(book) as other:
        in_review(one)
        in_review(other)
        one.press("!")
        other.press("!")
        said = ("The customer is in the book.", "It was added already")
        for terminal in (one, other):
            terminal.wait_until(lambda text: any(words in text for words in said))
            terminal.wait_for("oliveira.onmicrosoft.com")
        assert sorted(said[1] in terminal.text for terminal in (one, other)) == [False, True]
    assert count(book, "customers") == 1
    assert not_whole(book) == []


def test_a_draft_that_another_terminal_carried_out_is_told(book: Store) -> None:
    keep_draft(book)
    with console(book) as one, console(book) as other:
        started(other)
        other.press("n")
        other.wait_for("1 draft")
        other.press("enter")
        other.wait_for("✓ Lisboa")
        in_review(one)
        one.press("!")
        one.wait_for("The customer is in the book.")
        other.type("x")
        other.wait_for("carried out in another terminal")
        other.press("ctrl+r")
        other.wait_for("Refused: nothing can be carried out")
        other.wait_for("oliveira.onmicrosoft.com is in the book already")
        other.press("escape")
        other.wait_for("✓ Lisboa")
        other.press("escape")
        other.wait_for("There is no draft any more" if "There is no" in other.text else "n")
        calm(other)
    assert count(book, "customers") == 1
    assert drafts(book) == []


def test_the_cloud_of_a_draft_stays_when_the_header_changes(book: Store) -> None:
    with console(book) as terminal:
        open_form(terminal)
        fill(terminal, *[PORTUGAL[name] for name in ("company_name", "domain_prefix")])
        terminal.wait_for("✓ oliveira.onmicrosoft.com")
        terminal.press("escape")
        terminal.wait_for("The draft is kept")
        terminal.press("c")
        terminal.wait_for("Cloud and account")
        terminal.type("us gov")
        terminal.wait_until(lambda text: "Germany  Partner" not in text)
        terminal.press("enter")
        terminal.wait_until(
            lambda text: "US Gov" in text.split("\n")[0] and "Cloud and account" not in text
        )
        terminal.press("n")
        terminal.wait_for("Oliveira & Filhos Lda")
        terminal.wait_until(lambda _text: "Global" in terminal.line(here(terminal)))
        terminal.press("enter")
        terminal.wait_for("✓ oliveira.onmicrosoft.com")
        assert "US Gov" in terminal.line(0)
        fill(terminal, "", "PT", "Rua Augusta 24", "", "1100-053", "Lisboa", "Rita", "Oliveira",
             "rita@oliveira.pt")  # fmt: skip
        terminal.press("ctrl+r")
        terminal.wait_for("Nothing is written yet")
        terminal.press("!")
        terminal.wait_for("The customer is in the book")
    account = account_in(book, "global").id
    assert rows(book, "SELECT account_id, primary_domain FROM customers") == [
        (account, "oliveira.onmicrosoft.com")
    ]


def test_read_only_and_all_clouds_say_why_not(book: Store) -> None:
    keep_draft(book)
    for flags, cloud, reason in (
        (("--read-only",), "global", "Read-only mode"),
        ((), "all", "choose one account"),
    ):
        with console(book, *flags, cloud=cloud) as terminal:
            started(terminal)
            terminal.press("n")
            terminal.wait_for(reason)
            assert "Manage all customer data" in terminal.text
            calm(terminal)
    assert len(drafts(book)) == 1


HOSTILE = {
    "formula": "=cmd()",
    "markup": "[red]x",
    "long": "x" * 10_000,
    "hebrew": "שלום עולם",
    "override": "abc\u202edef",
    "wide": "株式会社日本語",
}
KEPT = ("formula", "markup", "hebrew", "wide")


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_never_breaks_the_screen(book: Store, kind: str) -> None:
    name = HOSTILE[kind]
    with console(book) as terminal:
        open_form(terminal)
        terminal.wait_idle()
        frame = [terminal.line(row) for row in (0, 1, 2, -1)]
        labels = [line[:22] for line in terminal.lines[4:14]]
        terminal.paste(name)
        terminal.press("tab")
        terminal.wait_until(lambda _text: terminal.line(3)[22:25].strip() in {"✓", "✗", "!"})
        terminal.wait_idle()
        assert [terminal.line(row) for row in (0, 1, 2, -1)] == frame
        below = [line[:22] for line in terminal.lines[4:20]]
        assert [label.replace("▌", " ") for label in labels if label.strip()][:5] == [
            label.replace("▌", " ") for label in below if label.strip()
        ][:5]
        if kind in KEPT:
            shown_in_the_places_of_a_customer(terminal, book, name)
        else:
            assert "✗" in terminal.text
            terminal.press("ctrl+r")
            terminal.wait_for("Refused: nothing can be carried out")
            terminal.wait_idle()
            assert terminal.line(0) == frame[0]
            calm(terminal)
            terminal.press("escape", "escape")
            terminal.wait_for("1 draft")
            terminal.press("n")
            terminal.wait_for("Enter goes on with a draft")
            terminal.wait_idle()
            assert terminal.line(0) == frame[0]
            calm(terminal)
            assert drafts(book)[0].values[FormField.COMPANY_NAME] == name
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0


def shown_in_the_places_of_a_customer(terminal: Terminal, book: Store, name: str) -> None:
    """Add the customer; its name stands as it is in plan, page, list and history."""
    fill(terminal, "hostile", "", "PT", "Rua Augusta 24", "", "1100-053", "Lisboa", "Rita",
         "Oliveira", "rita@oliveira.pt")  # fmt: skip
    terminal.press("ctrl+r")
    terminal.wait_for("Nothing is written yet")
    header = terminal.line(0)

    def shown() -> None:
        terminal.wait_for(name)
        terminal.wait_idle()
        assert terminal.line(0) == header
        calm(terminal)

    shown()
    terminal.press("!")
    terminal.wait_for("The customer is in the book")
    shown()
    terminal.press("g", "c")
    terminal.wait_for("Company ▲")
    shown()
    terminal.press("g", "h")
    terminal.wait_for("Added")
    shown()
    assert rows(book, "SELECT company_name FROM customers") == [(name,)]


def test_half_a_character_ends_the_console_in_order_and_the_draft_stays(book: Store) -> None:
    """A lone surrogate has no form in UTF-8: a terminal that sends one is set up wrongly."""
    with console(book) as terminal:
        open_form(terminal)
        fill(terminal, "Oliveira & Filhos Lda")
        terminal.wait_for("oliveiraandfilhos")
        terminal.send(b"a\xed\xa0\x80b")
        assert terminal.exit_code == 1
        terminal.wait_for("no UTF-8 text")
        assert "Traceback" not in terminal.text
    assert drafts(book)[0].values[FormField.COMPANY_NAME] == "Oliveira & Filhos Lda"


@pytest.mark.parametrize(
    ("name", "pictured"),
    [
        ("lone \ud800 half", "lone � half"),
        ("\x1b[31mRed", "␛[31mRed"),
        ("a\x00b\nc", "a␀b␊c"),
        ("\x9b2J", "�2J"),
    ],
    ids=ascii,
)
def test_what_no_terminal_can_show_is_pictured_and_refused(
    book: Store, name: str, pictured: str
) -> None:
    """A draft of another version of the program, or of somebody who wrote into the book."""
    keep_draft(book, company_name=name)
    with console(book) as terminal:
        started(terminal)
        terminal.press("n")
        terminal.wait_for(pictured)
        terminal.press("enter")
        terminal.wait_for(f"✗ {pictured}")
        calm(terminal)
        terminal.press("ctrl+r")
        terminal.wait_for("Refused: nothing can be carried out")
        terminal.wait_for(pictured)
        calm(terminal)
    assert drafts(book)[0].values[FormField.COMPANY_NAME] == name


def test_an_escape_sequence_that_is_pasted_is_only_text(book: Store) -> None:
    with console(book) as terminal:
        open_form(terminal)
        terminal.paste("\x1b[31mRed")
        terminal.wait_for("[31mRed")
        terminal.press("tab")
        terminal.wait_for("✓")
        calm(terminal)
        kept = drafts(book)[0].values[FormField.COMPANY_NAME]
        assert "\x1b" not in kept
        assert kept in terminal.line(3)


def open_edit(terminal: Terminal) -> None:
    """Open the one customer in the form."""
    started(terminal)
    terminal.press("g", "c")
    terminal.wait_until(lambda text: "Company ▲" in text and "Oliveira & Filhos" in text)
    terminal.press("enter")
    terminal.wait_for("Contact and address")
    terminal.press("e")
    terminal.wait_for("Edit Oliveira & Filhos Lda")
    terminal.wait_for("✓ Lisboa")


IN_PORTUGAL = [
    *("Company name", "Registration number", "Country", "Address line 1", "Address line 2"),
    *("Postal code", "City", "First name", "Last name"),
]
"""The fields of an existing customer, in the order in which they are asked there."""


def rewrite(terminal: Terminal, label: str, text: str) -> None:
    """Go to a field and write another text into it."""
    terminal.send(b"\x1b[1;5H")  # ctrl+home: the first field
    terminal.press(*["down"] * IN_PORTUGAL.index(label))
    fill(terminal, text)
    terminal.wait_until(
        lambda _text: any(
            line[2:].startswith(label) and f"✓ {text}" in line for line in terminal.lines
        )
    )


def review(terminal: Terminal) -> None:
    terminal.press("ctrl+r")
    terminal.wait_for("Nothing is written yet")


def test_an_edit_shows_before_and_after_and_is_written(book: Store) -> None:
    id = add(book)
    with console(book) as terminal:
        open_edit(terminal)
        rewrite(terminal, "Postal code", "4000-001")
        rewrite(terminal, "City", "Porto")
        review(terminal)
        terminal.wait_for("Postal code: 1100-053 → 4000-001")
        assert "City: Lisboa → Porto" in terminal.text
        assert "First name" not in terminal.text, "only what changes"
        assert count(book, "changes") == 1
        terminal.press("!")
        terminal.wait_for("The customer is changed.")
        terminal.wait_for("Porto")
        terminal.press("e")
        terminal.wait_for("✓ Porto")
        terminal.press("escape")
        terminal.wait_for("Contact and address")
    assert rows(book, "SELECT city, postal_code, first_name FROM billing_profiles") == [
        ("Porto", "4000-001", "Rita")
    ]
    assert rows(book, "SELECT customer_id FROM changes") == [(id,), (id,)]


def test_leaving_an_edit_asks_where_something_was_changed(book: Store) -> None:
    add(book)
    with console(book) as terminal:
        open_edit(terminal)
        rewrite(terminal, "City", "Porto")
        terminal.press("escape")
        terminal.wait_for("What you typed is not written yet.")
        terminal.press("n")
        terminal.wait_until(lambda text: "not written yet" not in text)
        assert "✓ Porto" in terminal.text
        terminal.press("escape", "y")
        terminal.wait_for("Contact and address")
        terminal.wait_until(lambda text: "Lisboa" in text and "Porto" not in text)
    assert count(book, "changes") == 1


def test_two_who_edit_different_fields_both_keep_theirs(book: Store) -> None:
    add(book)
    with console(book) as one, console(book) as other:
        open_edit(one)
        open_edit(other)
        rewrite(one, "City", "Porto")
        rewrite(other, "First name", "Marta")
        for terminal in (one, other):
            review(terminal)
            terminal.press("!")
            terminal.wait_for("The customer is changed.")
    assert rows(book, "SELECT city, first_name FROM billing_profiles") == [("Porto", "Marta")]


@pytest.mark.parametrize(("key", "city"), [("m", "Braga"), ("t", "Porto")])
def test_two_who_edit_the_same_field_get_the_choice(book: Store, key: str, city: str) -> None:
    add(book)
    with console(book) as one, console(book) as other:
        open_edit(one)
        open_edit(other)
        rewrite(one, "City", "Porto")
        rewrite(one, "First name", "Marta")
        rewrite(other, "City", "Braga")
        rewrite(other, "Last name", "Sousa")
        review(other)
        review(one)
        one.press("!")
        one.wait_for("The customer is changed.")
        other.press("!")
        other.wait_for("City: somebody else wrote Porto, you Braga. Which counts?")
        other.press(key)
        other.wait_for("Both edits are together now.")
        other.wait_for(f"✓ {city}")
        other.wait_for("✓ Marta")
        assert "✓ Sousa" in other.text
        review(other)
        other.press("!")
        other.wait_for("The customer is changed.")
    found = rows(book, "SELECT city, first_name, last_name FROM billing_profiles")
    assert found == [(city, "Marta", "Sousa")]
    assert count(book, "changes") == 3


KEYS = [
    *("tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
    *("enter", "escape", "backspace", "delete", "ctrl+t", "ctrl+l", "ctrl+o", "ctrl+r", "f1", "f2"),
    *("ctrl+u", "ctrl+k", "ctrl+w", "ctrl+a", "ctrl+e", "ctrl+c", "ctrl+v", "ctrl+x", "insert"),
]
SCRAPS = [
    *("PT", "UK", "US", "Germany", "Россия", "x" * 300, "\u202e", "🏳️‍🌈", "[red]", "1100-053", "n"),
    *("a@b.pt", "+351 21 123 4567", "attested", "by", "2026-11-20", "=cmd()", "é", "עולם", "c"),
    *("g", "ʼ", "\x00", "%s", "{0}", "e", "d", "y", " ", "?", "/", "u", "j"),
]


@deep
@pytest.mark.parametrize("seed", [1, 2])
def test_no_keys_crash_the_form(book: Store, seed: int) -> None:
    random_ = random.Random(seed)  # noqa: S311 - not a secret
    keep_draft(book)
    add(book, company_name="Known", domain_prefix="known")
    with console(book, cloud=random_.choice(CLOUDS)) as terminal:
        started(terminal)
        terminal.press("n")
        terminal.wait_for("1 draft")
        terminal.press("enter" if seed == 1 else "n")
        terminal.wait_until(lambda text: "onmicrosoft" in text)
        for _turn in range(18):
            for _key in range(8):
                if random_.random() < 0.55:
                    key = random_.choice(KEYS)
                    if key == "escape" and random_.random() < 0.7:
                        continue
                    terminal.press(key)
                else:
                    terminal.type(random_.choice(SCRAPS))
            terminal.wait_idle(60)
            calm(terminal)
        terminal.press("ctrl+q")
        assert terminal.exit_code == 0
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("crash-*"))
    assert not_whole(book) == []


LETTER_BYTES = 300
"""What a letter may send: the input's line, and where the cursor is."""
TAB_BYTES = 1_500
"""What going on to the next field may send: the lines that become others, and the hint."""


def test_little_is_sent_while_one_types(book: Store) -> None:
    """A form taller than the window has a scrollbar: no letter may draw its column anew.

    Nor may the draft that is kept with each letter draw the header anew.
    """

    def sent(*keys: str) -> list[int]:
        counts = []
        for key in keys:
            before = terminal.written
            terminal.press(key)
            terminal.wait_idle()
            counts.append(terminal.written - before)
        return counts

    with console(book) as terminal:
        open_form(terminal)
        terminal.wait_idle()
        assert any(len(line) == 80 for line in terminal.lines[2:-2]), "no scrollbar"
        letters, tabs = [], []
        for text in ("Oliveira & Filhos", "xy", "123"):
            letters += sent(*text)
            tabs += sent("tab")
        letters += sent("P", "backspace")
        assert "✓ Oliveira & Filhos" in terminal.text
    assert 0 < min(letters) <= max(letters) <= LETTER_BYTES, letters
    assert 0 < min(tabs) <= max(tabs) <= TAB_BYTES, tabs


@pytest.mark.parametrize("language", ["en", "ru"])
def test_help_cuts_nothing_in_the_smallest_window(book: Store, language: str) -> None:
    speak(language)
    with console(book, "--lang", language) as terminal:
        open_form(terminal)
        terminal.press("f1")
        terminal.wait_for(_("/ finds   Esc closes"))
        terminal.resize(60, 15)
        views = []
        for _line in range(12):
            terminal.wait_idle()
            told = [line.split("│")[1][12:-1] for line in terminal.lines if line.count("│") > 1]
            views.append(" ".join(" ".join(told).split()))
            terminal.press("j")
    for action in AddCustomerScreen.all_actions():
        assert any(_(action.help) in view for view in views), views[0]
