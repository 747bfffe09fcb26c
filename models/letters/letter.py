"""Letters to customers: kinds, languages, built-in and own templates, and their checks."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import NewType

from partnerdesk.models.core.stored import Titles
from partnerdesk.models.core.text import did_you_mean, shown, shown_lines
from partnerdesk.models.core.verdicts import Reason, is_refused
from partnerdesk.models.languages import (
    FOLDER,
    LANGUAGES,
    N_,
    SOURCE_LANGUAGE,
    _,
    ngettext,
    of_letters,
)
from partnerdesk.models.letters.link_in_text import link_reasons

LONGEST_SUBJECT, LONGEST_BODY, LONGEST_NAME = 200, 20_000, 1_000
"""Maximum characters of each."""
_IN_SUBJECT = 80
"""Maximum characters of a name in a subject; a longer name is shortened there."""
OWN, INVITATION = "partnerdesk", "rules.md §7"


class LetterKind(StrEnum):
    """The purpose of a letter."""

    INVITATION = "invitation"
    COMBINED = "combined"
    """Connects a customer to the reseller and its indirect provider at once (`rules.md §8`)."""
    REMINDER = "reminder"
    COMBINED_REMINDER = "combined_reminder"
    NOTICE = "notice"
    """Tells the customer that the relationship was ended; nobody else does (`rules.md §9`)."""

    @property
    def has_link(self) -> bool:
        """Whether a letter of this kind needs a link."""
        return self is not LetterKind.NOTICE


LETTER_TITLES = Titles(
    {
        LetterKind.INVITATION: N_("Invitation"),
        LetterKind.COMBINED: N_("Invitation of reseller and provider together"),
        LetterKind.REMINDER: N_("Reminder"),
        LetterKind.COMBINED_REMINDER: N_("Reminder of reseller and provider together"),
        LetterKind.NOTICE: N_("Notice that the relationship has ended"),
    }
)
"""The name of each kind on the screen."""


LetterLanguage = NewType("LetterLanguage", str)
"""The code of a language that the built-in letters are written in."""

LANGUAGE_TITLES = Titles({LetterLanguage(code): LANGUAGES[code].name for code in of_letters()})
"""The name of each of these languages."""


def language_for(language_or_culture: str) -> LetterLanguage:
    """Return the language of letters to a customer: German for `de-AT`, English if unknown."""
    code = re.split(r"[-_]", language_or_culture.strip().lower(), maxsplit=1)[0]
    return LetterLanguage(code if code in LANGUAGE_TITLES else SOURCE_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Parties:
    """Sender, recipient and facts of a letter. All but the company and the e-mail may be empty.

    The `DAP` parameter of the link must agree with `delegated_admin`
    (`links.link_with_delegated_admin`), since the letter tells the customer about it.
    """

    company: str
    contact: str
    email: str
    partner: str
    """The partner's own name."""
    link: str
    delegated_admin: bool
    provider: str
    """The indirect provider of a combined invitation."""
    ended_on: str = ""
    """For a notice: the day on which the relationship ended, in the letter's language."""
    reason: str = ""
    """For a notice: why the relationship ended, in words that the customer may read."""
    sent_on: str = ""
    """For a reminder: the day of the earlier letter, in the letter's language."""


@dataclass(frozen=True, slots=True)
class Template:
    """A letter with placeholders: `{company}`, `{link}` … (`PLACEHOLDERS`).

    A line is left out if a placeholder in it has no value. A line with `{without_contact}` is used
    only if there is no contact; `{with_delegated_admin}` and `{without_delegated_admin}` choose a
    line in the same way (`CONDITIONS`).
    """

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is ready to be read, edited, checked and sent."""

    kind: LetterKind
    language: LetterLanguage
    name: str
    """The name of the person, or else of the company, that gets the letter; may be empty."""
    email: str
    subject: str
    body: str
    link: str
    """The link that the body must contain unchanged; empty if the letter has no link."""


PLACEHOLDERS = ("company", "contact", "partner", "link", "provider", "date", "reason")
"""The names of placeholders; `{date}` is the day of the ending, or of the earlier letter."""
CONDITIONS = (
    *(f"{word}_{name}" for name in PLACEHOLDERS for word in ("with", "without")),
    "with_delegated_admin",
    "without_delegated_admin",
)
"""The conditions of a template's line; the line is used only if its conditions hold."""
_SAMPLE = "https://admin.microsoft.com/"
_PLACEHOLDER = re.compile(r"\{ *([^{}\s][^{}\n]{0,40}?) *\}")


