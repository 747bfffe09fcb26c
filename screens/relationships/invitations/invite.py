"""The forms that invite: one company, in the book or not; or many marked customers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from partnerdesk.models.forms.question import Option, Question
from partnerdesk.models.languages import SOURCE_LANGUAGE, _
from partnerdesk.models.settings.clouds import Capability
from partnerdesk.screens.shared.many_form import ManyForm
from partnerdesk.screens.shared.record_form import RecordFormScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.changes.plan import Outcome, Plan
    from partnerdesk.models.customers.page import CustomerPage
    from partnerdesk.models.lists.spec import RowKey
    from partnerdesk.models.relationships.invite import InvitationRequest
    from partnerdesk.models.session import AppSession

LETTER, PORTAL = "letter", "portal"
"""How an invitation is made: by a letter from here, or in the portal."""


class InvitationForm(RecordFormScreen):
    """What is asked to invite. Subclasses say whom."""

    def __init__(self, desk: AppSession, account: Account, page: CustomerPage | None) -> None:
        super().__init__(desk, account, _values(account, page))
        self.prefilled = True
        self._page = page
        self._kept_links: Mapping[str, str] = {}

    def warm_up(self) -> None:
        """Read the links that the account keeps, to show them; runs beside the event loop."""
        from partnerdesk.models.accounts.entities import PartnerAccount
        from partnerdesk.models.letters.links import asks_delegated_admin

        with self.desk.store.reading() as session:
            kept = session.get_one(PartnerAccount, self.account.id)
            self._kept_links = {
                "reseller": kept.invitation_link,
                "combined": kept.combined_invitation_link,
            }
        without = asks_delegated_admin(self._kept_links["reseller"]) is False
        self.typed.setdefault("delegated_admin", "no" if without else "yes")

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return whom, and how: what the cloud does not offer says why."""
        whom = _("Whom")
        company = [
            Question("company", _("Company"), whom, required=True,
                     hint=_("The company that has a tenant already")),
            Question("contact", _("Contact"), whom, hint=_("Whom the letter greets")),
            Question("email", _("E-mail"), whom, required=values.get("made") != PORTAL,
                     hint=_("Where the letter goes; best to a global admin of the customer")),
            Question("domain", _("Domain"), whom,
                     hint=_("Known, it closes the invitation by itself when the customer comes")),
            Question("microsoft_id", _("Microsoft ID"), whom,
                     hint=_("The customer's tenant id, where you know it")),
        ]  # fmt: skip
        return [*company, *self._how(values)]

    def _how(self, values: Mapping[str, str]) -> list[Question]:
        how, cloud = _("How"), self.account.cloud
        link_call = cloud.allows(Capability.INVITATION_URL)
        made = Question(
            "made", _("Made"), how, hint=link_call.reason,
            options=(Option(LETTER, _("by a letter from here")),
                     Option(PORTAL, _("in the portal, recorded here"))), free=False,
        )  # fmt: skip
        without = cloud.allows(Capability.INVITE_WITHOUT_DELEGATED_ADMIN)
        indirect = cloud.allows(Capability.INDIRECT_MODEL)
        usual = _("Without it you can sell, and manage Azure only (rules.md §7)")
        asked = [
            made,
            Question("kind", _("Links to"), how, hint=indirect.reason,
                     options=(Option("reseller", _("you as its reseller")),
                              Option("combined", _("you and your indirect provider"))), free=False),
            Question("delegated_admin", _("Delegated admin"), how, hint=without.reason or usual,
                     options=(Option("yes", _("asked for")), Option("no", _("not asked for"))),
                     free=False),
        ]  # fmt: skip
        if values.get("made") == PORTAL:
            return asked
        from partnerdesk.models.letters.letter import LANGUAGE_TITLES

        languages = tuple(Option(code, _(title)) for code, title in LANGUAGE_TITLES.items())
        asked.append(
            Question("language", _("Language"), how, hint=_("The letter's"), free=False,
                     options=languages)
        )  # fmt: skip
        kept = self._kept_links.get(values.get("kind", "reseller"), "")
        hint = _("Empty for the one that is kept: {link}").format(link=kept)
        if not kept:
            hint = _("Copy it in Partner Center: Customers, Request a reseller relationship")
        asked.append(Question("link", _("Link"), how, required=not kept, hint=hint))
        return asked

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that writes the invitation."""
        from partnerdesk.models.relationships.invite import plan_invite, read_around

        wish, account = self._wish(values), self.account
        around = await self.desk.aside(read_around, account.id, wish)
        return plan_invite(account, wish, around, self.desk.by())

    def _wish(self, values: Mapping[str, str]) -> InvitationRequest:
        from partnerdesk.models.letters.letter import LetterLanguage
        from partnerdesk.models.relationships.entities import InvitationKind
        from partnerdesk.models.relationships.invite import InvitationRequest

        language = values.get("language", "")
        return InvitationRequest(
            company=values.get("company", ""),
            contact=values.get("contact", ""),
            email=values.get("email", ""),
            domain=values.get("domain", ""),
            microsoft_id=values.get("microsoft_id", ""),
            kind=InvitationKind(values.get("kind") or "reseller"),
            delegated_admin={"yes": True, "no": False}.get(values.get("delegated_admin", "")),
            language=LetterLanguage(language) if language else None,
            link=values.get("link", ""),
            customer_id=self._page.customer.id if self._page else None,
            in_portal=values.get("made") == PORTAL,
        )


class InviteScreen(InvitationForm):
    """The form for one invitation."""

    NAME = "invite"

    @classmethod
    async def load(cls, desk: AppSession, customer_id: RowKey | None = None) -> Self:
        """Read the customer that is invited; without one, a company that is not in the book.

        Raises:
            NotFoundError: the customer is not in the book, or there is no account to work in.
        """
        from partnerdesk.models.customers.page import read_customer

        if customer_id is None:
            return cls(desk, desk.own_account(), None)
        page = await desk.aside(read_customer, customer_id)
        return cls(desk, desk.account_of(page.customer.account_id), page)

    def heading_text(self) -> str:
        """Return where the invitation is made."""
        return _("Invite in {cloud} · {account}").format(
            cloud=_(self.account.cloud.short_name), account=self.account.title
        )

    async def carried_out(self, outcome: Outcome) -> None:
        """Show the letter in the form's place."""
        await self.shell.go_back()
        if self.typed.get("made") == PORTAL:
            self.shell.say(_("The invitation is recorded. u undoes it."))
        elif outcome.record_id is not None:
            await self.shell.show("invitation", outcome.record_id)
            self.shell.say(_("A draft: y copies it, f writes a file, S sends it."))


