"""MSAL's application object for one account, over the program's own HTTP client."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from partnerdesk.models.core.errors import RefusedError, SettingsError
from partnerdesk.models.core.given_files import SETTINGS_FILE, opened
from partnerdesk.models.core.text import shown
from partnerdesk.models.languages import _
from partnerdesk.partnercenter.sign_in.errors import WireState, explained
from partnerdesk.partnercenter.sign_in.library import msal, well_known_hosts

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import SignInWay
    from partnerdesk.partnercenter.connection import AccountConnection, Audience
    from partnerdesk.partnercenter.sign_in.token_store import Credential
    from partnerdesk.partnercenter.sign_in.wire import MsalHttp

_PRIVATE_KEY = re.compile(r"(?s)-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----")
LONGEST_PEM = 1_000_000
"""Bytes of a certificate's file that are read."""
_CERTIFICATE = re.compile(r"(?s)-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----")


class Application:
    """What signs in for one account. Building it asks the authority, so it is built when needed."""

    def __init__(
        self, connection: AccountConnection, credential: Credential, cache: Any, http: MsalHttp
    ) -> None:
        """Ask the authority for its addresses.

        Args:
            connection: the account.
            credential: what the application proves who it is with; empty for a public one.
            cache: MSAL's cache of tokens.
            http: sends what MSAL asks.

        Raises:
            OfflineError: the authority was not reached.
            SignInNeededError: it knows no such tenant.
            SettingsError: the certificate's file cannot be used.
        """
        self._connection = connection
        self.http = http
        self._memory: dict[str, Any] = {}
        """MSAL's memory of answers: errors in it are not asked for again (`forget_errors`)."""
        self.cache = cache
        options: dict[str, Any] = {
            "authority": f"{connection.cloud.addresses.authority}/{connection.tenant_id}",
            "token_cache": cache,
            "http_client": http,
            "http_cache": self._memory,
            "instance_discovery": discovery(connection.cloud.addresses.authority),
            "app_name": "partnerdesk",
        }
        proof = _proof(credential)
        with explained(self.at(connection.way)):
            library = msal()
            if proof is None:
                self.msal = library.PublicClientApplication(connection.client_id, **options)
            else:
                self.msal = library.ConfidentialClientApplication(
                    connection.client_id, client_credential=proof, **options
                )

    def at(self, way: SignInWay) -> WireState:
        """Return what is known beside an answer that comes now."""
        authority = self._connection.cloud.addresses.authority
        http = self.http
        return WireState(way, http.clock_ahead, http.retry_after, http.is_throttled, authority)

    def forget_errors(self) -> None:
        """Let the next request reach the server: after an error MSAL repeats it for a minute."""
        self._memory.clear()


def discovery(authority: str) -> bool | None:
    """Return MSAL's `instance_discovery`: False where Microsoft's own list cannot have the host.

    MSAL would ask `login.microsoftonline.com` whether it knows the host, and refuse it.
    """
    parts = urlsplit(authority)
    return None if parts.hostname in well_known_hosts() and parts.port is None else False


def scope_of(connection: AccountConnection, audience: Audience) -> str:
    """Return the scope to ask for.

    Raises:
        RefusedError: the cloud has no such service.
    """
    scope = audience.scope(connection.cloud.addresses)
    if not scope:
        text = _("{cloud} has no such service.")
        raise RefusedError(text.format(cloud=_(connection.cloud.short_name)))
    return scope


def _proof(credential: Credential) -> str | dict[str, str] | None:
    """Return MSAL's `client_credential`; None for a public application."""
    if not credential.certificate_file:
        return credential.secret or None
    name = shown(credential.certificate_file)
    try:
        with opened(Path(credential.certificate_file), SETTINGS_FILE) as file:
            text = file.read(LONGEST_PEM).decode("ascii")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or _("it is no PEM file")
        raise SettingsError(
            _("{file} cannot be read: {reason}.").format(file=name, reason=reason),
            _("It has to hold the certificate and its private key (PEM)."),
        ) from None
    key, certificate = _PRIVATE_KEY.search(text), _CERTIFICATE.search(text)
    if key is None or certificate is None:
        raise SettingsError(
            _("{file} lacks the certificate or its private key.").format(file=name),
            _("It has to hold the certificate and its private key (PEM)."),
        )
    _check_key(key.group(), credential.secret, name)
    proof = {"private_key": key.group(), "public_certificate": certificate.group()}
    return proof | ({"passphrase": credential.secret} if credential.secret else {})


def _check_key(key: str, password: str, file: str) -> None:
    """Raise a `SettingsError` for a private key that cannot sign for Microsoft."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    remedy = _("It needs an RSA key; if a password protects the key, give it as the secret.")
    try:
        loaded = load_pem_private_key(key.encode(), password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        text = _("The private key in {file} cannot be read.")
        raise SettingsError(text.format(file=file), remedy) from None
    if not isinstance(loaded, RSAPrivateKey):
        raise SettingsError(_("The private key in {file} is no RSA key.").format(file=file), remedy)
