"""`partnerdesk explain`: what a code of Partner Center or of the sign-in means, offline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partnerdesk.cli.shared.printing import json_text
from partnerdesk.models.core.errors import ExitCode, NotFoundError
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from partnerdesk.models.settings.model import Settings

_PREFIX = "AADSTS"


@dataclass(frozen=True, slots=True)
class _Meaning:
    """One meaning of a code."""

    code: str
    status: int
    """0 for any."""
    operations: tuple[str, ...]
    """The titles of the operations on which it means this; empty for any."""
    kind: str
    text: str
    remedy: str
    source: str


def add_arguments(command: argparse.ArgumentParser, _shared: argparse.ArgumentParser) -> None:
    """Add `explain`."""
    command.add_argument(
        "code",
        metavar="CODE",
        help=_("a code, an HTTP status, or a number of the sign-in (AADSTS)"),
    )
    command.add_argument("--json", action="store_true", help=_("a JSON list of objects"))
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace, _settings: Settings) -> ExitCode:
    """Print every meaning of the code.

    Raises:
        NotFoundError: no meaning of it is known.
    """
    code = arguments.code.strip()
    meanings = [*_of_the_service(code), *_of_the_sign_in(code)]
    if not meanings:
        raise NotFoundError(
            _("No meaning of the code {code} is known.").format(code=shown(code)),
            _("Look at the service's own words, and give Microsoft's support the correlation id."),
        )
    if arguments.json:
        print(json_text([_as_json(meaning) for meaning in meanings], indent=2))
        return ExitCode.DONE
    for place, meaning in enumerate(meanings):
        if place:
            print()
        _print(meaning)
    return ExitCode.DONE


def _of_the_service(code: str) -> Iterator[_Meaning]:
    from partnerdesk.partnercenter.errors import explain
    from partnerdesk.partnercenter.operations import operations

    for line in explain(code):
        titles = tuple(_(operations()[name].title) for name in line.operations)
        yield _Meaning(
            line.code, line.status, titles, line.kind, _(line.text), _(line.remedy), line.source
        )


def _of_the_sign_in(code: str) -> Iterator[_Meaning]:
    from partnerdesk.partnercenter.sign_in.errors import known_errors

    number = code.upper().removeprefix(_PREFIX)
    for line in known_errors():
        if number.lower() in line.codes:
            named = f"{_PREFIX}{number}" if number.isdecimal() else number.lower()
            yield _Meaning(named, 0, (), line.kind, _(line.text), _(line.remedy), line.source)


def _as_json(meaning: _Meaning) -> dict[str, object]:
    return {
        "code": meaning.code,
        "status": meaning.status or None,
        "operations": list(meaning.operations),
        "kind": meaning.kind,
        "text": meaning.text,
        "remedy": meaning.remedy,
        "source": meaning.source,
    }


def _print(meaning: _Meaning) -> None:
    heads = [meaning.code, f"HTTP {meaning.status}" if meaning.status else "", *meaning.operations]
    print(" · ".join(filter(None, heads)))
    print(f"  {meaning.text}")
    print(f"  {meaning.remedy}")
    source = _("Source: {source}").format(source=meaning.source)
    print(f"  {source}")
