"""The header: name, cloud selector, partner account, age of the data, read-only mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from partnerdesk.models.accounts.accounts import SignInState, shown_titles, sign_in_words
from partnerdesk.models.core.clock import age
from partnerdesk.models.languages import _, ngettext

if TYPE_CHECKING:
    from partnerdesk.models.accounts.accounts import Account, Scope
    from partnerdesk.models.session import AppSession

NAME = "partnerdesk"


class DeskHeader(Widget):
    """One line at the top of every screen; a click on it opens the cloud selector."""

    DEFAULT_CSS = """
    DeskHeader {
        dock: top;
        height: 1;
        background: $panel;
        color: $foreground;
    }
    """

    def __init__(self, desk: AppSession) -> None:
        super().__init__()
        self._desk = desk
        self._drawn: Content | None = None

    def keep_up(self) -> None:
        """Draw the line again if its text changed, as with another account or a greater age."""
        if self._line() != self._drawn:
            self.refresh()

    def render(self) -> Content:
        """Return the line."""
        self._drawn = self._line()
        return self._drawn

    def _line(self) -> Content:
        """Return the line in the longest form that fits."""
        right = self._right()
        room = self.size.width - cell_len(right.plain) - 2
        for left in self._lefts():
            if cell_len(left.plain) <= room:
                break
        else:
            left = left.truncate(max(room, 0), ellipsis=True)
        return Content.assemble(left, " " * (room - left.cell_length + 1), right, " ")

    def _lefts(self) -> list[Content]:
        """Return the forms of the left side, the longest first."""
        name = Content.styled(f" {NAME} ", "bold")
        scope = self._desk.scope
        if scope is None:
            return [name]
        account, cloud = scope.account, scope.accounts[0].cloud
        if account is None and scope.cloud is None:
            title = _("All clouds")
            chip = Content.styled(f" ▾ {title} ", "reverse")
            return [
                Content.assemble(name, " ", chip, " ", _("look, search and edit")),
                Content.assemble(name, " ", chip),
            ]
        short_name = _(cloud.short_name)
        chip = Content.styled(f" ▾ {short_name} ", f"bold $background on $cloud-{cloud.color}")
        if account is None:
            count = len(scope.accounts)
            title = ngettext("{count} account", "{count} accounts", count)
            return [Content.assemble(name, " ", chip, " ", title)]
        texts = self._who(account, shown_titles(self._desk.accounts)[account.id])
        return [Content.assemble(name, " ", chip, " ", text) for text in texts]

    def _who(self, account: Account, title: str) -> list[str]:
        """Return the account and who is signed in to it, the longest text first."""
        at, named = self._desk.clock(), f"{account.cloud.name} · {title}"
        if account.signed_in(at) is not SignInState.HOLDS:
            return [named, title]
        words = sign_in_words(account, at)
        forms = [[named, *words], [title, *words], words]
        forms += [[title, *words[1:]], words[:2], [title, *words[1:2]], [title]]
        return [" · ".join(form) for form in forms]

    def _right(self) -> Content:
        scope = self._desk.scope
        parts: list[Content] = []
        if scope is not None:
            lapsed, syncing, troubled = self._lapsed(scope), *self._syncing(scope)
            if lapsed or troubled:
                parts.append(Content.styled(lapsed or troubled, "bold $text-warning"))
            parts.append(Content.styled(syncing or self._received(scope), "$text-muted"))
        if self._desk.demo:
            rehearsed = scope is not None and any(account.connected for account in scope.accounts)
            mark = _("DEMO, rehearsal") if rehearsed else _("DEMO")
            parts.append(Content.styled(mark, "bold $text-accent"))
        if self._desk.settings.restricted:
            mark = _("RESTRICTED")
            parts.append(Content.styled(f" {mark} ", "bold reverse"))
        if self._desk.settings.read_only:
            mark = _("READ-ONLY")
            parts.append(Content.styled(f" {mark} ", "bold reverse"))
        return Content("  ").join(parts)

    def _lapsed(self, scope: Scope) -> str:
        """Return in two words that a connected account lacks a sign-in; empty if none does."""
        at = self._desk.clock()
        lacking = [
            words
            for account in scope.accounts
            if account.signed_in(at) in (SignInState.NEVER, SignInState.ENDED)
            for words in sign_in_words(account, at)
        ]
        return next(iter(lacking), "")

    def _syncing(self, scope: Scope) -> tuple[str, str]:
        """Return how far the sync is, and in two words what holds one up; empty for nothing."""
        at = self._desk.clock()
        syncs = [self._desk.syncs[id] for id in scope.ids if id in self._desk.syncs]
        running = (sync.how_far(at) for sync in syncs)
        troubles = map(self._desk.trouble_words, scope.ids)
        return next(filter(None, running), ""), next(filter(None, troubles), "")

    def _received(self, scope: Scope) -> str:
        """Return the age of the data as text; for several accounts, how many have data."""
        if scope.synced_at is not None:
            return _("received {age}").format(age=age(scope.synced_at, self._desk.clock()))
        received = sum(account.synced_at is not None for account in scope.accounts)
        if not received:
            return _("nothing received yet")
        text = _("received: {count} of {all} accounts")
        return text.format(count=received, all=len(scope.accounts))

    class Clicked(Message):
        """The header was clicked."""

    def on_click(self) -> None:
        """Notify the screen of the click."""
        self.post_message(self.Clicked())