class InviteManyScreen(ManyForm, InvitationForm):
    """What is the same for the invitations of many customers; whom, the book knows."""

    NAME = "invite-many"
    RUN = "invite"

    def __init__(self, desk: AppSession, account: Account, page: CustomerPage) -> None:
        super().__init__(desk, account, page)
        wanted = ("made", "kind", "delegated_admin", "link")
        self.typed = {name: text for name, text in self.typed.items() if name in wanted}

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        keys: Sequence[RowKey],
        account_id: int,
        hidden: str = "",
        marks: set[RowKey] | None = None,
    ) -> Self:
        """Read the first of the customers that are invited.

        Raises:
            NotFoundError: it is not in the book, or its cloud is not turned on.
        """
        from partnerdesk.models.customers.page import read_customer

        first = await desk.aside(read_customer, keys[0])
        return cls(desk, desk.account_of(account_id), first).over(keys, hidden, marks)

    def heading_over(self, customers: str) -> str:
        """Return how many are invited, and where."""
        cloud = _(self.account.cloud.short_name)
        return _("Invite {count} in {cloud}").format(count=customers, cloud=cloud)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return how; an empty language is each customer's own."""
        return self._how(values)


def _values(account: Account, page: CustomerPage | None) -> dict[str, str]:
    """Return what the form begins with."""
    portal = not account.cloud.allows(Capability.INVITATION_URL)
    values = {"made": PORTAL if portal else LETTER, "kind": "reseller"}
    if page is None:
        return values | {"language": SOURCE_LANGUAGE}
    from partnerdesk.models.letters.letter import language_for

    billing, customer = page.billing, page.customer
    return values | {
        "company": customer.company_name,
        "contact": f"{billing.first_name} {billing.last_name}".strip(),
        "email": billing.email,
        "domain": customer.primary_domain,
        "microsoft_id": customer.microsoft_id or "",
        "language": language_for(billing.culture or billing.language),
    }
