"""The token store: sealed, for its owner only, whole whatever happens, shared by processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.errors import KeyringLocked

from partnerdesk.models.core import paths
from partnerdesk.models.core.errors import BusyError, SignInNeededError
from partnerdesk.partnercenter.sign_in import token_store
from partnerdesk.partnercenter.sign_in.keys import Keys
from partnerdesk.partnercenter.sign_in.library import msal
from partnerdesk.partnercenter.sign_in.sealed_file import SealedFile
from partnerdesk.partnercenter.sign_in.token_store import Credential, TokenStore
from tests.support.commands import HOUSE
from tests.support.signing_in import connection_to

SECRET = "planted-0a1b2c3d"


class KeptKeyring:
    """A keyring of the memory, as a desktop has one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> KeptKeyring:
    made = KeptKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    return made


def sealed(name: str = "a.tokens") -> SealedFile:
    folder = paths.tokens_folder()
    return SealedFile(folder / name, Keys(folder))


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def entry(place: int) -> dict[str, Any]:
    """Return an access token as MSAL gives it to its cache."""
    return {
        "client_id": "c",
        "scope": [f"https://example/{place}"],
        "token_endpoint": "https://login.microsoftonline.com/t/token",
        "response": {"access_token": f"{SECRET}-{place}", "expires_in": 3600},
    }


def tokens_in(store: TokenStore) -> set[str]:
    kind = msal().TokenCache.CredentialType.ACCESS_TOKEN
    return {found["secret"] for found in store.cache().search(kind)}


def test_without_a_keyring_the_key_is_in_a_file_for_the_owner_only() -> None:
    os.umask(0)
    sealed().save(SECRET)
    os.umask(0o022)
    folder = paths.tokens_folder()
    assert mode(folder) == 0o700
    assert {file.name: mode(file) for file in folder.iterdir() if file.suffix != ".lock"} == {
        "a.tokens": 0o600, "key": 0o600,
    }  # fmt: skip
    assert all(SECRET.encode() not in file.read_bytes() for file in folder.iterdir())
    assert sealed().load() == SECRET


def test_with_a_keyring_the_key_is_there_and_nowhere_else(desktop: KeptKeyring) -> None:
    sealed().save(SECRET)
    assert not (paths.tokens_folder() / "key").exists()
    key = desktop.kept["partnerdesk", "tokens"]
    assert all(key.encode() not in file.read_bytes() for file in paths.tokens_folder().iterdir())
    assert sealed().load() == SECRET
    desktop.is_locked = True
    with pytest.raises(SignInNeededError, match="keyring"):
        sealed().load()
    sealed("b.tokens").save(SECRET)  # a new sign-in works all the same
    assert sealed("b.tokens").load() == SECRET


@pytest.mark.parametrize("left", [b"", b"garbage", b"\xff" * 44, b"a" * 100])
def test_a_damaged_key_asks_to_sign_in_again_and_is_replaced(left: bytes) -> None:
    sealed().save(SECRET)
    (paths.tokens_folder() / "key").write_bytes(left)
    with pytest.raises(SignInNeededError, match="cannot be opened"):
        sealed().load()
    sealed().save("new")
    assert sealed().load() == "new"


def test_a_file_that_others_can_read_is_closed_to_them() -> None:
    """The library's own file keeps the mode that it finds."""
    sealed().save("old")
    files = [paths.tokens_folder() / name for name in ("a.tokens", "key")]
    for file in files:
        file.chmod(0o644)
    assert sealed().load() == "old"
    assert [mode(file) for file in files] == [0o600, 0o600]
    files[0].chmod(0o666)
    sealed().save("new")
    assert mode(files[0]) == 0o600


