"""Writes `docs/partnerdesk.1`, the man page that the wheel installs, from the parser."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.cli.parsing import COMMANDS, parser
from partnerdesk.models.core.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "partnerdesk.1"
_HEAD = r""".\" Made by `make docs` from the parser.
.TH PARTNERDESK 1 "" partnerdesk "User Commands"
.SH NAME
partnerdesk \- keep a Microsoft reseller partner's customer accounts
.SH SYNOPSIS
.B partnerdesk
[\fIOPTION\fR]... [\fICOMMAND\fR ...]
.SH DESCRIPTION"""
_TAIL = r""".SH ENVIRONMENT
.TP
.B PARTNERDESK_\fINAME\fR
A setting, in capitals; two underscores stand between a table and its name. Flags are stronger.
.TP
.B PARTNERDESK_PASSWORD\fR, \fBNO_COLOR\fR, \fBLANGUAGE\fR, \fBLC_ALL\fR, \fBLANG
As everywhere.
.SH FILES
.B partnerdesk info
names the settings file, the book and all other paths.
.SH EXAMPLES
.nf
partnerdesk \-\-demo
partnerdesk customers list \-\-filter "country:US \-tag:vip" \-\-json
partnerdesk customers import customers.csv \-\-dry\-run
eval "$(partnerdesk completion bash)"
.fi
"""


def text() -> str:
    """Return the whole page."""
    top = parser(list(COMMANDS))
    shared = {id(action): action for action in top._actions if action.option_strings}
    flags = {flag for action in shared.values() for flag in action.option_strings}
    lines = [_HEAD, _roff(top.description or ""), ".SH OPTIONS"]
    for action in shared.values():
        lines += _entry(top, action)
    lines.append(".SH COMMANDS")
    lines += _commands(top, "", flags)
    lines.append(".SH EXIT STATUS")
    for code in ExitCode:
        lines += [".TP", rf".B {code.value}", code.name.lower().replace("_", " ")]
    return "\n".join([*lines, _TAIL])


def _commands(command: argparse.ArgumentParser, words: str, known: set[str]) -> Iterator[str]:
    for part in command._actions:
        if isinstance(part, argparse._SubParsersAction):
            helps = {one.dest: one.help or "" for one in part._choices_actions}
            for name, below in part.choices.items():
                own = f"{words} {name}".strip()
                places = [_value(one) for one in below._actions if not one.option_strings]
                if not below._subparsers:
                    title = [rf"\fB{_roff(own)}\fR", *(rf"\fI{place}\fR" for place in places)]
                    yield from (f".SS {' '.join(title)}", _roff(helps.get(name, "")))
                    for action in below._actions:
                        if not known & {*action.option_strings} and (action.help or "").strip():
                            yield from _entry(below, action)
                yield from _commands(below, own, known)


def _entry(command: argparse.ArgumentParser, action: argparse.Action) -> Iterator[str]:
    names = ", ".join(rf"\fB{_roff(flag)}\fR" for flag in action.option_strings)
    value = "" if action.nargs == 0 else rf"\fI{_value(action)}\fR"
    said = command._get_formatter()._expand_help(action) if action.help else ""
    yield from (".TP", f"{names} {value}".strip(), _roff(said))


def _value(action: argparse.Action) -> str:
    if action.choices is not None and action.metavar is None:
        return _roff("|".join(map(str, action.choices)))
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    return _roff(name)


def _roff(said: str) -> str:
    """Return a text that roff takes for what it is."""
    line = " ".join(said.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{line}" if line[:1] in (".", "'") else line
