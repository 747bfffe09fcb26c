"""Invitation links: valid, doubtful and refused ones, and their delegated-admin part."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from partnerdesk.models.letters.links import (
    CODES,
    LIMIT,
    asks_delegated_admin,
    check_link,
    link_with_delegated_admin,
)
from partnerdesk.models.settings import load as settings
from tests.support.books import ALL_CLOUDS, cloud_called

TENANT = "3b33e682-00c3-41ee-9dd2-a548adf56438"
PAGE = "https://admin.microsoft.com/Adminportal/Home"
END = "#/BillingAccounts/partner-invitation"
LINK = f"{PAGE}?invType=ResellerRelationship&partnerId={TENANT}&msppId=0&DAP=true{END}"
"""The sample link of `reference/resources.md`, Relationship request."""

OLD_PAGE = "https://portal.office.com/partner/PartnerSignup.aspx?type=ResellerRelationship"


def codes(url: str, cloud: str = "global", tenant: str = "") -> list[str]:
    """Return the codes of a link; codes of warnings end in `?`."""
    reasons = check_link(url, cloud_called(cloud), tenant)
    for reason in reasons:
        assert reason.code in CODES
        assert (reason.field, bool(reason.text), bool(reason.source)) == ("link", True, True)
    return [
        reason.code.removeprefix("link.") + ("" if reason.refuses else "?") for reason in reasons
    ]


@pytest.mark.parametrize(
    ("cloud", "page"),
    [
        ("global", PAGE),
        ("global", "https://businessstore.microsoft.com/manage/partner-invitation"),
        ("global", "HTTPS://Admin.Microsoft.COM/Adminportal/Home"),
        ("us-gov", "https://portal.office365.us/adminportal/home"),
        ("us-gov", PAGE),
        ("germany", "https://portal.office.de/adminportal/home"),
        ("germany", "https://portal.office.com/adminportal/home"),
        ("china", "https://portal.partner.microsoftonline.cn/AdminPortal/Home"),
    ],
)
def test_a_link_of_each_clouds_pages_is_fine(cloud: str, page: str) -> None:
    url = LINK.replace(PAGE, page)
    assert codes(url, cloud) == []
    assert codes(url, cloud, TENANT.upper()) == []
    assert codes(url.replace("partnerId", "PARTNERID").replace("invType", "invtype"), cloud) == []


def test_a_combined_link_is_fine() -> None:
    combined = f"&indirectCSPId=75af751c-f582-45e7-aee2-0fd6c8203c1d{END}"
    url = LINK.replace("ResellerRelationship", "IndirectResellerRelationship")
    assert codes(url.replace(END, combined), tenant=TENANT) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "required"),
        (" \n", "required"),
        (LINK + "a" * LIMIT, "too-long"),
        (f" {LINK}", "unsafe-characters"),
        (f"{LINK}\n", "unsafe-characters"),
        (LINK.replace("Home", "Ho me"), "unsafe-characters"),
        (LINK.replace("Home", "Ho\x00me"), "unsafe-characters"),
        (LINK.replace("Home", "Ho\u200bme"), "unsafe-characters"),
        (LINK.replace("Home", "\u202eemoH"), "unsafe-characters"),
        (LINK.replace("microsoft", "miсrosoft"), "unsafe-characters"),  # with a Cyrillic с
        (LINK.replace(".com/", ".com\\@evil.example/"), "unsafe-characters"),
        (LINK.replace("&", "&amp;"), "html"),
        (LINK.replace("https", "http"), "not-https"),
        (LINK.removeprefix("https://"), "not-https"),
        ("javascript:alert(1)", "not-https"),
        (LINK.replace("https://", "https://admin:secret@"), "sign-in"),
        ("https://admin.microsoft.com@evil.example/?invType=a", "sign-in"),
        ("https://[", "wrong-form"),
        ("https:/admin.microsoft.com/", "other-host"),
        ("https://", "other-host"),
        (LINK.replace("microsoft.com", "microsoft.com.evil.example"), "other-host"),
        (LINK.replace("admin.microsoft.com", "evilmicrosoft.com"), "other-host"),
        (LINK.replace("admin.microsoft.com", "admin-microsoft.com"), "other-host"),
        (LINK.replace("admin.microsoft.com", "xn--admin-.microsoft.com.example"), "other-host"),
        (LINK.replace("microsoft.com", "xn--mirosoft-yxc.com"), "other-host"),
        (LINK.replace("admin.microsoft.com", "evil.example%2f.microsoft.com"), "other-host"),
        (LINK.replace(".com/", ".com:8443/"), "other-host"),
        (LINK.replace(".com/", ".com:x/"), "other-host"),
        ("https://[::1]/?invType=a", "other-host"),
        ("https://.microsoft.com/", "other-host"),
        ("https://evil.example/?https://admin.microsoft.com/", "other-host"),
        ("https://evil.example#@admin.microsoft.com/", "other-host"),
    ],
)
def test_what_is_no_link_to_microsoft_is_refused(url: str, code: str) -> None:
    assert codes(url) == [code]


def test_what_can_be_mended_is_offered() -> None:
    (blank,) = check_link(f"  {LINK}\n", cloud_called("global"))
    (html,) = check_link(LINK.replace("&", "&amp;"), cloud_called("global"))
    (dot,) = check_link(f"{LINK}.", cloud_called("global"))
    assert blank.offer == html.offer == dot.offer == LINK
    assert check_link(f"{LINK} x", cloud_called("global"))[0].offer == ""


def test_a_hidden_character_is_shown_and_not_printed() -> None:
    (reason,) = check_link("https://\x1b[2Jadmin.microsoft.com/", cloud_called("global"))
    assert "\x1b" not in reason.text
    assert "␛" in reason.text


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (LINK.replace("invType=ResellerRelationship&", ""), ["no-kind?"]),
        (LINK.replace("partnerId", "partner"), ["no-partner?"]),
        (LINK.replace(TENANT, "3b33e682"), ["partner-form?"]),
        (f"{PAGE}{END}", ["no-kind?", "no-partner?"]),
        (LINK.replace("3b33", "4c44"), ["other-partner?"]),
        (f"{LINK})", ["ends-oddly?"]),
        (f"{OLD_PAGE}&id={TENANT}&csp=1&msppid=0", ["old-page?"]),
        (f"{OLD_PAGE}&id={TENANT.replace('3', '5')}", ["old-page?", "other-partner?"]),
    ],
)
def test_what_is_doubtful_is_warned_of(url: str, found: list[str]) -> None:
    assert codes(url, tenant=TENANT) == found


def test_the_warning_of_another_partner_names_both() -> None:
    (reason,) = check_link(LINK, cloud_called("global"), TENANT.replace("3", "5"))
    assert TENANT in reason.text
    assert TENANT.replace("3", "5") in reason.text


@pytest.mark.parametrize("cloud", ["us-gov", "germany", "china"])
@pytest.mark.parametrize("other", ALL_CLOUDS)
def test_a_page_of_another_national_cloud_is_warned_of(cloud: str, other: str) -> None:
    hosts = settings.load().clouds[other].link_hosts
    assert hosts
    for domain in hosts:
        found = codes(LINK.replace("admin.microsoft.com", f"portal.{domain}"), cloud)
        assert found == ([] if other in ("global", cloud) else ["other-cloud?"])


# Delegated admin


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("&DAP=true", True),
        ("&dap=False", False),
        ("&DAP=%74rue", True),
        ("&DAP=false&DAP=true", False),
        ("&DAP=", None),
        ("&DAP=perhaps", None),
        ("&DAPPER=true", None),
        ("", None),
    ],
)
def test_what_a_link_says_of_delegated_admin(said: str, asks: bool | None) -> None:
    assert asks_delegated_admin(LINK.replace("&DAP=true", said)) is asks


def test_only_the_value_of_that_parameter_changes() -> None:
    without = LINK.replace("DAP=true", "DAP=false")
    assert link_with_delegated_admin(LINK, wanted=False) == without
    assert link_with_delegated_admin(without, wanted=True) == LINK
    assert link_with_delegated_admin(LINK, wanted=True) == LINK
    odd = "https://admin.microsoft.com/?a=%20+&&dAp=TRUE&b&x=DAP=true#DAP=true?DAP=true&DAP=true"
    assert link_with_delegated_admin(odd, wanted=True) == odd
    assert link_with_delegated_admin(odd, wanted=False) == odd.replace("dAp=TRUE", "dAp=false")
    assert link_with_delegated_admin(f"{PAGE}{END}", wanted=True) == f"{PAGE}{END}"


PIECES = st.sampled_from(
    ["DAP", "dap", "=", "&", "?", "#", "true", "false", "%", "%44AP", "partnerId", TENANT, PAGE,
     "https://", "[", "]", "@", ":", "/", "\\", ".", "microsoft.com", "xn--", "\n", "é", "\ud800"]
)  # fmt: skip


@given(st.lists(PIECES).map("".join) | st.text(), st.sampled_from(ALL_CLOUDS), st.booleans())
@example("https://\ud800", "global", True)
@example("https://admin.microsoft.com/?%=%zz&DAP", "global", True)
def test_no_text_makes_a_check_fail(url: str, cloud: str, wanted: bool) -> None:
    check_link(url, cloud_called(cloud), url)
    changed = link_with_delegated_admin(url, wanted)
    if asks_delegated_admin(url) is None:
        assert asks_delegated_admin(changed) in (None, wanted)
    else:
        assert asks_delegated_admin(changed) is wanted
    assert link_with_delegated_admin(changed, wanted) == changed
    assert changed.partition("#")[1:] == url.partition("#")[1:]
    for before, after in zip(url.split("&"), changed.split("&"), strict=True):
        assert before == after or re.search("(?i)(d|%44)ap", before)
