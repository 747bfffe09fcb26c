"""The certificate authorities that a settings file names, for a server's own certificate."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from partnerdesk.models.core.given_files import SETTINGS_FILE, opened

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 10_000_000
"""Maximum bytes of such a file; those of all public authorities are some 300 KB."""


def context_trusting(file: Path) -> ssl.SSLContext:
    """Return a context that trusts the authorities in a file (PEM), and no others.

    Raises:
        AppError: the file is no file that may be read (`models.core.given_files`).
        OSError: it cannot be read; as `ssl.SSLError`, it holds no certificate.
    """
    with opened(file, SETTINGS_FILE) as pem:
        text = pem.read(LARGEST).decode("ascii", "ignore")
    # Not `create_default_context(cadata=…)`, which trusts the system's authorities for empty text.
    return ssl.create_default_context(cadata=text if text.strip() else "-")