def test_a_file_is_replaced_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own file is written in place: a kill in the middle loses the sign-in."""
    file = sealed()
    file.save("old")
    before = (paths.tokens_folder() / "a.tokens").stat().st_ino

    def killed(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", killed)
        with pytest.raises(KeyboardInterrupt):
            file.save("new")
    assert sealed().load() == "old"
    assert not list(paths.tokens_folder().glob("*.part"))
    file.save("new")
    assert (paths.tokens_folder() / "a.tokens").stat().st_ino != before


@pytest.mark.parametrize("content", [b"", b"file", b"file\nnonsense", b"other\nx", b"\xff\xfe\n"])
def test_a_damaged_file_asks_to_sign_in_again(content: bytes) -> None:
    sealed().save(SECRET)
    (paths.tokens_folder() / "a.tokens").write_bytes(content)
    with pytest.raises(SignInNeededError, match="cannot be opened"):
        sealed().load()


def test_a_key_of_another_computer_asks_to_sign_in_again() -> None:
    sealed().save(SECRET)
    (paths.tokens_folder() / "key").unlink()
    with pytest.raises(SignInNeededError, match="cannot be opened"):
        sealed().load()
    sealed("b.tokens").save(SECRET)
    with pytest.raises(SignInNeededError, match="cannot be opened"):
        sealed().load()


def test_two_writes_within_one_tick_of_the_clock_are_told_apart() -> None:
    """MSAL compares the file's time with its own clock."""
    store, other = TokenStore(connection_to()), TokenStore(connection_to())
    first, second = store.cache(), other.cache()
    first.add(entry(1))
    file = next(paths.tokens_folder().glob("*.tokens"))
    os.utime(file, (1, 1))
    second.add(entry(2))
    os.utime(file, (1, 1))
    first.add(entry(3))
    assert tokens_in(store) == {f"{SECRET}-{place}" for place in (1, 2, 3)}


def test_a_sign_out_of_another_process_is_seen() -> None:
    store = TokenStore(connection_to())
    store.replace("{}", Credential(SECRET))
    cache = store.cache()
    cache.add(entry(1))
    TokenStore(connection_to()).forget()
    kind = msal().TokenCache.CredentialType.ACCESS_TOKEN
    assert list(cache.search(kind)) == []
    assert store.credential() == Credential()
    assert not store.has_tokens


def test_a_credential_shows_its_secret_to_nobody() -> None:
    store = TokenStore(connection_to())
    credential = Credential(SECRET, "/etc/partner.pem")
    store.replace("{}", credential)
    assert store.credential() == credential
    assert SECRET not in repr(credential)
    assert all(SECRET.encode() not in file.read_bytes() for file in paths.tokens_folder().iterdir())


WRITING = """
import sys
from tests.unit.test_token_store import entry
from tests.support.signing_in import connection_to
from partnerdesk.partnercenter.sign_in.token_store import TokenStore
cache = TokenStore(connection_to()).cache()
for place in range(int(sys.argv[1]), int(sys.argv[2])):
    cache.add(entry(place))
"""
HOLDING = """
import sys
from partnerdesk.partnercenter.sign_in.library import msal_extensions
with msal_extensions().CrossPlatLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_no_write_of_several_processes_is_lost() -> None:
    store = TokenStore(connection_to())
    store.replace("{}", Credential())
    each = 6
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITING, str(place * each), str((place + 1) * each)],
            cwd=HOUSE,
        )
        for place in range(4)
    ]  # fmt: skip
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert tokens_in(store) == {f"{SECRET}-{place}" for place in range(4 * each)}


def test_the_lock_of_a_killed_process_heals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `portalocker` every later write would fail; with it, it would wait five seconds."""
    store = TokenStore(connection_to())
    store.replace("{}", Credential())
    lock = str(store._lock)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, lock], cwd=HOUSE, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGKILL)
    assert Path(lock).exists()
    cache_lock = sys.modules["msal_extensions.cache_lock"]
    monkeypatch.setattr(cache_lock.time, "sleep", lambda _seconds: pytest.fail("it waits"))
    cache = store.cache()
    cache.add(entry(1))
    assert tokens_in(store) == {f"{SECRET}-1"}
    assert not Path(lock).exists()


def test_a_lock_that_is_held_is_waited_for_and_left_alone() -> None:
    store = TokenStore(connection_to())
    with msal_lock(store):
        assert TokenStore(connection_to()).cache() is not None
        assert store._lock.exists()


def msal_lock(store: TokenStore) -> Any:
    from partnerdesk.partnercenter.sign_in.library import msal_extensions

    paths.private_folder(paths.tokens_folder())
    return msal_extensions().CrossPlatLock(str(store._lock))


def test_one_process_renews_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store = TokenStore(connection_to())
    monkeypatch.setattr(token_store, "RENEWAL_SECONDS", 0.1)
    with store.renewing(), pytest.raises(BusyError), TokenStore(connection_to()).renewing():
        pass
    with store.renewing():
        pass


def test_the_credential_file_may_come_of_a_newer_program() -> None:
    store = TokenStore(connection_to())
    SealedFile(store._credential, store._keys).save(json.dumps({"secret": SECRET, "newer": "x"}))
    assert store.credential() == Credential(SECRET)
    SealedFile(store._credential, store._keys).save("[1]")
    assert store.credential() == Credential()
