"""argparse's own texts in the language in use; argparse reads them from gettext."""

from __future__ import annotations

import gettext
import os

from partnerdesk.models.languages import DOMAIN, FOLDER, N_, speak

WORDS = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("not allowed with argument %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("invalid %(type)s value: %(value)r"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)
"""The texts of argparse that a person can see, marked for our catalogues."""


def speak_everywhere(language: str) -> None:
    """Use `language` for our own texts and for those of argparse."""
    speak(language)
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain(DOMAIN, str(FOLDER))
    gettext.textdomain(DOMAIN)


def wanted_language(argv: list[str]) -> str | None:
    """Return the value of `--lang`; read by hand, since the parser's own texts depend on it."""
    for place, word in enumerate(argv):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and place + 1 < len(argv):
            return argv[place + 1]
    return None
