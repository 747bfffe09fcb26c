"""The type of the object to which every room adds its sub-commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import argparse


class Subcommands(Protocol):
    """What `add_subparsers` returns; argparse has no public name for it."""

    def add_parser(self, name: str, **options: Any) -> argparse.ArgumentParser:
        """Add the parser of one sub-command."""
