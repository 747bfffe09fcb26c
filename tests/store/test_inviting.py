"""Inviting a company: rules of each cloud, link, letter and refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from partnerdesk.models.accounts.records import ACCOUNT
from partnerdesk.models.core.errors import RefusedError
from partnerdesk.models.core.verdicts import Verdict
from partnerdesk.models.customers.entities import BillingProfile
from partnerdesk.models.database.store import Store
from partnerdesk.models.letters.letter import LetterLanguage
from partnerdesk.models.letters.links import asks_delegated_admin
from partnerdesk.models.operations.carry_out import carry_out
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships.entities import InvitationKind, PartnerRelation, SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import (
    plan_accept,
    plan_letter_out,
    plan_rewrite,
)
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    plan_invite,
    read_invitation_context,
)
from partnerdesk.models.relationships.records import INVITATION
from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Capability, Support
from tests.support.books import ALL_CLOUDS, NOW, TESTER
from tests.support.edits import by
from tests.support.empty_book import empty_book
from tests.support.forms import account_in
from tests.support.relations import (
    LINK,
    TENANT,
    WITHOUT,
    account_of,
    add_customer,
    codes,
    customer_of,
    days,
    invite,
    invite_plan,
    invited,
    name_accounts,
    provider,
    send,
)

if TYPE_CHECKING:
    from pathlib import Path

    from partnerdesk.models.changes.plan import Plan
    from partnerdesk.models.changes.record_kind import RecordKind
    from partnerdesk.models.settings.database_url import SqliteFile

MICROSOFT_ID = "aaaaaaaa-1111-4222-8333-444444444444"
COMBINED = InvitationKind.COMBINED


@pytest.fixture
def book(sqlite_database: SqliteFile) -> Store:
    """Return a book with a named indirect provider in each cloud."""
    opened = Store(empty_book(sqlite_database))
    opened.open(list(ALL_CLOUDS))
    provider(opened)
    return opened


# What each cloud allows

PLAIN: dict[str, Any] = {"link": LINK}
PORTAL: dict[str, Any] = {"in_portal": True}
NO_ADMIN, TOGETHER = PLAIN | {"delegated_admin": False}, PLAIN | {"kind": COMBINED}
OFFERED = [  # cloud, request, refusing codes, warning codes (`reference/rules.md §2, §7, §8, §16`)
    ("global", PLAIN, [], []),
    ("global", PORTAL, [], []),
    ("global", NO_ADMIN, [], []),
    ("global", TOGETHER, [], []),
    ("us-gov", PLAIN, ["invitation.no-link"], ["invitation.cloud"]),
    ("us-gov", PORTAL, [], ["invitation.cloud"]),
    ("us-gov", PORTAL | {"delegated_admin": False}, ["invitation.delegated-admin"],
     ["invitation.cloud"]),
    ("us-gov", PORTAL | {"kind": COMBINED}, ["invitation.combined"], ["invitation.cloud"]),
    ("germany", PLAIN, [], []),
    ("germany", PORTAL, [], []),
    ("germany", NO_ADMIN, ["invitation.delegated-admin"], []),
    ("germany", {"link": WITHOUT}, ["invitation.delegated-admin"], []),
    ("germany", TOGETHER, ["invitation.combined"], []),
    ("china", PLAIN, [], []),
    ("china", NO_ADMIN, [], ["invitation.delegated-admin"]),
    ("china", TOGETHER, [], ["invitation.combined"]),
]  # fmt: skip
CELLS = {
    "invitation.no-link": Capability.INVITATION_URL,
    "invitation.cloud": Capability.INVITE_EXISTING,
    "invitation.delegated-admin": Capability.INVITE_WITHOUT_DELEGATED_ADMIN,
    "invitation.combined": Capability.INDIRECT_MODEL,
}


@pytest.mark.parametrize(("cloud", "wish", "refusing", "warning"), OFFERED)
def test_each_cloud_allows_what_its_table_says(
    book: Store, cloud: str, wish: dict[str, Any], refusing: list[str], warning: list[str]
) -> None:
    plan = invite_plan(book, cloud, **wish)
    assert codes(plan, refusing=True) == refusing
    assert [reason.code for reason in plan.reasons if not reason.refuses] == warning
    assert (plan.verdict is Verdict.REFUSED, plan.steps == ()) == (bool(refusing),) * 2
    for reason in plan.reasons:
        cell = account_in(book, cloud).cloud.allows(CELLS[reason.code])
        assert (reason.text, reason.source, reason.refuses) == (
            cell.reason,
            cell.source,
            cell.support is Support.NO,
        )


@pytest.mark.parametrize(
    ("row", "cloud", "wish", "before", "after"),
    [
        ('invitation_url = { us-gov = "yes" }', "us-gov", PLAIN, True, False),
        ('invite_existing = { global = "no" }', "global", PLAIN, False, True),
        ('invite_existing = { us-gov = "no" }', "us-gov", PORTAL, False, True),
        ('invite_without_delegated_admin = { germany = "yes" }', "germany", NO_ADMIN, True, False),
        ('invite_without_delegated_admin = { china = "no" }', "china", NO_ADMIN, False, True),
        ('indirect_model = { germany = "partly" }', "germany", TOGETHER, True, False),
        ('indirect_model = { global = "no" }', "global", TOGETHER, False, True),
    ],
)
def test_a_cell_that_the_partner_corrects_changes_the_verdict(
    book: Store, tmp_path: Path, row: str, cloud: str, wish: dict[str, Any], *, before: bool,
    after: bool,
) -> None:  # fmt: skip
    own = tmp_path / "own.toml"
    own.write_text(f"[capabilities]\n{row}\n")
    assert (invite_plan(book, cloud, **wish).verdict is Verdict.REFUSED) == before
    account = replace(account_in(book, cloud), cloud=settings.load(own).all_clouds()[cloud])
    said = InvitationRequest(company="Neue Firma", email="ulla@neue.example", **wish)
    plan = plan_invite(
        account, said, read_invitation_context(book, account.id, said), by(TESTER, NOW)
    )
    assert (plan.verdict is Verdict.REFUSED) == after


def test_a_combined_invitation_of_a_direct_bill_partner_is_warned_of(book: Store) -> None:
    name_accounts(book, kind="direct_bill")
    plan = invite_plan(book, **TOGETHER)
    assert [(r.code, r.source, r.refuses) for r in plan.reasons] == [
        ("invitation.combined", "rules.md §8", False)
    ]


# The link and the letter


def after_of(plan: Plan, record: RecordKind = INVITATION) -> dict[str, Any]:
    """Return the fields that the plan's step for this kind of record writes."""
    return next(step.after or {} for step in plan.steps if step.record is record)


