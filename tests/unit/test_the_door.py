"""No file is opened, renamed or replaced past the door (`models/core/given_files.py`).

Each call in the program that opens or changes a file stands here, with the file that it is for. A
new one fails: it goes through the door where a person names the file, and is listed here where it
is one of the program's own.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import partnerdesk

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUSE = Path(partnerdesk.__file__).parent
ROOMS = ("cli", "mailing", "models", "partnercenter", "rehearsal", "screens", "tui")

FUNCTIONS = {"ZipFile", "open", "mkstemp", "mkdtemp", "NamedTemporaryFile", "TemporaryDirectory"}
METHODS = FUNCTIONS | {
    "chmod", "copy2", "copyfile", "fdopen", "from_path", "hardlink_to", "load_cert_chain",
    "load_verify_locations", "read_bytes", "read_text", "rename", "renames", "rmtree",
    "symlink_to", "touch", "unlink", "write_bytes", "write_text", "write_to_path",
}  # fmt: skip
OF_MODULES = {
    "os.link", "os.mkfifo", "os.remove", "os.symlink", "os.truncate", "shutil.copy", "shutil.move",
    "sqlite3.connect",
}  # fmt: skip

BOOK, STATE, SHIPPED, REHEARSAL = "the book", "own state", "shipped", "the rehearsal's folder"
NO_FILE = "no file"

ALLOWED = {
    "cli/demo.py": {
        "database.path.with_name(database.path.name + suffix).unlink": BOOK,
        "store.open": NO_FILE,
    },
    "cli/shared/open_book.py": {"store.open": NO_FILE},
    "cli/shared/printing.py": {"os.fdopen": "the null device", "os.open": "the null device"},
    "models/accounts/own_sign_ins.py": {"key.file.unlink": STATE},
    "models/core/crash_report.py": {"file.touch": STATE},
    "models/core/own_files.py": {"file.rename": STATE, "open": STATE},
    "models/core/paths.py": {
        "open": STATE, "os.fdopen": STATE, "os.open": STATE, "part.chmod": STATE,
        "part.replace": STATE, "part.unlink": STATE, "tempfile.mkstemp": STATE,
    },
    "models/database/connection.py": {"os.open": BOOK, "sqlite3.connect": BOOK},
    "models/database/exclusive.py": {"open": BOOK},
    "models/database/leftovers.py": {"file.open": BOOK, "file.unlink": BOOK},
    "models/database/maintenance.py": {
        "file.replace": BOOK, "file.unlink": BOOK, "fresh.replace": BOOK, "fresh.touch": BOOK,
        "fresh.unlink": BOOK, "old_book.unlink": BOOK, "sqlite3.connect": BOOK,
        "target.unlink": "a copy that was judged, and made by this call",
    },
    "models/database/schema_check.py": {"TemporaryDirectory": BOOK, "store.open": NO_FILE},
    "models/database/store.py": {"sqlite3.connect": BOOK},
    "models/database/upgrade.py": {
        "part.replace": BOOK, "part.touch": BOOK, "part.unlink": BOOK, "sqlite3.connect": BOOK,
    },
    "models/demo/names.py": {"Path(__file__).with_name('names.toml').read_text": SHIPPED},
    "models/demo/rehearsal.py": {
        "(folder() / 'lock').open": REHEARSAL, "shutil.rmtree": REHEARSAL,
    },
    "models/importing/words.py": {"file.read_text": SHIPPED},
    "models/letters/letter.py": {"file.read_text": SHIPPED},
    "models/resources.py": {"file.read_text": SHIPPED},
    "models/pages/evidence.py": {"pack.open": "a part of an open pack", "zipfile.ZipFile": "open"},
    "models/session.py": {"self.store.open": NO_FILE},
    "models/sheets/workbooks/bands.py": {
        "ZipFile": "open files",
        "archive.open": "a part of an open archive", "self._archive.open": "a part of one",
        "target.open": "a part of one in memory",
    },
    "models/sheets/workbooks/reading.py": {
        "ZipFile": "an open file",
        "CalamineWorkbook.from_path": "a link to the open file", "link.symlink_to": "the same",
        "TemporaryDirectory": "the same",
    },
    "models/values/countries.py": {"open": SHIPPED},
    "partnercenter/demo_account.py": {"done.touch": REHEARSAL},
    "partnercenter/errors.py": {"Path(__file__).with_name('error_codes.toml').read_text": SHIPPED},
    "partnercenter/limiter.py": {
        "os.open": STATE, "self._file.unlink": STATE, "sqlite3.connect": STATE,
    },
    "partnercenter/operations.py": {"Path(__file__).with_suffix('.toml').read_text": SHIPPED},
    "partnercenter/sign_in/browser.py": {"webbrowser.open": NO_FILE},
    "partnercenter/sign_in/errors.py": {
        "Path(__file__).with_name('error_codes.toml').read_text": SHIPPED,
    },
    "partnercenter/sign_in/keys.py": {"file.chmod": STATE},
    "partnercenter/sign_in/token_store.py": {"file.unlink": STATE, "self._lock.unlink": STATE},
    "partnercenter/sync/holders.py": {"Path(f'/proc/{pid}/stat').read_text": "of the kernel"},
    "rehearsal/keeping.py": {
        "open": REHEARSAL, "(folder / LINE).read_text": REHEARSAL,
        "(folder / LINE).unlink": REHEARSAL, "part.replace": REHEARSAL, "part.touch": REHEARSAL,
        "part.unlink": REHEARSAL, "part.write_text": REHEARSAL,
    },
    "rehearsal/serve.py": {
        "ca.cert_pem.write_to_path": REHEARSAL, "chain.touch": REHEARSAL,
        "certificate.private_key_and_cert_chain_pem.write_to_path": REHEARSAL,
        "context.load_cert_chain": REHEARSAL, "tempfile.TemporaryDirectory": REHEARSAL,
    },
    "rehearsal/state.py": {"sqlite3.connect": REHEARSAL},
    "screens/relationships/tabs.py": {"self.shell.replace": NO_FILE},
    "tui/book_watch.py": {"self._desk.open": NO_FILE},
}  # fmt: skip
"""Of each file, the calls that are no given file's, and what they are for."""


