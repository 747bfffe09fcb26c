"""The form for a customer: shows the fields of the country, and proposes dependent values."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from partnerdesk.models.customers.form.checks import check, check_all, proposals, questions
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.values.countries import awaits_names, read_names
from partnerdesk.screens.shared.record_form import RecordFormScreen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from partnerdesk.models.accounts.accounts import Account
    from partnerdesk.models.customers.form.fields import FormContext
    from partnerdesk.models.forms.question import Question
    from partnerdesk.models.session import AppSession

_DEPENDENTS: Mapping[str, tuple[FormField, ...]] = {
    FormField.COMPANY_NAME: (FormField.DOMAIN_PREFIX,),
    FormField.COUNTRY: (FormField.LANGUAGE, FormField.CULTURE),
    FormField.AGREEMENT: (
        FormField.AGREEMENT_FIRST_NAME,
        FormField.AGREEMENT_LAST_NAME,
        FormField.AGREEMENT_EMAIL,
        FormField.AGREEMENT_PHONE,
    ),
}
"""The fields whose value is proposed from another field, by that field."""


class CustomerFormScreen(RecordFormScreen):
    """A form with the fields of a customer. Subclasses make the plan."""

    def __init__(
        self,
        desk: AppSession,
        account: Account,
        context: FormContext,
        values: Mapping[FormField, str],
    ) -> None:
        super().__init__(desk, account, {field.value: text for field, text in values.items()})
        self.context = context
        """The circumstances that the rules depend on: the account, the day, the stored values."""
        self.proposed: dict[FormField, str] = {}
        """Proposed values; each follows its source field until a person types another value."""

    @property
    def values(self) -> dict[FormField, str]:
        """The texts of all fields, also of fields that are not shown now."""
        return {FormField(name): text for name, text in self.typed.items()}

    def answers(self) -> dict[str, str]:
        """Return the texts of all fields, since the rules also judge fields that are not shown."""
        return dict(self.typed)

    def warm_up(self) -> None:
        """Load the data that the rules need; runs in the reading thread."""
        questions(self.values, self.context)
        check_all({**self.values, FormField.EMAIL: "a@example.com"}, self.context)

    def questions(self, values: Mapping[str, str]) -> Sequence[Question]:  # noqa: ARG002
        """Return the fields that the country requires."""
        return questions(self.values, self.context)

    def value_for(self, name: str, text: str) -> str:
        """Return the value in its stored form; the text itself if the rules refuse it.

        A country in another language is searched in the reading thread; the next key waits for it.
        """
        if name == FormField.COUNTRY and awaits_names(text):
            aside = partial(self.desk.reader.aside, read_names)
            self.read(aside, lambda _nothing: self._names_read(), group="names of countries")
        checked = check(FormField(name), self.values, self.context)
        return text if checked.refused else checked.value or text

    def _names_read(self) -> None:
        """Take the country as if its field were left now."""
        self._leave(FormField.COUNTRY, self.typed[FormField.COUNTRY])
        self._check()

    def update_dependents(self, name: str) -> None:
        """Propose the values that depend on a field, unless a person typed other values."""
        texts = proposals(self.values, self.context)
        for field in _DEPENDENTS.get(name, ()):
            was_typed = self.typed.get(field, "") not in ("", self.proposed.get(field, ""))
            if texts.get(field) and not was_typed:
                self.proposed[field] = texts[field]
                self.put(field, texts[field])

    def heading_error(self) -> str:
        """Return "": the plan shows the reasons that belong to no shown field."""
        return ""
