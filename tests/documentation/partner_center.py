"""Writes the tables of `docs/partner-center.md` from the data that the client uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from partnerdesk.models.settings import load as settings
from partnerdesk.models.settings.clouds import Support
from partnerdesk.partnercenter.errors import code_lines
from partnerdesk.partnercenter.operations import ApiOperation, Auth, Repeat, operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = Path(__file__).parents[2] / "docs" / "partner-center.md"
_PLACES = ("operations", "codes")
_SUPPORT = {
    Support.YES: "yes",
    Support.NO: "–",
    Support.PARTLY: "partly",
    Support.UNSTATED: "not stated",
}
_AUTH = {Auth.USER: "person", Auth.APP: "app alone", Auth.BOTH: "either"}
_REPEAT = {
    Repeat.READ: "at will",
    Repeat.SAME_ID: "with the same MS-RequestId",
    Repeat.NEVER: "after a look",
}


def marks(place: str) -> tuple[str, str]:
    """Return the lines between which a place of the page is written."""
    return f"<!-- {place}: made by `make docs` -->", f"<!-- end of {place} -->"


def renewed(page: str) -> str:
    """Return the page with its tables as the data are now."""
    for place, lines in zip(_PLACES, (_operations(), _codes()), strict=True):
        begin, end = marks(place)
        before, _begin, rest = page.partition(begin)
        after = rest.partition(end)[2]
        page = "\n".join([f"{before}{begin}", "", *lines, "", f"{end}{after}"])
    return page


def _operations() -> Iterator[str]:
    clouds = settings.load().all_clouds()
    heads = ["Operation", "Call", *(cloud.short_name for cloud in clouds.values())]
    rows = (
        [
            f"`{operation.name}`<br>{operation.title}",
            f"{operation.method} `{operation.path}`",
            *(_SUPPORT[operation.support(cloud)] for cloud in clouds.values()),
            _AUTH[operation.auth],
            ", ".join(kind.replace("_", " ") for kind in operation.kinds),
            operation.role_titles,
            _REPEAT[operation.repeat],
            _remark(operation),
            f"[{operation.source.rpartition('/')[2]}]({operation.source}), {operation.source_day}",
        ]
        for operation in operations().values()
    )
    more = ["Signed in", "Partners", "Roles named", "Without an answer", "Remark", "Source"]
    yield from _table([*heads, *more], rows)


def _remark(operation: ApiOperation) -> str:
    if operation.ended:
        return f"refused by Microsoft since {operation.ended}"
    if operation.open:
        return "open question: the program does not call it"
    return "sends `If-Match`" if operation.etag else ""


def _codes() -> Iterator[str]:
    rows = (
        [
            f"`{line.code}`" if line.code else "",
            str(line.status or ""),
            ", ".join(f"`{name}`" for name in line.operations),
            line.text,
            line.remedy,
            line.source,
        ]
        for line in code_lines()
    )
    yield from _table(["Code", "HTTP", "Operations", "Means", "What to do", "Source"], rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