def test_the_link_is_wanted_once_and_kept_with_the_account(book: Store) -> None:
    missing = invite_plan(book)
    assert [(r.code, r.source) for r in missing.reasons] == [("link.missing", "rules.md §7")]
    assert "Copy it in Partner Center" in missing.reasons[0].text
    first = invite_plan(book, link=LINK)
    assert after_of(first, ACCOUNT) == {"invitation_link": LINK}
    done = carry_out(book, first)
    again = invite_plan(book, company="Another")
    assert [step.record for step in again.steps] == [INVITATION]
    assert after_of(again)["link"] == LINK
    assert codes(invite_plan(book, kind=COMBINED)) == ["link.missing"]  # it has its own link
    invite(book, kind=COMBINED, link=f"{LINK}x", company="Both")
    account = account_of(book)
    assert (account.invitation_link, account.combined_invitation_link) == (LINK, f"{LINK}x")
    carry_out(book, plan_undo(book, done.change_id or 0, by(TESTER, NOW)))
    assert account_of(book).invitation_link == ""


@pytest.mark.parametrize(
    ("link", "code"),
    [
        (LINK.replace("https", "http"), "link.not-https"),
        (LINK.replace("microsoft.com", "rnicrosoft.com"), "link.other-host"),
        (f"{LINK} ", "link.unsafe-characters"),
        (LINK.replace("&", "&amp;"), "link.html"),
        ("javascript:alert(1)//microsoft.com", "link.not-https"),
        (LINK.replace("admin.", "user@admin."), "link.sign-in"),
    ],
)
def test_a_link_that_is_none_is_refused_and_never_kept(book: Store, link: str, code: str) -> None:
    plan = invite_plan(book, link=link.replace(" ", "\u200b"))
    assert codes(plan, refusing=True) == [code]
    with pytest.raises(RefusedError):
        carry_out(book, plan)
    assert account_of(book).invitation_link == ""


