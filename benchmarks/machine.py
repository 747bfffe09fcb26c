"""The description of the measuring machine: processor, memory, load, versions."""

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
    """Return the lines above the table: moment, machine and versions."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    versions = ", ".join(f"{name} {version(name.lower())}" for name in PEERS)
    system = f"{platform.system()} {platform.machine()}"
    return [
        f"{moment}, partnerdesk {version('partnerdesk')}{_commit()}",
        f"{system}, {os.cpu_count()} × {_processor()}, {_memory()}, load {load()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {versions}",
    ]


def load() -> str:
    """Return the load averages of the last minute and the last 15 minutes as text."""
    minute, _, quarter = os.getloadavg()
    return f"{minute:.1f} (1 min), {quarter:.1f} (15 min)"


def _processor() -> str:
    try:
        match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        match = None
    return match[1] if match else platform.processor() or "processor"


def _memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / 2**30:.0f} GB"


def _commit() -> str:
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return f" ({git.stdout.strip()})" if git.returncode == 0 and git.stdout.strip() else ""
