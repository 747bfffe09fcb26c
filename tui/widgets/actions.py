"""Actions as data: key bindings, key bar, help and palette are derived from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a screen, with its keys."""

    id: str
    """Stable name for `[keys]` in the settings; the last part names the screen's `do_` method."""
    keys: str
    """Textual's names of the keys, separated by commas."""
    label: str
    """A word for the key bar, marked with `N_`."""
    help: str
    """A sentence for the help, marked with `N_`."""
    display: str = ""
    """The keys as the key bar and the help show them; empty for Textual's form of the first key."""
    changes: bool = False
    """Whether the action writes to the book; then it is refused if read-only or over all clouds."""
    bar: bool = True
    """Whether the key bar shows the action."""

    @property
    def word(self) -> str:
        """The name of the action on the command line."""
        return self.id.rpartition(".")[2]

    @property
    def method(self) -> str:
        """The name of the screen's method that performs the action."""
        return "do_" + self.word.replace("-", "_")


def shown_keys(action: Action, remapped: Mapping[str, str]) -> str:
    """Return the keys of `action` as shown to a person, with the settings' remapping."""
    keys = remapped.get(action.id)
    if keys is None:
        return action.display
    names = {"slash": "/", "question_mark": "?", "exclamation_mark": "!", "colon": ":",
             "backslash": "\\"}  # fmt: skip
    return " ".join(names.get(key.strip(), key.strip()) for key in keys.split(","))


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """Return Textual's bindings for `actions`; all of them call `Screen.action_perform`."""
    return [
        Binding(
            action.keys, f"perform('{action.id}')", action.label, id=action.id,
            show=action.bar, key_display=action.display or None,
        )
        for action in actions
    ]  # fmt: skip


BACK = Action(
    "desk.back", "escape,q,backspace", N_("Back"), N_("Go back to where you came from"), "Esc"
)
GO = Action(
    "desk.go", "g", N_("Go"),
    N_("Go to a screen: r Resources, n Needs you, o Overview, c Customers, s Subscriptions, "
       "l Relationships, h Changes"),
    "g", bar=False,
)  # fmt: skip
MAIN_PLACES = (
    ("r", "resources", N_("Resources")),
    ("n", "board", N_("Needs you")),
    ("o", "overview", N_("Overview")),
    ("c", "customers", N_("Customers")),
    ("s", "subscriptions", N_("Subscriptions")),
    ("l", "relationships", N_("Relationships")),
    ("h", "changes", N_("Changes")),
)
"""The key after `g`, the name and the title of each main screen."""
CLOUD = Action("desk.cloud", "c", N_("Cloud"), N_("Choose the cloud and account to work in"), "c")
SIGN_IN = Action(
    "desk.sign-in",
    "f9",
    N_("Sign in"),
    N_("Sign in to Partner Center for the chosen account"),
    "F9",
    changes=True,
    bar=False,
)
SIGN_IN_TO = "sign-in/"
"""Before an account's id: the answer of the cloud selector for a sign-in to that account."""
REFRESH = Action(
    "desk.refresh",
    "r",
    N_("Refresh"),
    N_("Read the book again, and the customers from Partner Center"),
    "r",
    bar=False,
)
COMMAND = Action(
    "desk.command", "colon", N_("Command"),
    N_("Type what to do by its name, such as :help or :quit; Tab completes it"), ":", bar=False,
)  # fmt: skip
THEME = Action(
    "desk.theme", "f12", N_("Theme"), N_("Choose the colours of the console"), "F12", bar=False
)
HELP = Action("desk.help", "question_mark,f1", N_("Help"), N_("Show all keys of this screen"), "?")

EVERYWHERE = (CLOUD, SIGN_IN, GO, REFRESH, COMMAND, THEME, BACK, HELP)
"""Actions that every main screen has."""