def test_a_link_of_another_partner_or_cloud_is_warned_of(book: Store) -> None:
    foreign = LINK.replace(TENANT, MICROSOFT_ID).replace("microsoft.com", "microsoft.us")
    assert codes(invite_plan(book, link=foreign)) == ["link.other-cloud", "link.other-partner"]


@pytest.mark.parametrize(
    ("link", "wanted", "asks"),
    [(LINK, None, True), (WITHOUT, None, False), (LINK, False, False), (WITHOUT, True, True)],
)
def test_the_links_parameter_and_the_letter_follow_the_choice(
    book: Store, link: str, wanted: bool | None, *, asks: bool
) -> None:
    plan = invite_plan(book, link=link, delegated_admin=wanted)
    new = after_of(plan)
    assert (new["delegated_admin"], asks_delegated_admin(new["link"])) == (asks, asks)
    assert new["link"] == (LINK if asks else WITHOUT)  # the rest of the link stays the same
    assert new["link"] in new["body"]
    assert ("We get no administration rights" in new["body"]) != asks
    assert after_of(plan, ACCOUNT) == {"invitation_link": link}


def test_a_link_that_does_not_say_is_left_alone_and_warned_of(book: Store) -> None:
    silent = LINK.replace("&DAP=true", "")
    plan = invite_plan(book, link=silent, delegated_admin=False)
    assert codes(plan) == ["link.delegated-admin"]
    assert after_of(plan)["link"] == silent


@pytest.mark.parametrize(
    ("culture", "said", "language"),
    [("de-AT", None, "de"), ("ru-RU", None, "ru"), ("pt-BR", None, "en"), ("", None, "en"),
     ("de-AT", LetterLanguage("ru"), "ru")],
)  # fmt: skip
def test_the_letter_is_in_the_customers_language(
    book: Store, culture: str, said: LetterLanguage | None, language: str
) -> None:
    id = add_customer(book, "Contoso", "contoso", relationship_to_partner="none")
    with book.writing() as session:
        session.add(BillingProfile(customer_id=id, email="a@contoso.example", culture=culture,
                                   first_name="Änne", last_name="Ost"))  # fmt: skip
    new = after_of(invite_plan(book, link=LINK, customer_id=id, language=said))
    assert (new["language"], new["contact"], new["email"]) == (
        language,
        "Änne Ost",
        "a@contoso.example",
    )
    assert {"de": "Guten Tag", "ru": "Здравствуйте", "en": "Dear"}[language] in new["body"]


def test_the_own_provider_is_named_where_there_is_just_one(book: Store) -> None:
    from partnerdesk.models.relationships.partners import plan_add_partner, read_partners

    account = account_in(book)
    for name, expected in (("Big Provider", "Big Provider"), ("Second", "")):
        said = {"name": name, "kind": PartnerRelation.IS_INDIRECT_CLOUD_SOLUTION_PROVIDER_OF}
        known = read_partners(book, account.id)
        carry_out(book, plan_add_partner(account, said, known, by(TESTER, NOW)))
        assert after_of(invite_plan(book, **TOGETHER))["provider"] == expected
    assert after_of(invite_plan(book, **PLAIN))["provider"] == ""


