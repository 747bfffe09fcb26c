"""The list of changes: the states of a change, the columns, and the SQL that reads them.

This module does not import SQLModel, because the first rows do not wait for that import.
"""

from __future__ import annotations

from partnerdesk.models.changes.kinds import KIND_TITLES
from partnerdesk.models.core.stored import Titles
from partnerdesk.models.languages import N_
from partnerdesk.models.lists.account_column import account_column
from partnerdesk.models.lists.spec import Column, FieldGroup, Kind, ListSpec, Sort
from partnerdesk.models.lists.tones import tones
from partnerdesk.models.settings.load import CLOUDS

CALL_STATES = Titles(
    {
        "waiting": N_("waiting"),
        "sending": N_("sending"),
        "sent": N_("sent"),
        "confirmed": N_("confirmed"),
        "joined": N_("in another call"),
        "conflict": N_("conflict"),
        "failed": N_("failed"),
        "gave_up": N_("gave up"),
    }
)
"""The title of each state of a call, by its stored value."""

DONE, STARTED, UNDONE, PARTLY = "done", "started", "undone", "partly"
STATES = Titles(
    {
        DONE: N_("done"),
        STARTED: N_("partly done"),
        UNDONE: N_("undone"),
        PARTLY: N_("partly undone"),
        **CALL_STATES,
    }
)
"""The title of each state of a change."""

WORST_FIRST = ("failed", "conflict", "gave_up", "sending", "waiting", "sent", "joined", "confirmed")
"""The states of calls, the worst first; a change shows the worst state of its calls."""

_RANKS = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(WORST_FIRST))
_WORST_CALL = (
    "SELECT o.state FROM outbox AS o WHERE o.change_id = ch.id "  # noqa: S608 - constants only
    f"ORDER BY CASE o.state {_RANKS} END LIMIT 1"
)
_STANDING_PART = (
    "SELECT 1 FROM changes AS part "
    "WHERE part.part_of = ch.id AND part.part_of <> 0 AND part.undone_by IS NULL"
)
_LEFT = (
    "SELECT 1 FROM changes AS undo WHERE undo.id = ch.undone_by "
    "AND undo.after LIKE '%\"left\": %' AND undo.after NOT LIKE '%\"left\": 0}'"
)
"""True of an undone import whose undo left customers as they are.

The undo's `after` counts them, because customers that an import added have no entries of their own.
"""
_OPEN_RUN = "SELECT 1 FROM runs AS r WHERE r.change_id = ch.id AND r.finished_at = 0"
"""True of the entry of a run that is not finished."""
_OPEN_SYNC = (
    "SELECT 1 FROM account_syncs AS s "
    "WHERE s.account_id = ch.account_id AND s.change_id = ch.id AND s.phase <> 'done'"
)
"""True of the entry of a sync that goes on, or that was cut off and will be gone on with."""
STATE = (
    f"coalesce(({_WORST_CALL}), CASE "
    f"WHEN ch.undone_by IS NULL AND (EXISTS ({_OPEN_RUN}) OR EXISTS ({_OPEN_SYNC})) "
    f"THEN '{STARTED}' "
    f"WHEN ch.undone_by IS NULL THEN '{DONE}' "
    f"WHEN EXISTS ({_STANDING_PART}) OR EXISTS ({_LEFT}) THEN '{PARTLY}' ELSE '{UNDONE}' END)"
)
"""The SQL expression of the state of a change `ch`: a value of `STATES`."""

SUBJECT_LINE, ACTOR_LINE, WHY_LINE = range(3)
"""The numbers of the lines in `Change.search_text`."""

CHANGES = ListSpec(
    name="changes",
    table="changes AS ch",
    key="ch.id",
    # The plus keeps SQLite from using the index of accounts, which would make it sort all entries
    # of an account. It scans the index of the sort order instead and stops when the window is full.
    scope="+ch.account_id",
    shared=True,
    always="ch.part_of = 0",
    opened_by="run",
    words="ch.search_text",
    lines=3,
    columns=(
        Column(
            "when", N_("When (UTC)"), "ch.at", 16, Kind.MOMENT, sort="ch.id", aliases=("at",),
        ),
        Column(
            "who", N_("Who"), "ch.actor", 10, grows=1, sort="ch.actor", line=ACTOR_LINE,
            rank=4, aliases=("actor",),
        ),
        Column(
            "what", N_("What"), "ch.kind", 15, Kind.CHOICE, grows=1, choices=KIND_TITLES, rank=1,
            aliases=("kind",),
        ),
        Column(
            "customer", N_("About"), "ch.subject", 16, grows=3, sort="ch.subject",
            line=SUBJECT_LINE, rank=2, aliases=("about", "subject", "company"),
        ),
        Column(
            "cloud", N_("Cloud"),
            "coalesce((SELECT a.cloud FROM partner_accounts AS a WHERE a.id = ch.account_id), '')",
            10, Kind.CHOICE, choices=CLOUDS, rank=5, attribute="cloud",
        ),
        account_column("ch.account_id", 11),
        Column(
            "state", N_("Status"), STATE, 17, Kind.CHOICE, choices=STATES, rank=3,
            tones=tones(
                good=(DONE, "sent", "joined", "confirmed"),
                pending=(STARTED, "waiting", "sending", PARTLY),
                bad=("failed", "conflict", "gave_up"), over=(UNDONE,),
            ),
            attribute="state", implies=dict.fromkeys((UNDONE, PARTLY), "ch.undone_by IS NOT NULL"),
        ),
        Column(
            "why", N_("Why"), "ch.why", 24, grows=1, line=WHY_LINE, wide_only=True, rank=6,
        ),
        Column(
            "host", N_("Host"),
            "ch.host || CASE ch.client WHEN '' THEN '' ELSE ' (' || ch.client || ')' END", 20,
            wide_only=True, rank=7, attribute="host", aliases=("client",),
        ),
        Column("id", N_("Change"), "ch.id", 8, Kind.NUMBER, wide_only=True, rank=8),
        Column(
            "run", N_("Part of"), "ch.part_of", 8, Kind.NUMBER, wide_only=True, rank=9,
            aliases=("part",),
        ),
        Column(
            "tenant", N_("Microsoft ID of the customer"),
            "coalesce((SELECT c.microsoft_id FROM customers AS c WHERE c.id = ch.customer_id), '')",
            36, wide_only=True, in_files=True, rank=10, attribute="customer_microsoft_id",
            aliases=("customer_microsoft_id",),
        ),
    ),
    default_sort=Sort("when", descending=True),
    groups=(
        FieldGroup(
            "", ("when", "who", "what", "customer", "cloud", "account", "why", "state", "run")
        ),
        FieldGroup(N_("Seal"), ("id", "host", "tenant")),
    ),
    named_by="what",
)  # fmt: skip
"""The history of changes; changes without an account, such as `demo`, show in every account.

A run or an import is one row; `run:12` lists the parts of entry 12, `run>0` all parts.
"""