def touches_files(call: ast.Call) -> bool:
    """Say whether a call may open or change a file."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in FUNCTIONS
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr == "replace":  # `str.replace` has two arguments, `dataclasses.replace` names
        return (len(call.args) == 1 and not call.keywords) or ast.unparse(function) == "os.replace"
    return function.attr in METHODS or ast.unparse(function) in OF_MODULES


def calls_in(text: str) -> Iterator[str]:
    """Yield the functions of all calls in a module that may open or change a file."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and touches_files(node):
            yield ast.unparse(node.func)


def test_no_given_file_goes_past_the_door() -> None:
    found = {}
    for room in ROOMS:
        for file in (HOUSE / room).rglob("*.py"):
            name = str(file.relative_to(HOUSE))
            if name != "models/core/given_files.py" and (calls := set(calls_in(file.read_text()))):
                found[name] = calls
    assert found == {file: set(calls) for file, calls in ALLOWED.items()}


def test_each_way_to_touch_a_file_is_seen() -> None:
    text = """
open(given)
given.open("rb")
given.rename(other)
given.replace(other)
os.replace(given, other)
given.write_bytes(data)
shutil.move(given, other)
sqlite3.connect(given)
"an innocent text".replace("a", "b")
dataclasses.replace(plan, steps=())
"""
    assert list(calls_in(text)) == [
        "open", "given.open", "given.rename", "given.replace", "os.replace", "given.write_bytes",
        "shutil.move", "sqlite3.connect",
    ]  # fmt: skip