def test_who_waits_or_has_a_relationship_already_is_warned_of(book: Store) -> None:
    invited(book)
    again = invite_plan(book, company="  NEUE   firma ")
    assert codes(again) == ["invitation.waiting"]
    assert "2026-11-22 by tester" in again.reasons[0].text
    related = add_customer(book, "Contoso", "contoso", microsoft_id=MICROSOFT_ID)
    said: dict[str, Any]
    for said in ({"customer_id": related, "email": "a@b.example"}, {"microsoft_id": MICROSOFT_ID},
                 {"domain": "Contoso.onmicrosoft.com."}):  # fmt: skip
        plan = invite_plan(book, **said)
        assert codes(plan) == ["invitation.related"]
        assert (after_of(plan)["customer_id"], after_of(plan)["related_before"]) == (related, True)
    for number, state in enumerate(("none", "ended")):
        ended = NOW if state == "ended" else None
        id = add_customer(book, state, state, relationship_to_partner="none", ended_at=ended)
        assert id == related + number + 1
        assert codes(invite_plan(book, customer_id=id, email="a@b.example")) == []


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("company", "", "invitation.no-company"), ("company", "x" * 257, "invitation.company"),
        ("company", "\x1b[2J", "invitation.company"), ("company", "a\u202eb", "invitation.company"),
        ("contact", "a\x00b", "invitation.contact"), ("domain", "no domain", "invitation.domain"),
        ("domain", "\x1b.de", "invitation.domain"), ("email", "", "letter.email-required"),
        ("email", "a@b.example\nBcc: c@d.example", "letter.email-unsafe-characters"),
        ("email", "a@b.example, c@d.example", "letter.email-several"),
        ("microsoft_id", "no guid", "invitation.microsoft-id"),
    ],
)  # fmt: skip
def test_what_means_no_good_is_refused(book: Store, field: str, text: str, code: str) -> None:
    plan = invite_plan(book, **PLAIN | {field: text})
    assert code in codes(plan, refusing=True)
    assert (plan.steps, plan.calls) == ((), ())
    assert "\x1b" not in "".join(reason.text for reason in plan.reasons)


def test_markup_and_braces_in_names_stay_what_they_are(book: Store) -> None:
    name = "[bold]{link}[/] {partner} Ромашка"
    new = after_of(invite_plan(book, link=LINK, company=name, contact="{without_contact}"))
    assert new["company_name"] == name
    assert name in new["subject"]
    assert new["body"].count(LINK) == 1
    assert "{without_contact}" in new["body"]


def test_a_customer_of_another_account_is_not_invited_or_accepted_here(book: Store) -> None:
    other = add_customer(book, "Gov", "gov", "us-gov")
    plan = invite_plan(book, link=LINK, customer_id=other, email="a@b.example")
    assert codes(plan, refusing=True) == ["invitation.other-account"]
    case = read_invitation(book, invited(book))
    plan = plan_accept(case, by(TESTER, NOW), customer_of(book, other))
    assert codes(plan, refusing=True) == ["invitation.other-account"]


def test_an_edited_letter_keeps_its_link_and_a_reminder_names_the_day(book: Store) -> None:
    id = invite(book, language=LetterLanguage("de"))
    case = read_invitation(book, id)
    letter = case.letter(NOW)
    for plan in (
        plan_rewrite(case, replace(letter, body="Hallo!"), by(TESTER, NOW)),
        plan_letter_out(case, replace(letter, body=letter.body.replace("msppId", "msppid")),
                        SentBy.EML, by(TESTER, NOW)),
    ):  # fmt: skip
        assert codes(plan, refusing=True)[0] == "letter.link-missing"
        assert (plan.steps, plan.calls) == ((), ())
    edited = replace(letter, body=f"Hallo!\n\n{LINK}\n")
    carry_out(book, plan_rewrite(case, edited, by(TESTER, NOW)))
    assert read_invitation(book, id).letter(NOW) == edited
    send(book, id, SentBy.EML)
    reminder = read_invitation(book, id).letter(days(8))
    assert reminder.body.count(LINK) == 1
    assert "22.11.2026" in reminder.body
    assert codes(plan_rewrite(read_invitation(book, id), edited, by(TESTER, NOW))) == [
        "invitation.state"
    ]
