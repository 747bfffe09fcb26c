"""The questions of a form, and which option a typed text means."""

from __future__ import annotations

from dataclasses import dataclass

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a form, as it is asked for at the moment."""

    name: str
    """Stable: the reasons of a plan refer to the field by this name."""
    label: str
    """The label in this form, such as `ZIP code` or `Oblast`. Translated."""
    block: str = ""
    """The title of the section that contains the field, translated."""
    required: bool = False
    hint: str = ""
    """One short sentence: what to write, with an example. Translated."""
    options: tuple[Option, ...] = ()
    """Values to choose from."""
    suffix: str = ""
    """A text that follows the value and is not typed: `.onmicrosoft.com`."""
    free: bool = True
    """Whether the form accepts values that are not among the options."""

    def takes(self, value: str) -> bool:
        """Say whether the field accepts a value, judging by the options alone."""
        listed = any(option.value == value for option in self.options)
        return listed or not value or self.free or not self.options


def chosen(asked: Question, text: str) -> str:
    """Return the value of the option that a typed text means, or else the text.

    A text means the option whose value or title it equals, ignoring case and accents. If the field
    accepts options only, a beginning is enough that no other option has.
    """
    wanted = fold(text)
    if not wanted or any(option.value == text for option in asked.options):
        return text
    names = {option.value: (fold(option.value), fold(option.title)) for option in asked.options}
    for part in (0, 1):  # a value counts before a title that equals it by accident
        for value, name in names.items():
            if name[part] == wanted:
                return value
    if asked.free:  # a free text may begin like an option; it is not replaced by the option
        return text
    begun = [value for value, name in names.items() if any(n.startswith(wanted) for n in name)]
    return begun[0] if len(begun) == 1 else text


def not_listed(asked: Question, text: str) -> Reason:
    """Return the refusal of a value that is not among the options of a field."""
    sentence = _("{field}: {value} is none of the values in the list (ctrl+l).")
    return Reason(
        "form.not-listed", sentence.format(field=asked.label, value=shown(text[:40])), asked.name
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values that a field offers."""

    value: str
    """The stored value."""
    title: str
    """The text that is shown, translated."""
