"""Completions, asked for by real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from partnerdesk.cli.completion import SHELLS
from tests.support.commands import run

HERE = Path(sys.executable).parent
"""The folder in which `partnerdesk` is installed."""
COMPLETE_IN = {
    "bash": """
        eval "$(partnerdesk completion bash)"
        COMP_LINE="$LINE_TYPED" COMP_POINT=${#LINE_TYPED} COMP_TYPE=9
        read -ra COMP_WORDS <<< "$COMP_LINE"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _python_argcomplete partnerdesk
        printf '%s\\n' "${COMPREPLY[@]}"
    """,
    "fish": """
        partnerdesk completion fish | source
        complete -C "$LINE_TYPED"
    """,
}


def completed(shell: str, line: str) -> list[str]:
    """Return the completions that a shell gets for the last word of a line."""
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    path = f"{HERE}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [shell, "-c", COMPLETE_IN[shell]], env={**os.environ, "PATH": path, "LINE_TYPED": line},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [word.partition("\t")[0].strip() for word in result.stdout.splitlines()]


@pytest.mark.parametrize("shell", COMPLETE_IN)
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("partnerdesk cust", {"customers"}),
        ("partnerdesk --cloud g", {"global", "germany"}),
        ("partnerdesk customers list --filter cou", {"country:"}),
        ("partnerdesk customers list --sort comp", {"company"}),
        ("partnerdesk customers list --view n", {"no-relationship", "not-seen"}),
        ("partnerdesk relationships list --tab delegated-admin --filter end", {"ends:"}),
        ("partnerdesk customers list --rev", {"--reverse"}),
    ],
)
def test_a_shell_completes_what_the_parser_and_the_lists_know(
    shell: str, line: str, words: set[str]
) -> None:
    assert set(completed(shell, line)) == words


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_is_told_how(shell: str) -> None:
    result = run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert "partnerdesk" in result.out


def test_an_unknown_shell_is_refused() -> None:
    assert run("completion", "cmd").code == 2
