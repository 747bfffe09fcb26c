"""Checks and proposes the prefix of the first domain: `contoso` in `contoso.onmicrosoft.com`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from partnerdesk.models.core.text import fold
from partnerdesk.models.customers.form.fields import FormField
from partnerdesk.models.customers.form.names import core_name
from partnerdesk.models.customers.form.reasons import (
    LONGEST_PREFIX,
    OWN,
    SECTION_5,
    Checked,
    quoted,
    refusal,
)
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.core.verdicts import Reason
    from partnerdesk.models.settings.clouds import Cloud

_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_LONGEST_TYPED = 256

_CYRILLIC: Mapping[str, str] = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
    "ь": "", "э": "e", "ю": "yu", "я": "ya", "є": "ye", "і": "i", "ґ": "g", "ә": "a", "ғ": "g",
    "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ҳ": "h", "ў": "u", "ҷ": "j",
    "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz",
}  # fmt: skip
"""The Latin form of each folded Cyrillic letter; folding makes `й` to `и` and `ё` to `е`."""


def check_prefix(text: str, cloud: Cloud) -> Checked:
    """Check a domain prefix; the value is in lower case."""
    prefix = text.lower()
    reason = _whole_domain(prefix, cloud) or _wrong_letters(prefix) or _too_long(prefix)
    return Checked(text, (reason,)) if reason else Checked(prefix)


def prefix_from(company_name: str) -> str:
    """Return a prefix made from a company's name; empty if no letter of it can be used.

    Removes legal forms and accents, transliterates Cyrillic and leaves out other scripts. Takes as
    many whole words as fit, or the beginning of a first word that is too long.
    """
    words = [_ascii(word) for word in core_name(company_name).split()]
    prefix = ""
    for word in filter(None, words):
        if prefix and len(prefix) + len(word) > LONGEST_PREFIX:
            break
        prefix += word
    return prefix[:LONGEST_PREFIX]


def _ascii(word: str) -> str:
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in fold(word))
    return re.sub(r"[^a-z0-9]", "", latin)


def _whole_domain(prefix: str, cloud: Cloud) -> Reason | None:
    """Return a refusal if the text is a whole domain, an e-mail address or a link."""
    field = FormField.DOMAIN_PREFIX
    suffix = cloud.domain_suffix.lower()
    if "@" in prefix:
        sentence = _("{text} is an e-mail address. Write only what comes before .{suffix}.")
        message = sentence.format(text=quoted(prefix), suffix=suffix)
        return refusal(field, "e-mail", message, SECTION_5, _first_label(prefix.rpartition("@")[2]))
    name = prefix.rstrip(".")
    for ending in (suffix, *cloud.other_suffixes):
        if name == ending or name.endswith(f".{ending}"):
            offer = _valid(name.removesuffix(ending).rstrip("."))
            if ending == suffix:
                sentence = _(
                    "The suffix .{suffix} is added by itself. Write only what precedes it."
                )
                return refusal(
                    field, "suffix-twice", sentence.format(suffix=suffix), SECTION_5, offer
                )
            sentence = _(
                "Domains of this cloud end in .{suffix}, not in .{other}. "
                "Write only what precedes it."
            )
            message = sentence.format(suffix=suffix, other=ending)
            return refusal(field, "other-suffix", message, SECTION_5, offer)
    if "." in prefix or "/" in prefix:
        sentence = _(
            "{text} is a whole domain. Write a free prefix of .{suffix}; "
            "own domains are added in the tenant later."
        )
        message = sentence.format(text=quoted(prefix), suffix=suffix)
        return refusal(field, "whole-domain", message, SECTION_5, _first_label(prefix))
    return None


def _first_label(name: str) -> str:
    bare = re.sub(r"^[a-z]+:/+", "", name).partition("/")[0].removeprefix("www.")
    return _valid(bare.partition(".")[0])


def _valid(prefix: str) -> str:
    """Return the prefix, to be offered; empty if it is no valid prefix."""
    fits = len(prefix) <= LONGEST_PREFIX and _PREFIX.fullmatch(prefix)
    return prefix if fits else ""


def _wrong_letters(prefix: str) -> Reason | None:
    field = FormField.DOMAIN_PREFIX
    if _PREFIX.fullmatch(prefix):
        return None
    if re.fullmatch(r"[a-z0-9-]+", prefix):
        sentence = _("A domain begins and ends with a letter or a digit, not with a hyphen.")
        return refusal(field, "outer-hyphen", sentence, OWN, _valid(prefix.strip("-")))
    sentence = _(
        "{text} has characters that a domain cannot have. Use the letters a–z, digits and hyphens."
    )
    message = sentence.format(text=quoted(prefix))
    return refusal(field, "wrong-characters", message, OWN, prefix_from(prefix[:_LONGEST_TYPED]))


def _too_long(prefix: str) -> Reason | None:
    if len(prefix) <= LONGEST_PREFIX:
        return None
    sentence = _("{text} has {length} characters; a domain prefix has room for {most}.")
    message = sentence.format(text=quoted(prefix), length=len(prefix), most=LONGEST_PREFIX)
    cut = prefix[:LONGEST_PREFIX].rstrip("-")
    return refusal(FormField.DOMAIN_PREFIX, "too-long", message, SECTION_5, cut)
