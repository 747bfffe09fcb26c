"""Where a rule stands, in a person's words.

The code names the section of the reference it was made from; people are told the public page that
says the same.
"""

from __future__ import annotations

from typing import NamedTuple

from partnerdesk.models.languages import N_, _

_PARTNER = "https://learn.microsoft.com/partner-center/"
_DEVELOPER = f"{_PARTNER}developer/"
_GDAP = "https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship"


class Page(NamedTuple):
    """A public page."""

    title: str
    """Marked with `N_`."""
    address: str
    """Empty where no page says it."""


PAGES = {
    "rules.md §2": Page(
        N_("National clouds"),
        f"{_DEVELOPER}developing-for-partner-center-for-microsoft-national-cloud",
    ),
    "rules.md §3": Page(N_("Add a customer"), f"{_PARTNER}add-a-new-customer"),
    "rules.md §4": Page(N_("Registration numbers"), f"{_PARTNER}reg-number-id"),
    "rules.md §5": Page(N_("Create a customer"), f"{_DEVELOPER}create-a-customer"),
    "rules.md §6": Page(N_("Customer agreement"), f"{_PARTNER}confirm-customer-agreement"),
    "rules.md §7": Page(
        N_("Request a relationship"), f"{_PARTNER}request-a-relationship-with-a-customer"
    ),
    "rules.md §8": Page(
        N_("Indirect providers"), f"{_PARTNER}indirect-provider-tasks-in-partner-center"
    ),
    "rules.md §9": Page(N_("Remove a relationship"), f"{_PARTNER}remove-a-relationship"),
    "rules.md §10": Page(N_("Delegated admin"), _GDAP),
    "rules.md §15": Page(N_("Customer list"), f"{_PARTNER}see-your-customer-list"),
    "resources.md, Customer": Page(N_("Fields of a customer"), f"{_DEVELOPER}customer-resources"),
    "protocol.md §12": Page(N_("Check a domain"), f"{_DEVELOPER}verify-domain-availability"),
    "resources.md, Address validation result": Page(
        N_("Check an address"), f"{_DEVELOPER}validate-an-address"
    ),
    "resources.md, Address": Page(N_("Fields of an address"), f"{_DEVELOPER}utility-resources"),
    "resources.md, GDAP relationship": Page(N_("Delegated admin"), _GDAP),
    "resources.md, Partner agreement status": Page(
        N_("Agreement of resellers"), f"{_DEVELOPER}verify-indirect-reseller-mpa-status"
    ),
    "resources.md, Relationship request": Page(
        N_("Invitation link"), f"{_DEVELOPER}request-reseller-relationship"
    ),
    "resources.md, Subscription": Page(
        N_("Fields of a subscription"), f"{_DEVELOPER}subscription-resources"
    ),
    "newer.md §3.4": Page(N_("Fields of a subscription"), f"{_DEVELOPER}subscription-resources"),
    "newer.md §3.4, Schedule for renewal": Page(
        N_("Schedule changes for the renewal"), f"{_DEVELOPER}create-scheduled-changes"
    ),
    "newer.md §1, End of term": Page(
        N_("Extended service terms"), f"{_PARTNER}customers/extended-service-terms"
    ),
    "newer.md §1": Page(N_("Who can use the API"), f"{_DEVELOPER}get-started"),
    "newer.md §2.1": Page(
        N_("Addresses of Partner Center"), f"{_DEVELOPER}partner-center-rest-urls"
    ),
    "newer.md §2.3": Page(N_("Signing in"), f"{_DEVELOPER}partner-center-authentication"),
    "python-stdnum": Page(
        N_("How registration numbers are made"), "https://arthurdejong.org/python-stdnum/"
    ),
    "email-validator": Page(
        N_("How e-mail addresses are made"), "https://github.com/JoshData/python-email-validator"
    ),
    "partnerdesk": Page(N_("A rule of this program"), ""),
}
"""By what the code calls it: a section of the reference, or a library."""


def page_of(source: str) -> Page:
    """Return the public page of a source, as the code names it or by its address.

    A source that is not known, such as that of a capability somebody corrected, stands for itself.
    """
    for name, page in PAGES.items():
        if source == name or (source and source == page.address) or source.startswith(f"{name}, "):
            return page
    return Page("", source)


def told_source(source: str) -> str:
    """Return a source in words, with the address of its page; empty for none."""
    page = page_of(source)
    address = page.address.removeprefix("https://")
    return ": ".join(filter(None, [_(page.title) if page.title else "", address]))
