"""The forms for inviting one company, in the book or not, or many marked customers."""

from __future__ import annotations

from functools import partial
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
"""Values of the field `made`: invited by a letter from the console, or in the portal."""


class InvitationForm(RecordFormScreen):
    """The fields of an invitation. Subclasses set the invited customers."""

    def __init__(self, desk: AppSession, account: Account, page: CustomerPage | None) -> None:
        super().__init__(desk, account, _values(account, page))
        self.prefilled = True
        self._page = page
        """The invited customer; None for a company that is not in the book."""
        self._account_links: Mapping[str, str] = {}
        """The invitation links of the account, by kind of invitation; "" for none."""

    def on_mount(self) -> None:
        """Show the form; a connected account fetches its link beside it, if it has none."""
        super().on_mount()
        if self.account.connected:
            fetch = partial(self.shell.fetch_link, self.account.id)
            self.read(fetch, self._fetched, lambda _error: None, group="link", beside=True)

    def _fetched(self, link: str) -> None:
        if link and self._account_links.get("reseller", "") != link:
            self._account_links = {**self._account_links, "reseller": link}
            self.refresh_fields()  # what was typed meanwhile stays, and the cursor
            self.check_again()

    def warm_up(self) -> None:
        """Load the links of the account, and propose whether to ask for delegated admin."""
        from partnerdesk.models.accounts.entities import PartnerAccount
        from partnerdesk.models.letters.links import asks_delegated_admin

        with self.desk.store.reading() as session:
            account = session.get_one(PartnerAccount, self.account.id)
            self._account_links = {
                "reseller": account.invitation_link,
                "combined": account.combined_invitation_link,
            }
        without = asks_delegated_admin(self._account_links["reseller"]) is False
        self.typed.setdefault("delegated_admin", "no" if without else "yes")

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return the fields; if the cloud does not offer an option, the hint says why."""
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
        options = (
            Option(LETTER, _("by a letter from here")),
            Option(PORTAL, _("in the portal, recorded here")),
        )
        reason = link_call.reason
        made = Question("made", _("Made"), how, hint=reason, options=options, free=False)
        without = cloud.allows(Capability.INVITE_WITHOUT_DELEGATED_ADMIN)
        indirect = cloud.allows(Capability.INDIRECT_MODEL)
        usual = _("Without it you can sell, and manage Azure only (rules.md §7)")
        questions = [
            made,
            Question("kind", _("Links to"), how, hint=indirect.reason,
                     options=(Option("reseller", _("you as its reseller")),
                              Option("combined", _("you and your indirect provider"))), free=False),
            Question("delegated_admin", _("Delegated admin"), how, hint=without.reason or usual,
                     options=(Option("yes", _("asked for")), Option("no", _("not asked for"))),
                     free=False),
        ]  # fmt: skip
        if values.get("made") == PORTAL:
            return questions
        from partnerdesk.models.letters.letter import LANGUAGE_TITLES

        languages = tuple(Option(code, _(title)) for code, title in LANGUAGE_TITLES.items())
        hint = _("The letter's")
        questions.append(
            Question("language", _("Language"), how, hint=hint, free=False, options=languages)
        )
        stored = self._account_links.get(values.get("kind", "reseller"), "")
        hint = _("Empty for the one that is kept: {link}").format(link=stored)
        if not stored:
            hint = _("Copy it in Partner Center: Customers, Request a reseller relationship")
        questions.append(Question("link", _("Link"), how, required=not stored, hint=hint))
        return questions

    async def make_plan(self, values: Mapping[str, str]) -> Plan:
        """Return the plan that adds the invitation."""
        from partnerdesk.models.relationships.invite import plan_invite, read_invitation_context

        request, account = self._request(values), self.account
        around = await self.desk.aside(read_invitation_context, account.id, request)
        return plan_invite(account, request, around, self.desk.by())

    def _request(self, values: Mapping[str, str]) -> InvitationRequest:
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
        """Return the form for a customer, or for a company that is not in the book.

        Raises:
            NotFoundError: the customer is not in the book, or no account is chosen.
        """
        from partnerdesk.models.customers.page import read_customer

        if customer_id is None:
            return cls(desk, desk.own_account(), None)
        page = await desk.aside(read_customer, customer_id)
        return cls(desk, desk.account_of(page.customer.account_id), page)

    def heading_text(self) -> str:
        """Return the heading: the cloud and the account of the invitation."""
        return _("Invite in {cloud} · {account}").format(
            cloud=_(self.account.cloud.short_name), account=self.account.title
        )

    async def carried_out(self, outcome: Outcome) -> None:
        """Close the form, and show the letter if there is one."""
        await self.shell.go_back()
        if self.typed.get("made") == PORTAL:
            self.shell.say(_("The invitation is recorded. u undoes it."))
        elif outcome.record_id is not None:
            await self.shell.show("invitation", outcome.record_id)
            told = _("A draft: y copies it, f writes a file.")
            if self.desk.settings.mail.host:
                told = _("A draft: y copies it, f writes a file, S sends it.")
            self.shell.say(told)


class InviteManyScreen(ManyForm, InvitationForm):
    """The form with the values that are the same for the invitations of many customers."""

    NAME = "invite-many"
    RUN = "invite"

    def __init__(self, desk: AppSession, account: Account, page: CustomerPage) -> None:
        super().__init__(desk, account, page)
        common = ("made", "kind", "delegated_admin", "link")
        self.typed = {name: text for name, text in self.typed.items() if name in common}

    @classmethod
    async def load(
        cls,
        desk: AppSession,
        keys: Sequence[RowKey],
        account_id: int,
        hidden: str = "",
        marks: set[RowKey] | None = None,
    ) -> Self:
        """Return the form; its checks use the first customer.

        Raises:
            NotFoundError: that customer is not in the book, or its cloud is not enabled.
        """
        from partnerdesk.models.customers.page import read_customer

        first = await desk.aside(read_customer, keys[0])
        return cls(desk, desk.account_of(account_id), first).over(keys, hidden, marks)

    def heading_over(self, customers: str) -> str:
        """Return the heading for `customers`, a text such as "3 customers", with the cloud."""
        cloud = _(self.account.cloud.short_name)
        return _("Invite {count} in {cloud}").format(count=customers, cloud=cloud)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:
        """Return the common fields; an empty language means the language of each customer."""
        return self._how(values)


def _values(account: Account, page: CustomerPage | None) -> dict[str, str]:
    """Return the initial values, by field."""
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
