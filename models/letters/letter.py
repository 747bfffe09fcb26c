"""Letters to customers: kinds, languages, built-in and own texts, and what makes one refused."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import NewType

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
"""Characters at most."""
_IN_SUBJECT = 80
"""Characters of a name that a subject has room for; longer ones are shortened there."""
OWN, INVITATION = "partnerdesk", "rules.md §7"


class LetterKind(StrEnum):
    """What a letter is for."""

    INVITATION = "invitation"
    COMBINED = "combined"
    """Links the customer to the reseller and its indirect provider at once (`rules.md §8`)."""
    REMINDER = "reminder"
    COMBINED_REMINDER = "combined_reminder"
    NOTICE = "notice"
    """Tells the customer that the relationship was ended; nobody else does (`rules.md §9`)."""

    @property
    def has_link(self) -> bool:
        """Whether such a letter is worth nothing without its link."""
        return self is not LetterKind.NOTICE


LETTER_TITLES = {
    LetterKind.INVITATION: N_("Invitation"),
    LetterKind.COMBINED: N_("Invitation of reseller and provider together"),
    LetterKind.REMINDER: N_("Reminder"),
    LetterKind.COMBINED_REMINDER: N_("Reminder of reseller and provider together"),
    LetterKind.NOTICE: N_("Notice that the relationship has ended"),
}
"""What each kind is called."""


LetterLanguage = NewType("LetterLanguage", str)
"""The code of a language that the built-in letters are written in."""

LANGUAGE_TITLES = {LetterLanguage(code): LANGUAGES[code].name for code in of_letters()}
"""What each of these languages is called."""


def language_for(language_or_culture: str) -> LetterLanguage:
    """Return the language to write to a customer in: `de-AT` is German, an unknown one English."""
    code = re.split(r"[-_]", language_or_culture.strip().lower(), maxsplit=1)[0]
    return LetterLanguage(code if code in LANGUAGE_TITLES else SOURCE_LANGUAGE)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who writes to whom, and about what. Everything but the company and the e-mail may be empty.

    The link has to say of delegated admin what `delegated_admin` says
    (`links.link_with_delegated_admin`), since the letter tells the customer so.
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
    """The day the relationship ended, as the letter's language writes it; of a notice."""
    reason: str = ""
    """Why it ended, in words that the customer may read; of a notice."""
    sent_on: str = ""
    """The day of the earlier letter, as the letter's language writes it; of a reminder."""


@dataclass(frozen=True, slots=True)
class Template:
    """A letter with placeholders: `{company}`, `{link}` … (`PLACEHOLDERS`).

    A line falls away when something it names is empty. One that begins with `{without_contact}`
    stands only where there is no contact; `{with_delegated_admin}` and
    `{without_delegated_admin}` choose a line in the same way (`CONDITIONS`).
    """

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter ready to be read, edited, checked and sent."""

    kind: LetterKind
    language: LetterLanguage
    name: str
    """Of the person, else of the company that it goes to; may be empty."""
    email: str
    subject: str
    body: str
    link: str
    """What has to stand in the body unchanged; empty where there is none."""


PLACEHOLDERS = ("company", "contact", "partner", "link", "provider", "date", "reason")
"""What a template can name; `{date}` is that of the ending, or of the letter reminded of."""
CONDITIONS = (
    *(f"{word}_{name}" for name in PLACEHOLDERS for word in ("with", "without")),
    "with_delegated_admin",
    "without_delegated_admin",
)
"""What a template's line can begin with, to stand only where it is so."""
_SAMPLE = "https://admin.microsoft.com/"
_PLACEHOLDER = re.compile(r"\{ *([^{}\s][^{}\n]{0,40}?) *\}")


@cache
def built_in(kind: LetterKind, language: LetterLanguage) -> Template:
    """Return our own text of a letter; also what an own template starts from.

    A language that only another version of the program knows falls back to English.
    """
    file = FOLDER / language_for(language) / "letters" / f"{kind}.txt"
    text = file.read_text(encoding="utf-8")
    subject, _blank, body = text.partition("\n\n")
    return Template(subject.removeprefix("Subject:").strip(), body)


