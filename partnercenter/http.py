"""The one HTTP client of the program: one rule for certificates, proxy and time limits."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.core.authorities import context_trusting
from partnerdesk.models.core.errors import OfflineError, SettingsError
from partnerdesk.models.core.paths import typed_path
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import httpx

    from partnerdesk.models.settings.model import TlsSettings

CONNECT_SECONDS = 10.0
"""How long to wait for a connection."""
ANSWER_SECONDS = 60.0
"""How long to wait for the next bytes of an answer."""
CONNECTIONS = 4
"""How many connections one client holds at once (`reference/protocol.md §9`)."""
_VARIABLE = "SSL_CERT_FILE"
_THIS_MACHINE = "all://127.0.0.1"
"""What no proxy leads to: the rehearsal."""


def http_client(tls: TlsSettings, *, timeout: float = ANSWER_SECONDS) -> httpx.Client:
    """Return a client for Microsoft's servers, to be closed by the caller.

    Certificates are always verified: against `tls.ca_file`, else `SSL_CERT_FILE`, else those that
    the system trusts. The proxy comes from the environment (`HTTPS_PROXY`, `NO_PROXY`). `timeout`
    is the seconds to wait for the next bytes; redirects are not followed, because they would take
    the token to another host.

    Raises:
        SettingsError: the file of certificates cannot be used.
        OfflineError: the proxy of the environment is of a kind that cannot be used.
    """
    import httpx

    verify = _context(tls)
    try:
        return httpx.Client(
            verify=verify,
            timeout=httpx.Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
            mounts={_THIS_MACHINE: None},
            headers={"User-Agent": "partnerdesk"},
            event_hooks={"response": [_packed_once]},
        )
    except (ImportError, ValueError):  # SOCKS, or what is no proxy at all; it may hold a password
        raise OfflineError(
            _("Partner Center was not reached; nothing was sent."),
            _("Look at the network, and at the proxy in the environment."),
        ) from None


def _packed_once(response: httpx.Response) -> None:
    """Refuse an answer that is packed twice: 64 KB of that unpack to gigabytes at once.

    Raises:
        httpx.DecodingError: it is.
    """
    import httpx

    if "," in response.headers.get("Content-Encoding", ""):
        raise httpx.DecodingError("packed more than once", request=response.request)


def _context(tls: TlsSettings) -> ssl.SSLContext:
    if tls.ca_file:
        return _trusting(typed_path(tls.ca_file), "tls.ca_file")
    if file := os.environ.get(_VARIABLE, ""):
        return _trusting(Path(file), _VARIABLE)
    places = ssl.get_default_verify_paths()
    if sys.platform != "win32" and not (places.cafile or places.capath):
        import certifi  # a Python without the system's certificates, such as macOS has

        return ssl.create_default_context(cafile=certifi.where())
    return ssl.create_default_context()


def _trusting(file: Path, setting: str) -> ssl.SSLContext:
    """Return a context that trusts the authorities in `file` only."""
    try:
        return context_trusting(file)
    except OSError as error:  # includes ssl.SSLError: the file holds no certificate
        reason = shown(error.strerror or type(error).__name__)
        raise SettingsError(
            _("{file} cannot be read: {reason}.").format(file=shown(str(file)), reason=reason),
            _("{setting} has to name a file of certificates (PEM).").format(setting=setting),
        ) from None
