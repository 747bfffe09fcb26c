"""The form for a customer: asks what the country asks, and fills in what follows from an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.checks import check, check_all, proposals, questions
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.screens.shared.record_form import RecordFormScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.customers.form.fields import FormContext
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.session import AppSession

_FOLLOWERS: Mapping[str, tuple[FormField, ...]] = {
    FormField.COMPANY_NAME: (FormField.DOMAIN_PREFIX,),
    FormField.COUNTRY: (FormField.LANGUAGE, FormField.CULTURE),
    FormField.AGREEMENT: (
        FormField.AGREEMENT_FIRST_NAME, FormField.AGREEMENT_LAST_NAME,
        FormField.AGREEMENT_EMAIL, FormField.AGREEMENT_PHONE,
    ),
}  # fmt: skip
"""Fields that follow from another one as long as nobody typed into them."""


class CustomerFormScreen(RecordFormScreen):
    """A customer's fields, to be filled in. Subclasses say what becomes of them."""

    def __init__(
        self, desk: AppSession, account: Account, at: FormContext, values: Mapping[FormField, str]
    ) -> None:
        super().__init__(desk, account, {field.value: text for field, text in values.items()})
        self.at = at
        self.proposed: dict[FormField, str] = {}
        """Values that nobody typed; they follow what they were made from."""

    @property
    def values(self) -> dict[FormField, str]:
        """What stands in the form, asked for now or not."""
        return {FormField(name): text for name, text in self.typed.items()}

    def answers(self) -> dict[str, str]:
        """Return all that stands in the form: the rules speak of what is not asked, too."""
        return dict(self.typed)

    def warm_up(self) -> None:
        """Read in what the rules need; runs beside the event loop."""
        questions(self.values, self.at)
        check_all({**self.values, FormField.EMAIL: "a@example.com"}, self.at)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return the fields that the country asks for."""
        return questions(self.values, self.at)

    def meant(self, name: str, text: str) -> str:
        """Return the value as it is stored, where the rules do not refuse it."""
        checked = check(FormField(name), self.values, self.at)
        return text if checked.refused else checked.value or text

    def follow(self, name: str) -> None:
        """Fill in what follows from a field, where nobody typed anything else."""
        found = proposals(self.values, self.at)
        for follower in _FOLLOWERS.get(name, ()):
            own = self.typed.get(follower, "") not in ("", self.proposed.get(follower, ""))
            if found.get(follower) and not own:
                self.proposed[follower] = found[follower]
                self.put(follower, found[follower])

    def heading_trouble(self) -> str:
        """Return nothing: what is about no field that is asked stands in the plan."""
        return ""
