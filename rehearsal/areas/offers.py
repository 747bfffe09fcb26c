"""What customers have bought: a few offers of the old and the new commerce, by cloud."""

from __future__ import annotations

from dataclasses import dataclass

from partnerdesk.rehearsal.tenants import GLOBAL, US_GOV

LICENSE, USAGE = "license", "usage"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that is subscribed to."""

    id: str
    """A catalogue item of the new commerce (product:sku:availability), else a GUID or MS-AZR-…."""
    name: str
    billing: str = LICENSE
    term: str = "P1Y"
    """The length of a term; empty without one."""
    cycle: str = "monthly"
    base: str = ""
    """The name of the offer that it is an add-on of."""

    @property
    def new_commerce(self) -> bool:
        """Return whether it is a catalogue item of the new commerce."""
        return ":" in self.id

    @property
    def unit(self) -> str:
        """Return what is counted."""
        return "Licenses" if self.billing == LICENSE else "Usage-based"


_NEW = (
    Offer("CFQ7TTC0LH18:0001:CFQ7TTC0K971", "Microsoft 365 Business Basic"),
    Offer("CFQ7TTC0LDPB:0001:CFQ7TTC0J203", "Microsoft 365 Business Standard"),
    Offer("CFQ7TTC0LCHC:0002:CFQ7TTC0HL8W", "Microsoft 365 Business Premium"),
    Offer("CFQ7TTC0LH16:0001:CFQ7TTC0K8RD", "Exchange Online (Plan 1)", term="P1M"),
    Offer("CFQ7TTC0LFLX:0001:CFQ7TTC0KX0L", "Microsoft 365 E3", cycle="annual"),
    Offer("DZH318Z0BPS6:0001:DZH318Z0BMTX", "Azure plan", billing=USAGE, term="", cycle="one_time"),
)
_OLD = (
    Offer("031C9E47-4802-4248-838E-778FB1D2CC05", "Office 365 Business Premium"),
    Offer("796B6B5F-613C-4E24-A17C-EBA730D49C02", "Office 365 E3", cycle="annual"),
    Offer("195416C1-3447-423A-B37B-EE59A99A19C4", "Exchange Online (Plan 1)"),
    Offer("MS-AZR-0145P", "Microsoft Azure", billing=USAGE, term="", cycle="monthly"),
)
ADD_ON = Offer(
    "2828BE95-46BA-4F91-B2FD-0BEF192ECF60",
    "Exchange Online Archiving for Exchange Online",
    base="Exchange Online (Plan 1)",
)


def offers_of(cloud: str) -> tuple[Offer, ...]:
    """Return what a partner sells in a cloud: the new commerce is in global and US Gov only."""
    return {GLOBAL: _NEW + _OLD[:2], US_GOV: _NEW[:3] + _OLD[1:]}.get(cloud, _OLD)