def compose(
    kind: LetterKind, language: LetterLanguage, parties: Parties, template: Template | None = None
) -> Letter:
    """Return the letter to a customer; any text in `parties` stays what it is, braces and all."""
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
    named_link = kind.has_link or "link" in _PLACEHOLDER.findall(chosen.body)
    return Letter(
        kind,
        language,
        name=re.sub(" {2,}", " ", values["contact"] or values["company"]),
        email=parties.email.strip(),
        subject=re.sub(" {2,}", " ", _filled(chosen.subject, short)).strip(),
        body=re.sub(r"\n{3,}", "\n\n", body).strip("\n") + "\n",
        link=parties.link if named_link else "",
    )


def _line(line: str, values: dict[str, str], facts: set[str]) -> str | None:
    """Return a line of a template filled in, None where it falls away."""
    for name in _PLACEHOLDER.findall(line):
        word, _underscore, fact = name.partition("_")
        if name in CONDITIONS and (word == "with") != (fact in facts):
            return None
        if name in values and not values[name]:
            return None
    return _filled(line, values)


def _filled(text: str, values: dict[str, str]) -> str:
    """Fill a text in once: what a value brings along is not looked at again."""
    known = values | dict.fromkeys(CONDITIONS, "")
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)


def _shortened(value: str) -> str:
    return value if len(value) <= _IN_SUBJECT else value[: _IN_SUBJECT - 1].rstrip() + "…"


def letter_text(letter: Letter) -> str:
    """Return a letter as a person copies it: to whom, the subject, and what it says."""
    name = shown(letter.name)
    quoted = f'"{name}"' if re.search(r'[(),:;<>@\[\]".]', name) else name
    to = receiver(quoted, shown(letter.email))
    return f"To: {to}\nSubject: {shown(letter.subject)}\n\n{letter.body}"


def receiver(name: str, email: str) -> str:
    """Return whom a letter goes to: `Anna Schmidt <anna@contoso.com>`, or what is known of that."""
    return f"{name} <{email}>" if name and email else name or email


def safe_text(letter: Letter) -> str:
    """Return the same as it may be pasted or printed: without what could drive a terminal."""
    text = letter_text(letter)
    if not is_refused(check_letter(letter)):
        return text
    return "\n".join(shown_lines(text))  # what is wrong with it may be such a character


def check_template(template: Template, kind: LetterKind) -> tuple[Reason, ...]:
    """Return why a template cannot be used for letters of a kind, empty where it can."""
    reasons = [
        *_unknown_names("subject", template.subject),
        *_unknown_names("body", template.body),
        *_sized("template", "subject", template.subject, LONGEST_SUBJECT),
        *_sized("template", "body", template.body, LONGEST_BODY),
    ]
    if "link" in _PLACEHOLDER.findall(template.body):
        stands = link_reasons(_filled(template.body, {"link": _SAMPLE}), _SAMPLE)
        reasons += [replace(reason, code=f"template.{reason.code[7:]}") for reason in stands]
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
        said = _("A letter has no {name}.").format(name="{" + shown(name) + "}")
        reasons.append(
            Reason("template.unknown-placeholder", f"{said} {remedy}", field, OWN, offer=offer)
        )
    return reasons


def check_letter(letter: Letter) -> tuple[Reason, ...]:
    """Return why a letter cannot be sent, empty where it can.

    The link stands in it whole and unchanged (`reference/rules.md §7`), and nothing in its name,
    address or subject can become another header.
    """
    reasons = [
        *(_header("email", letter.email) or _address(letter.email)),
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


_UNSAFE_IN_BODY = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)"
)
"""What drives a terminal, turns the line, or is half a character; tabs and new lines are fine."""
_HARMLESS_MARKS = "\u061c\u200e\u200f"
"""Marks that names in right-to-left scripts are written with."""


def _header(field: str, text: str) -> list[Reason]:
    for place, letter in enumerate(text):
        if shown(letter) != letter and letter not in _HARMLESS_MARKS:
            return [_unsafe(field, text, place)]
    return []


def _unsafe(field: str, text: str, place: int) -> Reason:
    around = shown(text[max(0, place - 20) : place + 20])
    said = _(
        "Here are characters that cannot be seen, or that turn the line: {text}. Write it anew."
    )
    return Reason(f"letter.{field}-unsafe-characters", said.format(text=around), field, OWN)


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
    said = ngettext(
        "This is too long: there is room for {count} character.",
        "This is too long: there is room for {count} characters.",
        limit,
    )
    return [Reason(f"{of}.{field}-too-long", said, field, OWN)]
