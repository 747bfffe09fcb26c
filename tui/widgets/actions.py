"""Actions as data: key bindings, key bar, help and palette are all made from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from partnerdesk.models.languages import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do on a screen with a key."""

    id: str
    """Stable, for remapping in the settings' `[keys]`; the screen's method is `do_` + last part."""
    keys: str
    """Textual's names of the keys, comma-separated."""
    label: str
    """A word for the key bar, marked with `N_`."""
    help: str
    """A sentence for the help, marked with `N_`."""
    display: str = ""
    """How the keys are written in the key bar and the help; empty: as Textual writes the first."""
    changes: bool = False
    """Whether it changes the book, and so is refused in read-only mode and over all clouds."""
    bar: bool = True
    """Whether the key bar shows it."""

    @property
    def word(self) -> str:
        """What it is called on the command line."""
        return self.id.rpartition(".")[2]

    @property
    def method(self) -> str:
        """Name of the screen's method that does it."""
        return "do_" + self.word.replace("-", "_")


def shown_keys(action: Action, remapped: Mapping[str, str]) -> str:
    """Return how the keys of `action` are written, also where the settings remap them."""
    keys = remapped.get(action.id)
    if keys is None:
        return action.display
    names = {"slash": "/", "question_mark": "?", "exclamation_mark": "!", "colon": ":"}
    return " ".join(names.get(key.strip(), key.strip()) for key in keys.split(","))


def bindings(actions: Iterable[Action]) -> list[Binding]:
    """Return Textual's bindings for `actions`; all of them go through `Screen.action_perform`."""
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
    N_("Go to a screen: then r for Resources, c for Customers, l for Relationships, h for Changes"),
    "g", bar=False,
)  # fmt: skip
CLOUD = Action("desk.cloud", "c", N_("Cloud"), N_("Choose the cloud and account to work in"), "c")
REFRESH = Action("desk.refresh", "r", N_("Refresh"), N_("Read the book again"), "r", bar=False)
COMMAND = Action(
    "desk.command", "colon", N_("Command"),
    N_("Type what to do by its name, such as :help or :quit; Tab completes it"), ":", bar=False,
)  # fmt: skip
HELP = Action("desk.help", "question_mark,f1", N_("Help"), N_("Show all keys of this screen"), "?")

EVERYWHERE = (CLOUD, GO, REFRESH, COMMAND, BACK, HELP)
"""Actions that every main screen has."""
