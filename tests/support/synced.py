"""Books that are connected to a rehearsal, and syncs of them, also in a process that is killed.

python -m tests.support.synced ADDRESS SETTINGS MOMENT DEATH  syncs; DEATH is the number of the
    attempt or write behind which the process kills itself, 0 for none
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlmodel import select

from partnerdesk.models.accounts.accounts import SignInWay
from partnerdesk.models.accounts.entities import PartnerAccount
from partnerdesk.models.database.store import Store
from partnerdesk.models.settings import load as settings_files
from partnerdesk.models.settings.database_url import parse
from partnerdesk.models.syncing.progress import read_progress
from partnerdesk.partnercenter.sign_in.accounts import attempt_to_sign_in
from partnerdesk.partnercenter.sign_in.attempt import Secrets
from partnerdesk.partnercenter.sync import pace, run
from partnerdesk.partnercenter.sync.service import Sync
from tests.support.statements import address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from partnerdesk.models.settings.model import Settings
    from partnerdesk.models.syncing.progress import SyncProgress
    from partnerdesk.partnercenter.access import Heard
    from tests.support.rehearsal import RehearsalInfo

PAGE_SIZE = 20
"""Customers of a page in tests, so that few customers make many pages."""
DETAILS = 6
"""Of how many customers a sync reads the details in tests."""


@dataclass
class Connected:
    """A book with one connected account, and the time of its syncs."""

    store: Store
    file: Path
    """The settings file."""
    at: datetime
    account_id: int = 1

    @property
    def settings(self) -> Settings:
        """The settings that point at the rehearsal."""
        return settings_files.load(self.file)

    def syncing(self, on_written: Callable[[], None] = lambda: None) -> Sync:
        """Return a sync of the account in this process."""
        return Sync(
            self.store, self.settings, self.account_id, lambda: self.at, on_written=on_written
        )

    def sync(self) -> SyncProgress:
        """Sync the account in this process; return how it ended."""
        self.syncing().run()
        return self.progress

    @property
    def progress(self) -> SyncProgress:
        """How far the sync is."""
        connection = self.store.connect()
        try:
            return read_progress(connection)[self.account_id]
        finally:
            connection.close()

    def sync_apart(self, death: int = 0) -> int:
        """Sync in a process of its own, which kills itself; return its exit code."""
        words = [address(self.store.database), str(self.file), self.at.isoformat(), str(death)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.synced", *words],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode


def connected(
    store: Store, info: RehearsalInfo, partner: Mapping[str, str], folder: Path, at: datetime
) -> Connected:
    """Connect the account kept by hand of the global cloud to a partner, and sign in."""
    file = folder / "settings.toml"
    file.write_text(f"{info.settings()}[sync]\ndetails = {DETAILS}\n", "utf-8")
    account_id = _connect(store, partner["tenant"], info.client_id)
    book = Connected(store, file, at, account_id)
    secrets = Secrets(refresh_token=partner["refresh_token"])
    attempt = attempt_to_sign_in(
        store, book.settings, book.account_id, SignInWay.REFRESH_TOKEN, lambda: at, secrets=secrets
    )
    progress = attempt.run()
    assert progress.signed_in is not None, progress.failure
    return book


def another(book: Connected, store: Store) -> Connected:
    """Return another book that is connected to the same partner, with the same sign-in."""
    with book.store.reading() as session:
        account = session.get_one(PartnerAccount, book.account_id)
    account_id = _connect(store, account.tenant_id, account.client_id)
    return Connected(store, book.file, book.at, account_id)


def _connect(store: Store, tenant: str, client: str) -> int:
    with store.writing() as session:
        cloud = PartnerAccount.cloud == "global"
        account = session.exec(select(PartnerAccount).where(cloud)).one()
        account.tenant_id, account.client_id = tenant, client
        account.sign_in_way, account.connected = SignInWay.REFRESH_TOKEN, True
    return account.id or 0


class _Dying(pace.Pace):
    """Kills the process behind some event."""

    left = 0

    @classmethod
    def happened(cls) -> None:
        cls.left -= 1
        if cls.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, heard: Heard) -> None:
        self.happened()
        super().heard(heard)

    def written(self) -> None:
        self.happened()
        super().written()


def _main(book: str, file: str, moment: str, death: str) -> None:
    run.PAGE_SIZE = PAGE_SIZE
    _Dying.left = int(death)
    pace.Pace = _Dying  # type: ignore[misc]
    at = datetime.fromisoformat(moment)
    Sync(Store(parse(book)), settings_files.load(Path(file)), 1, lambda: at).run()


if __name__ == "__main__":
    _main(*sys.argv[1:])
