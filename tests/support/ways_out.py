"""Ways out of a console that an SSH key gives: what is tried, for the test and `docs/security.md`.

`{out}` is a folder outside with a secret, `{home}` the home folder of the console's user.
"""

from __future__ import annotations

from typing import NamedTuple

PATHS = {
    "read": (
        "{out}/secret.csv", "../../out/secret.csv", "~/.ssh/secret.csv", "link.csv",
        "up/secret.csv", "hard.csv", "pipe.csv", "endless.csv", "/etc/passwd",
        "/proc/self/environ", "/dev/stdin", "~root/.ssh/id.csv",
        "~/.config/partnerdesk/own.csv", "~/.local/share/partnerdesk/own.json",
        "file://{out}/secret.csv", "$HOME/.ssh/secret.csv",
    ),
    "export": (
        "{out}/new.csv", "../../out/secret.csv", "~/.ssh/authorized_keys", "~/.bashrc", "~/x.json",
        "link.csv", "up/new.csv", "dangling.csv", "endless.csv", "/dev/null", "pipe.csv",
        "~/.config/partnerdesk/views.json", "~/.local/state/partnerdesk/views.json", "x.sh",
    ),
    "letter": (
        "{out}/new.eml", "../../out/new.eml", "~/.ssh/rc", "~/.ssh/authorized_keys", "up/new.eml",
        "~/.local/share/partnerdesk/x.eml",
    ),
}  # fmt: skip
"""Paths that are typed, by what they are for."""
COMPLETED = ("{out}/", "../../out/", "up/", "~/.ssh/", "/etc/pass")
"""Paths that Tab is pressed behind."""
WORDS = (
    "!sh",
    "sh",
    "shell",
    "edit /etc/passwd",
    "source {out}/secret.csv",
    "theme ../../../out/x",
)
"""Words behind `:`."""
KEYS = ("ctrl+z", "ctrl+\\", "ctrl+c", "ctrl+]", "ctrl+^")
"""Keys that a terminal or a program may take for a way to the shell."""
PALETTE = ("shell", "open settings file", "!sh")
"""What is typed into the palette."""
VARIABLES = {
    "PARTNERDESK_DATABASE": "{out}/other.db",
    "PARTNERDESK_FILES_FOLDER": "/",
    "PARTNERDESK_RESTRICTED": "false",
    "XDG_CONFIG_HOME": "{out}/xdg",
    "XDG_DATA_HOME": "{out}/xdg",
    "HOME": "{out}",
    "PAGER": "touch {out}/pager",
    "EDITOR": "touch {out}/editor",
    "VISUAL": "touch {out}/visual",
    "BROWSER": "touch {out}/browser",
    "SHELL": "/bin/sh",
    "TMPDIR": "{out}",
    "PGSERVICEFILE": "{out}/secret.csv",
    "SSL_CERT_FILE": "{out}/secret.csv",
    "TEXTUAL_LOG": "{out}/textual.log",
    "LANG": "../../../../{out}",
    "LC_ALL": "/../{out}/secret.csv",
}
"""Variables that the client sends, to a server that takes them."""


class Client(NamedTuple):
    """A call of an SSH client."""

    title: str
    words: tuple[str, ...]
    """`{host}` is the account at the server, `{port}` a free port here, `{tmp}` a new folder."""
    env: tuple[tuple[str, str], ...] = ()
    is_idle: bool = False
    """Whether the session stays open by itself: only the forwarding counts."""


_RUN = ("ssh", "{host}")
CLIENTS = (
    Client("a command in place of the console", (*_RUN, "touch {out}/ran")),
    Client("a shell", (*_RUN, "/bin/sh -c 'cat {out}/secret.csv'")),
    Client("a command behind `;`, `$()` and a line break",
           (*_RUN, "x; $(touch {out}/ran)\ntouch {out}/ran")),
    Client("the flag `--database`", (*_RUN, "partnerdesk --database {out}/other.db")),
    Client("the flag `--config`", (*_RUN, "partnerdesk --config {out}/own.toml")),
    Client("an export as the command", (*_RUN, "partnerdesk customers export {out}/new.csv")),
    Client("a command that a variable names", (*_RUN, "id"), (("SSH_ORIGINAL_COMMAND", "id"),)),
    Client(
        "the completion of a shell, to a file of its choice", _RUN,
        (("_ARGCOMPLETE", "1"), ("COMP_LINE", "partnerdesk cu"), ("COMP_POINT", "14"),
         ("_ARGCOMPLETE_STDOUT_FILENAME", "{out}/completed")),
    ),
    Client("`scp` of a file from there", ("scp", "{host}:{out}/secret.csv", "{tmp}/got")),
    Client("`scp -O` of a file from there", ("scp", "-O", "{host}:{out}/secret.csv", "{tmp}/got")),
    Client("`scp` of a file to there", ("scp", "{tmp}/mine.csv", "{host}:{out}/new.csv")),
    Client("`scp -O` of a file to there", ("scp", "-O", "{tmp}/mine.csv", "{host}:{out}/new.csv")),
    Client("`sftp`", ("sftp", "{host}:{out}/secret.csv", "{tmp}/got")),
    Client("the subsystem `sftp` by hand", ("ssh", "-s", "{host}", "sftp")),
    Client("a connection to another machine (`-W`)", ("ssh", "-W", "127.0.0.1:{port}", "{host}")),
    Client(
        "a port opened there (`-R`)",
        ("ssh", "-o", "ExitOnForwardFailure=yes", "-N", "-R", "0:127.0.0.1:{port}", "{host}"),
    ),
    Client("a socket opened there (`-R`)",
           ("ssh", "-o", "ExitOnForwardFailure=yes", "-N", "-R", "{out}/socket:127.0.0.1:{port}",
            "{host}")),
    Client("the agent and X11 (`-A`, `-X`)", ("ssh", "-A", "-X", "{host}", "touch {out}/ran")),
)  # fmt: skip
"""Calls of clients."""


def rows() -> list[tuple[str, list[str]]]:
    """Return every way by its kind, as it is written in a table."""
    return [
        ("By the client", [client.title for client in CLIENTS]),
        ("By the environment", [f"`{name}`" for name in VARIABLES]),
        ("A file to import", [f"`{path}`" for path in PATHS["read"]]),
        ("A file to export to", [f"`{path}`" for path in PATHS["export"]]),
        ("A file for a letter", [f"`{path}`" for path in PATHS["letter"]]),
        ("Names completed by Tab", [f"`{path}`" for path in COMPLETED]),
        ("Words behind `:`", [f"`{words}`" for words in WORDS]),
        ("The palette", [f"`{words}`" for words in PALETTE]),
        ("Keys", [f"`{key}`" for key in KEYS]),
    ]


def count() -> int:
    """Return how many ways are tried."""
    return sum(len(ways) for _kind, ways in rows())
