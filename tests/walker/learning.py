"""Learn from events: what actions ask for, where they lead, and the order of form fields."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Any


class Leads(Enum):
    """The effect of an action."""

    UNKNOWN = "was not done yet"
    NOWHERE = "the screen stays"
    CHOICE = "a key answers a question"
    LINE = "a line answers a question"
    AWAY = "another screen, or a dialog"


def word(action: str) -> str:
    """Return the last part of an action's id, which is the same for the action on all lists."""
    return action.rpartition(".")[2]


class Learned:
    """Knowledge from all events so far."""

    def __init__(self) -> None:
        self.action = ""
        """The id of the last action."""
        self.is_refused = False
        """Whether the last action was refused."""
        self._leads: dict[str, Leads] = {}
        self._choices: dict[str, tuple[str, ...]] = {}
        self._following: dict[tuple[str, str], Counter[str]] = {}
        """By screen and field: counts of the fields that followed it."""
        self._destinations: dict[str, str] = {}
        """By action word: the screen or dialog to which the action led."""
        self._arrivals: dict[str, dict[str, Counter[str]]] = {}
        """By screen and action: counts of the screens to which the action led."""
        self._acted_on = ""
        self._has_arrived = False
        self._screen, self._field = "", ""

    def take(self, event: dict[str, Any]) -> None:
        """Learn from an event."""
        if action := event.get("action"):
            self.action, self._acted_on = action, event["screen"]
            self.is_refused, self._has_arrived = event["refused"], False
            self._leads.setdefault(word(action), Leads.NOWHERE)
        elif choices := event.get("choices"):
            self._choices[word(self.action)] = tuple(choices)
            self._leads[word(self.action)] = Leads.CHOICE
        elif top := event.get("top"):
            self._came_to(top)
        elif state := event.get("state"):
            self._came_to(state["screen"])
            if state["prompt"] is not None and self.leads(self.action) is not Leads.CHOICE:
                self._leads[word(self.action)] = Leads.LINE
            if state["screen"] == self._screen and state["field"] != self._field:
                behind = self._following.setdefault((self._screen, self._field), Counter())
                behind[state["field"]] += 1
            self._screen, self._field = state["screen"], state["field"]

    def leads(self, action: str) -> Leads:
        """Return the effect of an action; actions of the same word share it."""
        return self._leads.get(word(action), Leads.UNKNOWN)

    def choices(self, action: str) -> tuple[str, ...]:
        """Return the keys of the choices in the action's last question."""
        return self._choices.get(word(action), ())

    def destination(self, action: str) -> str:
        """Return the class of the screen or dialog to which an action first led; empty if none."""
        return self._destinations.get(word(action), "")

    def fields_from(self, screen: str, field: str, count: int) -> list[str]:
        """Return up to `count` known fields of a form, in their order, beginning with `field`."""
        fields = [field]
        while len(fields) < count and (behind := self._following.get((screen, fields[-1]))):
            following = behind.most_common(1)[0][0]
            if following in fields:
                break
            fields.append(following)
        return fields

    def ways(self, screen: str) -> dict[str, str]:
        """Return the actions of a screen that led to others, each with its usual destination."""
        return {
            action: destinations.most_common(1)[0][0]
            for action, destinations in self._arrivals.get(screen, {}).items()
        }

    def _came_to(self, screen: str) -> None:
        if self.action and screen != self._acted_on and not self._has_arrived:
            self._has_arrived = True
            if self.action not in ("desk.go", "desk.back", "desk.command"):
                ways = self._arrivals.setdefault(self._acted_on, {})
                ways.setdefault(self.action, Counter())[screen] += 1
        if self.action and screen != self._acted_on and self.leads(self.action) is Leads.NOWHERE:
            self._leads[word(self.action)] = Leads.AWAY
            self._destinations[word(self.action)] = screen
