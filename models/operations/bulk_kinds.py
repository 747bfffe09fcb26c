"""Joins the planners of all kinds of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partnerdesk.models.operations.bulk_made import OF_ROWS
from partnerdesk.models.operations.bulk_marked import OF_RECORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from partnerdesk.models.operations.bulk_planner import Planner
    from partnerdesk.models.operations.bulk_records import RunKind

PLANNERS: Mapping[RunKind, type[Planner]] = {**OF_RECORDS, **OF_ROWS}
"""The planner of each kind of run."""
