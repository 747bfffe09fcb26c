"""On what the figures were measured: machine, load, versions."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.terminal import ROOT

PEERS = ("Textual", "Rich", "VisiData")


def described() -> list[str]:
    """Return the lines that stand above the table."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    versions = ", ".join(f"{name} {version(name.lower())}" for name in PEERS)
    system = f"{platform.system()} {platform.machine()}"
    return [
        f"{moment}, partnerdesk {version('partnerdesk')}{_commit()}",
        f"{system}, {os.cpu_count()} × {_processor()}, {_memory()}, load {load()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}",
    ]


def load() -> str:
    """Return how many processes wanted to run in the last minute, and in the last 15."""
    minute, _, quarter = os.getloadavg()
    return f"{minute:.1f} (1 min), {quarter:.1f} (15 min)"


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1] if found else platform.processor() or "processor"


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GB"


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return f" ({asked.stdout.strip()})" if asked.returncode == 0 and asked.stdout.strip() else ""