@cache
def built_in(kind: LetterKind, language: LetterLanguage) -> Template:
    """Return the built-in template of a letter; an own template starts from it, too.

    A language that this version of the program does not know falls back to English.
    """
    file = FOLDER / language_for(language) / "letters" / f"{kind}.txt"
    text = file.read_text(encoding="utf-8")
    subject, _blank, body = text.partition("\n\n")
    return Template(subject.removeprefix("Subject:").strip(), body)


def compose(
    kind: LetterKind, language: LetterLanguage, parties: Parties, template: Template | None = None
) -> Letter:
    """Return the letter to a customer; braces in the texts of `parties` stay as they are."""
    chosen = template or built_in(kind, language)
    values = {
        "company": parties.company.strip(),
        "contact": parties.contact.strip(),
        "partner": parties.partner.strip(),
        "link": parties.link,
        "provider": parties.provider.strip(),
        "date": (parties.sent_on if kind.has_link else parties.ended_on).strip(),
        "reason": parties.reason.strip(),
    }
    facts = {name for name, value in values.items() if value}
    facts |= {"delegated_admin"} if parties.delegated_admin else set()
    lines = [_line(line, values, facts) for line in chosen.body.splitlines()]
    body = "\n".join(line for line in lines if line is not None)
    short = {name: _shortened(value) for name, value in values.items()}
    has_link = kind.has_link or "link" in _PLACEHOLDER.findall(chosen.body)
    return Letter(
        kind,
        language,
        name=re.sub(" {2,}", " ", values["contact"] or values["company"]),
        email=parties.email.strip(),
        subject=re.sub(" {2,}", " ", _filled(chosen.subject, short)).strip(),
        body=re.sub(r"\n{3,}", "\n\n", body).strip("\n") + "\n",
        link=parties.link if has_link else "",
    )


def _line(line: str, values: dict[str, str], facts: set[str]) -> str | None:
    """Return a line of a template with its values; None if the line is left out."""
    for name in _PLACEHOLDER.findall(line):
        word, _underscore, fact = name.partition("_")
        if name in CONDITIONS and (word == "with") != (fact in facts):
            return None
        if name in values and not values[name]:
            return None
    return _filled(line, values)


def _filled(text: str, values: dict[str, str]) -> str:
    """Replace the placeholders of a text once; placeholders inside values are not replaced."""
    known = values | dict.fromkeys(CONDITIONS, "")
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)


def _shortened(value: str) -> str:
    return value if len(value) <= _IN_SUBJECT else value[: _IN_SUBJECT - 1].rstrip() + "…"


def letter_text(letter: Letter) -> str:
    """Return a letter as a person copies it: the recipient, the subject and the body."""
    name = shown(letter.name)
    quoted = f'"{name}"' if re.search(r'[(),:;<>@\[\]".]', name) else name
    to = receiver(quoted, shown(letter.email))
    return f"To: {to}\nSubject: {shown(letter.subject)}\n\n{letter.body}"


def receiver(name: str, email: str) -> str:
    """Return the recipient as `Anna Schmidt <anna@contoso.com>`, or the part that is known."""
    return f"{name} <{email}>" if name and email else name or email


def safe_text(letter: Letter) -> str:
    """Return `letter_text` without control characters, so that it can be pasted or printed."""
    text = letter_text(letter)
    if not is_refused(check_letter(letter)):
        return text
    return "\n".join(shown_lines(text))  # the reason for the refusal may be such a character


def check_template(template: Template, kind: LetterKind) -> tuple[Reason, ...]:
    """Return the reasons why a template cannot be used for a kind of letter; empty if it can."""
    reasons = [
        *_unknown_names("subject", template.subject),
        *_unknown_names("body", template.body),
        *_sized("template", "subject", template.subject, LONGEST_SUBJECT),
        *_sized("template", "body", template.body, LONGEST_BODY),
    ]
    if "link" in _PLACEHOLDER.findall(template.body):
        problems = link_reasons(_filled(template.body, {"link": _SAMPLE}), _SAMPLE)
        reasons += [replace(reason, code=f"template.{reason.code[7:]}") for reason in problems]
    elif kind.has_link:
        text = _("The template has no {placeholder}: without the link nobody can accept.")
        text = text.format(placeholder="{link}")
        reasons.append(Reason("template.link-required", text, "body", INVITATION))
    return tuple(reasons)


