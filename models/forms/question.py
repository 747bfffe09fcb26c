"""A form's fields as they are asked for, and what is meant by what is typed into them."""

from __future__ import annotations

from dataclasses import dataclass

from partnerdesk.models.core.text import fold, shown
from partnerdesk.models.core.verdicts import Reason
from partnerdesk.models.languages import _


@dataclass(frozen=True, slots=True)
class Question:
    """A field as it is asked for now."""

    name: str
    """Stable: the plan's reasons name it so."""
    label: str
    """What it is called here, such as `ZIP code` or `Oblast`. Translated."""
    block: str = ""
    """The title of the section it stands in, translated."""
    required: bool = False
    hint: str = ""
    """One short sentence: what to write, with an example. Translated."""
    options: tuple[Option, ...] = ()
    """Values to choose from."""
    suffix: str = ""
    """What follows the value and is not typed: `.onmicrosoft.com`."""
    free: bool = True
    """Whether other values than the options are taken, as far as this form tells."""

    def takes(self, value: str) -> bool:
        """Say whether a value is one that may stand here, as far as the options tell."""
        listed = any(option.value == value for option in self.options)
        return listed or not value or self.free or not self.options


def chosen(asked: Question, text: str) -> str:
    """Return the value of the option that a typed text means, or else the text.

    It means an option by its value or title, whatever the case and accents; where nothing but the
    options is taken, also by a beginning that no other option has.
    """
    wanted = fold(text)
    if not wanted or any(option.value == text for option in asked.options):
        return text
    names = {option.value: (fold(option.value), fold(option.title)) for option in asked.options}
    for place in (0, 1):  # a value counts before a title that is the same by accident
        for value, name in names.items():
            if name[place] == wanted:
                return value
    if asked.free:  # a text of its own may begin as an option does: it is not made another one
        return text
    begun = [value for value, name in names.items() if any(n.startswith(wanted) for n in name)]
    return begun[0] if len(begun) == 1 else text


def not_listed(asked: Question, text: str) -> Reason:
    """Return why a value that stands in no option is refused, where only options are taken."""
    told = _("{field}: {value} is none of the values in the list (ctrl+l).")
    return Reason(
        "form.not-listed", told.format(field=asked.label, value=shown(text[:40])), asked.name
    )


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a field may be chosen to have."""

    value: str
    """What is stored."""
    title: str
    """What is shown; translated."""
