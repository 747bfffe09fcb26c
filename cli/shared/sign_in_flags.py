"""The flags of commands that sign in: the way, and where its secrets are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.cli.shared.secrets import add_secret, is_given, secret
from partnerdesk.models.accounts.accounts import SIGN_IN_WAY_TITLES, SignInWay
from partnerdesk.models.core.errors import UsageError
from partnerdesk.models.core.given_files import SECRET, to_read
from partnerdesk.models.languages import _

if TYPE_CHECKING:
    import argparse

    from partnerdesk.partnercenter.sign_in.attempt import Secrets

_SECRET, _CLIENT_SECRET = "secret", "client-secret"


def add_ways(command: argparse.ArgumentParser) -> None:
    """Add the flags that say how to sign in, and where secrets are."""
    from pathlib import Path

    titles = {way: _(SIGN_IN_WAY_TITLES[way]) for way in SignInWay}
    ways = "; ".join(f"{way}: {title}" for way, title in titles.items())
    command.add_argument("--auth", choices=[*map(str, SignInWay)], metavar="WAY", help=ways)
    add_secret(command, _SECRET, _("the refresh token, or the application's secret with app"))
    add_secret(command, _CLIENT_SECRET, _("the application's secret beside a refresh token"))
    command.add_argument(
        "--certificate",
        metavar="FILE",
        type=Path,
        help=_("the application's certificate with its private key (PEM), instead of a secret"),
    )


def refuse_unused_secrets(arguments: argparse.Namespace, way: SignInWay) -> None:
    """Refuse secrets that the way has no use for.

    Raises:
        UsageError: one is given.
    """
    allowed = {SignInWay.APP: (_SECRET,), SignInWay.REFRESH_TOKEN: (_SECRET, _CLIENT_SECRET)}
    for name in (_SECRET, _CLIENT_SECRET):
        if is_given(arguments, name) and name not in allowed.get(way, ()):
            text = _("--auth {way} takes no {flag}.")
            raise UsageError(text.format(way=way, flag=f"--{name}-file, --{name}-env"))
    if arguments.certificate and not way.is_by_secret:
        text = _("--auth {way} takes no {flag}.")
        raise UsageError(text.format(way=way, flag="--certificate"))


def given_secrets(arguments: argparse.Namespace, way: SignInWay) -> Secrets | None:
    """Return the secrets that a way needs, asked for where they are not given; None for no need.

    Raises:
        UsageError: one is missing, empty, or given twice.
        FileError: its file cannot be read.
    """
    if not way.is_by_secret:
        return None
    from partnerdesk.partnercenter.sign_in.attempt import Secrets
    from partnerdesk.partnercenter.sign_in.token_store import Credential

    certificate = ""
    if arguments.certificate:
        certificate = str(to_read(arguments.certificate, SECRET))
    if way is SignInWay.APP:
        label = _("Secret of the application")
        own = secret(arguments, _SECRET, label, optional=bool(certificate))
        return Secrets(Credential(own, certificate))
    token = secret(arguments, _SECRET, _("Refresh token"))
    label = _("Secret of the application")
    own = secret(arguments, _CLIENT_SECRET, label, optional=True)
    return Secrets(Credential(own, certificate), token)
