"""All actions on a book with relationships, run by hypothesis in any order."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlmodel import select

from partnerdesk.models.core.clock import to_millis
from partnerdesk.models.customers.add import plan_add_customer
from partnerdesk.models.letters.letter import LANGUAGE_TITLES
from partnerdesk.models.operations.undo import plan_undo
from partnerdesk.models.relationships import delegated_admin as delegated
from partnerdesk.models.relationships import partners
from partnerdesk.models.relationships.end import EndingRequest, plan_end, read_ending
from partnerdesk.models.relationships.entities import Invitation, InvitationKind, SentBy
from partnerdesk.models.relationships.invitation_details import read_invitation
from partnerdesk.models.relationships.invitation_events import (
    plan_accept,
    plan_decline,
    plan_letter_out,
    plan_withdraw,
)
from partnerdesk.models.relationships.invite import (
    InvitationRequest,
    plan_invite,
    read_invitation_context,
)
from partnerdesk.models.relationships.sent_letters import letters_of
from tests.support.forms import PORTUGAL, form
from tests.support.relations import LINK, account_of, customer_of, take_file
from tests.support.relationship_book import (
    BOOKED,
    RELATIONS,
    STRANGERS,
    WatchedBook,
    domain,
    line,
    tenant,
)
from tests.support.relationship_world import (
    DAY,
    MAY_DELEGATED,
    MAY_INVITATION,
    NEVER,
    OPEN,
    RELATED,
    is_related,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from partnerdesk.models.letters.letter import Letter
    from tests.support.relationship_book import After

pick = st.integers(0, 999)
"""A number that chooses an item of a list."""


HOW = ("clipboard", "eml", "printed", "smtp")
RESELLERS = ("", "Nova", "4711", "Old", "nobody", "4242")
DOINGS = {
    "invite": 2, "letter": 3, "accept": 6, "decline": 1, "withdraw": 1, "bring": 4, "add": 1,
    "end": 6, "name": 1, "partner": 1, "sign": 1, "delegate": 2, "request": 1, "approve": 1,
    "terminate": 1, "extend": 2, "time": 3, "undo": 8, "undo the latest": 2,
}  # fmt: skip
"""The actions, with their weights in the random choice."""
OF = {
    "invitations": {"letter", "accept", "decline", "withdraw"},
    "partners": {"partner", "sign"},
    "delegated": {"request", "approve", "terminate", "extend"},
}
"""The actions that need a record of a table."""


class Book(WatchedBook):
    """Runs random actions on relationships."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: dict[int, tuple[int, Letter, str]] = {}
        """The sent letters by change: the invitation, the letter, and the way of sending."""
        self.compared = 0
        """The number of changes at the last comparison of the letters."""

    @invariant()
    def every_letter_that_went_out_is_told_as_it_was(self) -> None:
        if self.compared == len(self.world.entries):
            return
        self.compared = len(self.world.entries)
        with self.store.reading() as session:
            for invitation in session.exec(select(Invitation)):
                letters = [
                    (sent.change_id, sent.letter, sent.how.value)
                    for sent in letters_of(session, invitation)
                ]
                assert letters == [
                    (change, letter, how)
                    for change, (id, letter, how) in sorted(self.letters.items())
                    if id == invitation.id and self.world.stands(change)
                ]

    @initialize(invited=st.lists(pick, min_size=2, max_size=4))
    def some_are_invited(self, invited: list[int]) -> None:
        for which in invited:
            self.invite(which, dap=which % 2 == 0, combined=which % 3 == 0, portal=which % 7 == 0)
            self.letter_out(-1, HOW[which % 3])

    @rule(chance=st.integers(0, 2**64 - 1))
    def something_happens(self, chance: int) -> None:
        """Run a random action: hypothesis would leave out half of many rules in each run."""
        random = Random(chance)  # noqa: S311 - nothing secret is drawn
        what = random.choices([*DOINGS], [*DOINGS.values()])[0]
        which, n = (
            random.choice((random.randrange(18), random.randrange(1000))),
            random.randrange(1000),
        )
        note(f"{what} {which} {n}")
        if any(what in needing and not self.world.of(table) for table, needing in OF.items()):
            return
        doings: dict[str, Callable[[], None]] = {
            "invite": lambda: self.invite(n, n % 2 == 0, n % 3 == 0, n % 7 == 0),
            "letter": lambda: self.letter_out(which, HOW[n % 4]),
            "accept": lambda: self.accept(n, None if n % 3 else which),
            "bring": lambda: self.bring(which, tuple(RELATIONS)[n % 3]),
            "add": lambda: self.add(which % len(STRANGERS)),
            "end": lambda: self.end(which, "sold" * bool(n % 5)),
            "name": lambda: self.name_reseller(which, RESELLERS[n % 6]),
            "partner": lambda: self.partner(which, "end"),
            "sign": lambda: self.partner(which, ("yes", "no", "")[n % 3]),
            "delegate": lambda: self.delegate(which, n),
            "extend": lambda: self.extend(which),
            "time": lambda: self.time_passes((1, 8, 45, 91)[n % 4]),
            "undo": lambda: self.undo(which, latest=False),
            "undo the latest": lambda: self.undo(which, latest=True),
        }
        for event in ("decline", "withdraw"):
            doings[event] = partial(self.close, which, event)
        for event in delegated.EVENTS:
            doings[event] = partial(self.delegated_event, which, event)
        doings[what]()

    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    # Invitations

    def invite(self, which: int, dap: bool, combined: bool, portal: bool) -> None:
        known = self.world.of("customers")
        name, prefix, knows = (*STRANGERS, ("", "", ""))[which % 5]
        value = {"domain": domain(prefix), "tenant": tenant(prefix)}.get(knows, "")
        id = next((id for id, row in known.items() if knows and row[knows] == value), 0)
        if not name:
            id = self.one_of("customers", which // 5)
            name = known[id]["name"]
        row = known.get(id, {})
        wish = InvitationRequest(
            company=name, email="someone@example.com", link=LINK, delegated_admin=dap,
            kind=InvitationKind.COMBINED if combined else InvitationKind.RESELLER,
            customer_id=None if prefix else id, in_portal=portal,
            domain=value * (knows == "domain"), microsoft_id=value * (knows == "tenant"),
        )  # fmt: skip
        plan = plan_invite(
            self.account, wish, read_invitation_context(self.store, 1, wish), self.by()
        )
        change, invitation = self.made(plan)
        new = {
            "name": name, "state": "sent" if portal else "draft", "how": "portal" * portal,
            "customer": id or None, "domain": row.get("domain") or wish.domain, "dap": dap,
            "tenant": wish.microsoft_id or row.get("tenant"), "portal": portal, "reminders": 0,
            "sent": self.at * portal, "reminded": 0, "closed": 0,
            "due": self.at + 7 * DAY * portal,
            "related_before": bool(row) and not row["ended"] and row["relation"] in RELATED,
        }  # fmt: skip
        after: After = {("invitations", invitation): new}
        if not portal:
            after["links", 1] = {"combined" if combined else "reseller": LINK}
        self.world.record(change, after)

    def letter_out(self, which: int, how: str) -> None:
        id = self.one_of("invitations", which)
        row, state = self.world.rows["invitations", id], self.world.state_of(id, self.at)
        event = "send" if state == "draft" else "remind"
        after = {"state": f"{event}ed".replace("sended", "sent"), "how": how,
                 "due": self.at + 7 * DAY}  # fmt: skip
        if event == "send":
            after["sent"] = self.at
        else:
            after |= {"reminded": self.at, "reminders": row["reminders"] + 1}
        case = read_invitation(self.store, id)
        letter = case.new_letter(self.now, tuple(LANGUAGE_TITLES)[which % 3])
        plan = plan_letter_out(case, letter, SentBy(how), self.by())
        allowed = state in MAY_INVITATION[event] and not row["portal"]
        outcome = self.do(plan, allowed, {("invitations", id): after})
        if outcome is not None and outcome.change_id is not None:
            self.letters[outcome.change_id] = (id, letter, how)

    def close(self, which: int, event: str) -> None:
        id = self.one_of("invitations", which)
        allowed = self.world.state_of(id, self.at) in MAY_INVITATION[event]
        planned = {"decline": plan_decline, "withdraw": plan_withdraw}[event]
        state = {"decline": "declined", "withdraw": "withdrawn"}[event]
        after: After = {("invitations", id): {"state": state, "closed": self.at, "due": NEVER}}
        self.do(planned(read_invitation(self.store, id), self.by()), allowed, after)

    def is_open(self, id: int) -> bool:
        return self.world.state_of(id, self.at) in OPEN or self.world.waits(id)

    def accept(self, which: int, whom: int | None) -> None:
        world = self.world
        id = self.one_of("invitations", which, self.is_open)
        row = world.rows["invitations", id]
        named = None if whom is None else self.one_of("customers", whom)
        likely = world.likely(id)
        who = named or row["customer"] or (likely[0][0] if len(likely) == 1 else None)
        # An accepted invitation waits for a customer to link; with several candidates, a person
        # has to choose.
        needs_no_customer = len(likely) < 2 and not world.waits(id)
        allowed = self.is_open(id) and (who is not None or needs_no_customer)
        customer = customer_of(self.store, named) if named else None
        plan = plan_accept(read_invitation(self.store, id, named), self.by(), customer)
        after = world.accepted(id, who, self.at) if allowed else None
        self.do(plan, allowed, after)

    # Customers

    def bring(self, which: int, relation: str) -> None:
        """Import a line with a customer of the book, or with a new one."""
        companies = [(name, prefix) for name, prefix, _more in (*BOOKED, *STRANGERS)]
        known = self.world.of("customers")
        ended = {row["domain"] for row in known.values() if row["ended"]}
        gone = [(name, prefix) for name, prefix in companies if domain(prefix) in ended]
        chosen = gone if gone and which % 3 else companies
        name, prefix = chosen[which // 3 % len(chosen)]
        same = [id for id, row in known.items() if row["tenant"] == tenant(prefix)] or [
            id for id, row in known.items() if row["domain"] == domain(prefix)
        ]
        text, folder = line(name, prefix, relation), Path(self.folder.name)
        accepted = take_file(self.store, folder, text, at=self.now)
        last = max(self.world.entries)
        if not same:
            (id,) = self.read("SELECT max(id) FROM customers")[0]
            new = self.came(id, name, prefix, relation)
            self.world.record(last + 1, {("customers", id): new}, never=True)
        else:
            row, value = known[same[0]], RELATIONS[relation]
            now = {"relation": value, "tenant": tenant(prefix),
                   "ended": row["ended"] if value == "none" else 0}  # fmt: skip
            if row != row | now:
                self.world.record(last + 1, {}, never=True)
                self.world.record(last + 2, {("customers", same[0]): now}, never=True)
        assert self.match() == accepted

    def add(self, which: int) -> None:
        """Add a company to the book through the form."""
        name, prefix, _knows = STRANGERS[which]
        if any(row["domain"] == domain(prefix) for row in self.world.of("customers").values()):
            return
        values = form(PORTUGAL, company_name=name, domain_prefix=prefix)
        change, customer = self.made(plan_add_customer(self.account, values, self.by(), ()))
        new = self.customer(name, prefix, "reseller", None)
        self.world.record(change, {("customers", customer): new})
        self.match()

    def end(self, which: int, reason: str) -> None:
        known = self.world.of("customers")
        id = self.one_of("customers", which, lambda id: is_related(known[id]))
        allowed = not known[id]["ended"] and bool(reason)
        plan = plan_end(self.account, read_ending(self.store, id), EndingRequest(reason), self.by())
        after = self.world.ended(id, reason, self.at) if allowed else None
        self.do(plan, allowed, after)

    def name_reseller(self, which: int, wanted: str) -> None:
        id = self.one_of("customers", which)
        names = {"4711": "Nova", "": ""}.get(wanted, wanted)
        number = {"Nova": 1, "Old": 2}.get(names, 0)
        lasts = self.world.rows.get(("partners", number), {}).get("state") == "active"
        allowed = (lasts or not wanted) and not self.world.rows["customers", id]["ended"]
        known = partners.read_partners(self.store, 1)
        plan = partners.plan_name_reseller(
            self.account, customer_of(self.store, id), wanted, known, self.by(), own_mpn_id="4242"
        )
        self.do(plan, allowed, {("customers", id): {"reseller": names}})

    # Partners and delegated admin

    def partner(self, which: int, signed: str) -> None:
        id = self.one_of("partners", which)
        partner, account = partners.read_partner(self.store, id)
        allowed = self.world.rows["partners", id]["state"] == "active"
        if signed == "end":
            plan = partners.plan_end_partner(
                partner, account, self.account.cloud,
                partners.shared_customers(self.store, partner), self.by(),
            )  # fmt: skip
            self.do(plan, allowed, {("partners", id): {"state": "ended", "ended": self.at}})
            return
        values = {"name": partner.name, "mpn_id": partner.mpn_id, "agreement_signed": signed}
        known = partners.read_partners(self.store, 1)
        plan = partners.plan_edit_partner(self.account, partner, values, known, self.by())
        is_signed = {"yes": True, "no": False}.get(signed)
        self.do(plan, allowed, {("partners", id): {"signed": is_signed}})

    def delegate(self, which: int, n: int) -> None:
        status = ("created", "active", "active", "terminated")[n % 4]
        auto, everything, dated = n % 3 == 0, n % 5 == 0, n % 7 > 0
        id, self.names = self.one_of("customers", which), self.names + 1
        end = self.now + timedelta(days=60)
        values = {
            "name": f"GDAP {self.names}", "status": status, "auto_extend": "yes" * auto,
            "roles": "User Administrator" + ", Global Administrator" * everything,
            "start": self.now.isoformat() * dated, "end": end.isoformat() * dated,
        }  # fmt: skip
        plan = delegated.plan_add_delegation(
            account_of(self.store), customer_of(self.store, id), values, self.by(), taken=False
        )
        allowed = not (auto and everything) and (dated or status != "active")
        if not allowed:
            self.do(plan, allowed)
            return
        change, delegation = self.made(plan)
        new = {
            "customer": id, "status": status, "requested": 0, "auto": auto,
            "everything": everything, "activated": self.at * dated, "ends": to_millis(end) * dated,
        }  # fmt: skip
        self.world.record(change, {("delegated", delegation): new})

    def delegated_event(self, which: int, event: str) -> None:
        id = self.one_of("delegated", which)
        row = self.world.rows["delegated", id]
        after = {
            "request": {"status": "approvalPending", "requested": self.at},
            "approve": {"status": "active", "activated": row["activated"] or self.at},
            "terminate": {"status": "terminated", "ends": self.at},
        }[event]
        plan = delegated.plan_event(
            delegated.read_delegation(self.store, id), delegated.EVENTS[event], self.by()
        )
        allowed = self.world.status_of(id, self.at) in MAY_DELEGATED[event]
        self.do(plan, allowed, {("delegated", id): after})

    def extend(self, which: int) -> None:
        id = self.one_of("delegated", which)
        row = self.world.rows["delegated", id]
        extension = delegated.parse_extension("P180D")
        assert extension is not None
        plan = delegated.plan_extend(
            delegated.read_delegation(self.store, id), extension, self.by()
        )
        lasts = self.world.status_of(id, self.at) in MAY_DELEGATED["extend"]
        allowed = lasts and bool(row["ends"]) and not row["everything"]
        self.do(plan, allowed, {("delegated", id): {"ends": row["ends"] + 180 * DAY}})

    # Undo

    def undo(self, which: int, *, latest: bool) -> None:
        """Undo a change: the latest, or any; seldom one that can never be undone."""
        entries = self.world.entries
        fit = [id for id, entry in entries.items() if not entry.never and self.world.stands(id)]
        # Imports are undone as a whole, by the rules of a test of their own.
        brought = "SELECT id FROM changes WHERE kind = 'imported' OR part_of <> 0"
        whole = {id for (id,) in self.read(brought)}
        changes = sorted({*(fit if fit and which % 8 else entries)} - whole)
        if not changes:
            return
        change = changes[-1 if latest else -1 - which % min(len(changes), 12)]
        after = self.world.taken_back(change)
        self.undoing = True
        plan = plan_undo(self.store, change, self.by())
        if [reason.code for reason in plan.reasons] == ["undo.customer-gone"]:
            assert ("customers", plan.target.customer_id) not in self.world.rows
            after = None  # the customer of the change was removed, so the change cannot be undone
        self.do(plan, after is not None, after, change)