def _unknown_names(field: str, text: str) -> list[Reason]:
    reasons = []
    for name in dict.fromkeys(_PLACEHOLDER.findall(text)):
        if name in PLACEHOLDERS or name in CONDITIONS:
            continue
        known = [*PLACEHOLDERS, *CONDITIONS]
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        offer = "{" + near[0] + "}" if near else ""
        remedy = (
            did_you_mean(offer)
            if near
            else _("Known here: {names}.").format(
                names=", ".join("{" + placeholder + "}" for placeholder in PLACEHOLDERS)
            )
        )
        sentence = _("A letter has no {name}.").format(name="{" + shown(name) + "}")
        reasons.append(
            Reason("template.unknown-placeholder", f"{sentence} {remedy}", field, OWN, offer=offer)
        )
    return reasons


def check_letter(letter: Letter) -> tuple[Reason, ...]:
    """Return the reasons why a letter cannot be sent; empty if it can.

    The body must contain the link whole and unchanged (`reference/rules.md §7`), and nothing in the
    name, the address or the subject may become another header.
    """
    reasons = [
        *recipient_reasons(letter.email),
        *_header("name", letter.name),
        *_sized("letter", "name", letter.name, LONGEST_NAME, empty=True),
        *_header("subject", letter.subject),
        *_sized("letter", "subject", letter.subject, LONGEST_SUBJECT),
        *_sized("letter", "body", letter.body, LONGEST_BODY),
    ]
    if found := _UNSAFE_IN_BODY.search(letter.body):
        reasons.append(_unsafe("body", letter.body, found.start()))
    if letter.kind.has_link or letter.link:
        reasons += link_reasons(letter.body, letter.link)
    return tuple(reasons)


def recipient_reasons(email: str) -> list[Reason]:
    """Return the reasons why no letter can go to an address; empty if one can."""
    return _header("email", email) or _address(email)


_UNSAFE_IN_BODY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)
"""Control characters, direction overrides and surrogates; tabs and new lines are allowed."""
_HARMLESS_MARKS = "\u061c\u200e\u200f"
"""Invisible marks that names in right-to-left scripts may contain."""


def _header(field: str, text: str) -> list[Reason]:
    for index, letter in enumerate(text):
        if shown(letter) != letter and letter not in _HARMLESS_MARKS:
            return [_unsafe(field, text, index)]
    return []


def _unsafe(field: str, text: str, index: int) -> Reason:
    around = shown(text[max(0, index - 20) : index + 20])
    sentence = _(
        "Here are characters that cannot be seen, or that turn the line: {text}. Write it anew."
    )
    return Reason(f"letter.{field}-unsafe-characters", sentence.format(text=around), field, OWN)


def _address(email: str) -> list[Reason]:
    if not email.strip():
        text = _("The letter has no e-mail address to go to.")
        return [Reason("letter.email-required", text, "email", OWN)]
    if email.count("@") > 1 and re.search(r"[,;\s]", email):
        text = _("A letter goes to one address: {text}.").format(text=shown(email[:60]))
        return [Reason("letter.email-several", text, "email", OWN)]
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(email, check_deliverability=False)
    except (EmailNotValidError, UnicodeError):
        text = _("{text} is no e-mail address; write one such as {example}.")
        text = text.format(text=shown(email[:60]), example="anna@contoso.com")
        return [Reason("letter.email-wrong-form", text, "email", "email-validator")]
    return []


_EMPTY = {"subject": N_("The subject is empty."), "body": N_("The letter is empty.")}


def _sized(of: str, field: str, text: str, limit: int, *, empty: bool = False) -> list[Reason]:
    if not (empty or text.strip()):
        return [Reason(f"{of}.{field}-required", _(_EMPTY[field]), field, OWN)]
    if len(text) <= limit:
        return []
    sentence = ngettext(
        "This is too long: there is room for {count} character.",
        "This is too long: there is room for {count} characters.",
        limit,
    )
    return [Reason(f"{of}.{field}-too-long", sentence, field, OWN)]
