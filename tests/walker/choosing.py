"""Choose the next step at random, with preference for what was not reached yet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.walker import learning, texts
from tests.walker.learning import Leads
from tests.walker.steps import (
    AT_ONCE,
    QUICK,
    SLOW,
    Click,
    Kill,
    Leave,
    Meanwhile,
    Paste,
    Press,
    Resize,
    Start,
    Step,
    can_be_sent,
)
from tests.walker.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from partnerdesk.tui.widgets.actions import Action
    from tests.walker.catalogue import WalkedScreen
    from tests.walker.console import Standing, WalkedConsole
    from tests.walker.coverage import Coverage
    from tests.walker.learning import Learned
    from tests.walker.walk import Walk

SIZES = ((80, 24), (120, 40), (200, 40))
OTHER_SIZES = ((60, 15), (40, 10), (100, 30))
"""Further sizes to resize to: the smallest, one too small, and one between."""
LANGUAGES = ("en", "ru")
DEMO_EVERY = 3
"""One start in so many opens the book that is connected to a rehearsal."""
MOVES = (
    ("down",), ("down", "down", "down"), ("up",), ("pagedown",), ("pageup",), ("end",), ("home",),
    ("j",), ("k",), ("G",), ("g", "g"), ("5", "j"), ("ctrl+d",), ("ctrl+u",), ("right",), ("left",),
)  # fmt: skip
DIALOG_KEYS = ("down", "down", "up", "space", "right", "home", "end")
PALETTE = ("help", "back", "yD", "xyz", "sort", "помощь", "")
RARE = {
    "ahead": 0.06, "click": 0.03, "resize": 0.02, "meanwhile": 0.012, "kill": 0.01, "leave": 0.008,
    "paste": 0.01, "palette": 0.01,
}  # fmt: skip
"""Steps that do not depend on the screen, with their probabilities."""
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("customers", "add", "--company-name", "Meanwhile Ltd", "--domain-prefix", "meanwhile",
     "--address-line1", "1 Main St", "--city", "Seattle", "--state", "WA", "--postal-code", "98101",
     "--country", "US", "--first-name", "Ann", "--last-name", "Lee", "--email", "ann@walked.com",
     "--phone-number", "2065550123"),
    ("customers", "import", "customers.csv"),
    ("customers", "import", "countries.csv"),
    ("relationships", "invite", "--company", "Meanwhile", "--email", "a@walked.com",
     "--domain", "walked.com", "--draft", "--link", texts.LINK),
    ("relationships", "partners", "add", "--name", "Meanwhile", "--mpn-id", "7654321",
     "--location", "DE"),
    ("views", "save", "meanwhile", "--filter", "country:de", "--overwrite"),
)  # fmt: skip
MARKS = ("mark", "mark-all")
"""Words of the actions that mark records for the next action."""


class Chooser:
    """Chooses steps; `size` and `language` are fixed if given."""

    def __init__(
        self,
        random: Random,
        screens: Mapping[str, WalkedScreen],
        coverage: Coverage,
        size: tuple[int, int] | None = None,
        language: str = "",
    ) -> None:
        self._random = random
        self._screens = screens
        self._coverage = coverage
        self._size = size
        self._language = language
        self._starts = random.randrange(6)
        self._answered: Counter[tuple[str, str]] = Counter()
        self._stay = 0
        """The number of steps since the screen on top was opened."""
        self._on = ""
        """The screen on top at the last step."""
        self._asked = 0
        """The number of steps since the prompt was opened."""
        self._ways = Ways(random, screens, coverage)

    def start(self, *, fresh: bool) -> Start:
        """Return a start of the console; each start has the next size and language."""
        self._starts += 1
        demo = self._starts % DEMO_EVERY == 0
        columns, rows = self._size or SIZES[self._starts % len(SIZES)]
        language = self._language or LANGUAGES[self._starts // len(SIZES) % len(LANGUAGES)]
        return Start(columns, rows, language, fresh, demo)

    def next(self, walk: Walk) -> Step:
        """Return the next step for the console's current state."""
        if walk.console is None:
            return self.start(fresh=False)
        standing = walk.console.standing
        self._stay = self._stay + 1 if standing.screen == self._on else 0
        self._on = standing.screen
        self._asked = self._asked + 1 if standing.prompt is not None else 0
        self._ways.arrived(standing.screen)
        return self._rare(walk.console, walk.learned) or self._pressed(standing, walk.learned)

    # Rare steps

    def _rare(self, console: WalkedConsole, learned: Learned) -> Step | None:
        chances = (*RARE.values(), 1 - sum(RARE.values()))
        kind = self._random.choices((*RARE, ""), weights=chances)[0]
        ahead = self._typed_ahead(console.standing, learned, self._random.randrange(2, 8))
        match kind:
            case "ahead":
                return Press(tuple(ahead), self._pace(len(ahead)))
            case "click":
                return self._click(console)
            case "resize":
                return Resize(*self._random.choice((*SIZES, *OTHER_SIZES)))
            case "meanwhile":
                return Meanwhile(self._random.choice(COMMANDS), tuple(ahead), self._pace(9))
            case "kill":
                return Kill(tuple(ahead), self._random.choice((0.0, 0.0, 0.02, 0.1, 0.3)))
            case "leave":
                return Leave(self._random.choice(("ctrl+q", "ctrl+q", "signal", "line")))
            case "paste":
                return Paste(self._random.choice((*texts.NASTY, *texts.PASTES)))
            case "palette":
                word = self._random.choice(PALETTE)
                return Press(("ctrl+p", *([word] if word else []), "enter"), AT_ONCE)
        return None

    def _click(self, console: WalkedConsole) -> Step:
        """Return a click, preferably on a character, or a turn of the wheel."""
        lines = console.terminal.lines
        columns, rows = console.size
        row = self._random.choice((0, 1, 2, rows - 1, self._random.randrange(rows)))
        line = lines[row] if row < len(lines) else ""
        filled = [place for place, letter in enumerate(line[:columns]) if letter != " "]
        column = self._random.choice(filled) if filled else self._random.randrange(columns)
        button = self._random.choice((0, 0, 0, 0, 2, 64, 65))
        return Click(column, row, button, self._random.choice((1, 1, 1, 2, 3)))

    # Keys

    def _pressed(self, standing: Standing, learned: Learned) -> Step:
        if standing.choosing:
            keys = self._choice(learned)
        elif standing.prompt is not None:
            keys = self._answer(standing, learned)
        elif standing.screen not in self._screens:
            keys = self._in_dialog(standing)
        elif standing.typing:
            keys = self._in_form(standing, learned)
        else:
            keys = self._on_screen(standing, learned)
        return Press(tuple(keys) or ("escape",), self._pace(len(keys)))

    def _pace(self, count: int) -> float:
        paces, slow = (AT_ONCE, QUICK, SLOW), 1 if count <= 5 else 0
        return self._random.choices(paces, weights=(6, 3, slow))[0]

    def _choice(self, learned: Learned) -> list[str]:
        """Return a key that answers a question, mostly the key pressed least so far."""
        chance = self._random.random()
        keys = learned.choices(learned.action)
        if chance < 0.08 or not keys:
            return [self._random.choice(("escape", "y", "1", "z", "enter", "/"))]
        return [self._least(learned.action, keys)]

    def _least(self, action: str, keys: Sequence[str]) -> str:
        key = min(keys, key=lambda key: self._answered[action, key] + self._random.random() * 3)
        self._answered[action, key] += 1
        return key

    def _answer(self, standing: Standing, learned: Learned) -> list[str]:
        """Return keys that answer a prompt, mostly with an answer that leads somewhere."""
        chance = self._random.random()
        if chance < 0.15 * self._asked:
            return ["escape"]
        if chance > 0.93:
            return [self._random.choice(("tab", "up", "down", "left", "shift+tab", "home"))]
        # A confirmation asks for a name that the question contains.
        named = [word.strip(".,:") for word in (standing.prompt or "").split() if "." in word]
        return self._line(learned.action, named)

    def _line(self, action: str, named: Sequence[str] = ()) -> list[str]:
        """Return the keys of a line that answers the prompt of `action`."""
        if self._random.random() < 0.2:
            text = self._random.choice(texts.NASTY)
        else:
            text = self._random.choice((*texts.answers(action), *[*named] * 9))
        cleared = [] if self._random.random() < 0.2 else ["end", "ctrl+u"]
        return [*cleared, *([text] if text else []), "enter"]

    def _in_dialog(self, standing: Standing) -> list[str]:
        """Return keys bound in a dialog; Escape becomes likelier the longer the dialog is open."""
        chance = self._random.random()
        if chance < 0.1 + self._stay / 8:
            return ["escape"]
        bound = [key for key in standing.keys if can_be_sent(key) and key != "ctrl+q"]
        keys: list[str] = []
        for _key in range(self._random.choice((0, 1, 3, 6))):
            likely = self._random.random() < 0.6
            keys.append(self._random.choice(DIALOG_KEYS if likely or not bound else bound))
        if standing.typing and chance < 0.5:
            keys.append(self._random.choice((*texts.ORDINARY, *texts.NASTY)))
        return [*(key for key in keys if key), self._random.choice(("enter", "ctrl+s", "enter"))]

    def _in_form(self, standing: Standing, learned: Learned) -> list[str]:
        """Return keys that fill in a form; its actions become likelier the longer it is open."""
        chance = self._random.random()
        if chance < 0.15 + min(self._stay, 12) / 20:
            return self._action(standing.screen, learned)[0]
        if chance > 0.9:
            return [self._random.choice(("up", "down", "pagedown", "pageup", "shift+tab", "tab"))]
        count = self._random.choice((3, 8, 20, 20))
        keys: list[str] = []
        for field in learned.fields_from(standing.screen, standing.field, count):
            if self._random.random() < 0.05:
                keys.append(self._random.choice(texts.NASTY))
            elif known := texts.FIELDS.get(field):
                keys.append(self._random.choice(known))
            keys.append("tab")
        return [key for key in keys if key]

    def _on_screen(self, standing: Standing, learned: Learned) -> list[str]:
        """Return keys of one or several actions, with moves between; or keys to another screen."""
        screen = standing.screen
        if self._is_wrong_account(screen, learned) and self._random.random() < 0.4:
            down = ["down"] * self._random.randrange(5)
            return [*self._keys_of("desk.cloud", screen), "home", *down, "enter"]
        left_here = self._ways.undone(screen)
        bored = min(self._stay, 20) / 40 if left_here else 0.6
        if self._ways.is_going or self._random.random() < 0.05 + bored * (1 - left_here):
            return self._go(screen, learned)
        if opened := self._opened(screen, learned):
            return opened
        keys: list[str] = []
        if self._random.random() < 0.15:
            for action in self._screens[screen].actions:
                if learning.word(action.id) in MARKS and self._random.random() < 0.6:
                    keys += [*self._keys_of(action.id, screen), "down"]
        for _time in range(self._random.choice((1, 3, 5, 8))):
            if self._random.random() < 0.4:
                keys += self._random.choice(MOVES)
            action_keys, leads = self._action(screen, learned)
            keys += action_keys
            if leads in (Leads.AWAY, Leads.UNKNOWN) and self._random.random() < 0.9:
                break
        return keys

    def _is_wrong_account(self, screen: str, learned: Learned) -> bool:
        """Return whether the last change was refused; another account may allow it."""
        return learned.is_refused and any(
            action.changes and action.id == learned.action
            for action in self._screens[screen].actions
        )

    def _go(self, screen: str, learned: Learned) -> list[str]:
        """Return keys towards another screen, mostly one with many actions not done yet."""
        step = self._ways.step(screen, learned) if self._random.random() < 0.8 else ""
        for action in self._screens[screen].actions:
            if action.id == step:
                moves = self._random.choice(MOVES) if self._random.random() < 0.5 else ()
                return [*moves, *self._keys_for(action, learned)[0]]
        is_letter = len(step) == 1
        return ["g", self._ways.taken(step) if is_letter else self._ways.letter(learned)]

    def _opened(self, screen: str, learned: Learned) -> list[str]:
        """Return keys that open a row, or no keys.

        The opened screen depends on the row, and the last action may have added a row.
        """
        opens = self._opening(screen)
        usual = 0.12 if all(self._coverage.screens[name] for name in self._screens) else 0.35
        chance = usual if opens in learned.ways(screen) else 0.6
        if not opens or self._random.random() >= chance:
            return []
        start, move = self._random.choice((("home", "down"), ("end", "up")))
        return [start, *[move] * self._random.randrange(16), *self._keys_of(opens, screen)]

    def _opening(self, screen: str) -> str:
        """Return the action that opens the row under the cursor; empty if the screen has none."""
        ids = (action.id for action in self._screens[screen].actions)
        return next((id for id in ids if id.endswith(".open")), "")

    def _keys_of(self, id: str, screen: str) -> list[str]:
        for action in self._screens[screen].actions:
            if action.id == id:
                keys = [key for key in action.keys.split(",") if can_be_sent(key)]
                return [self._random.choice(keys or ["escape"])]
        return []

    def _action(self, screen: str, learned: Learned) -> tuple[list[str], Leads]:
        """Return the keys of a random action of the screen, mostly with an answer it asks for."""
        actions = self._screens[screen].actions
        weights = [self._weight(screen, action, learned) for action in actions]
        return self._keys_for(self._random.choices(actions, weights=weights)[0], learned)

    def _keys_for(self, action: Action, learned: Learned) -> tuple[list[str], Leads]:
        """Return the keys of an action, mostly with the answer that the action asks for."""
        sendable = [key for key in action.keys.split(",") if can_be_sent(key)]
        keys, leads = [self._random.choice(sendable or ["escape"])], learned.leads(action.id)
        if leads is Leads.AWAY and learned.destination(action.id) not in self._screens:
            # A dialog: mostly it is closed at once.
            return (keys, leads) if self._random.random() < 0.3 else ([*keys, "escape"], leads)
        if leads not in (Leads.CHOICE, Leads.LINE):
            return keys, leads
        if self._random.random() < 0.15:
            return keys, Leads.UNKNOWN
        if leads is Leads.CHOICE:
            return [*keys, self._least(action.id, learned.choices(action.id))], leads
        return [*keys, *self._line(action.id)], leads

    def _weight(self, screen: str, action: Action, learned: Learned) -> float:
        """Return the weight of an action in the random choice: highest if not done yet."""
        done = self._coverage.done[screen, action.id]
        if newness := self._ways.newness(screen, action):
            return 0.3 + newness * (2.0 if action.id.startswith("desk.") else 8.0)
        if action.id == "desk.back":
            return 0.3 if self._stay < 4 else 1.0
        # Changes of the book lead to further screens; common actions were done on other screens.
        wanted = 3.0 if action.changes or action.id.endswith(".open") else 1.0
        if (destination := learned.destination(action.id)) in self._screens:
            wanted += 6 * self._ways.undone(destination)
        return (0.3 if action.id.startswith("desk.") else wanted) / (1 + done / 8)

    def _typed_ahead(self, standing: Standing, learned: Learned, count: int) -> list[str]:
        """Return keys of actions on this screen and on later ones; most leave the screen."""
        keys: list[str] = []
        for _chord in range(count):
            chance = self._random.random()
            if chance < 0.4:
                keys += ["g", self._ways.letter(learned)]
            elif chance < 0.65:
                keys.append(self._random.choice(("enter", "escape", "q", "1", "2", "3", "4")))
            elif chance < 0.75 or standing.screen not in self._screens:
                keys += self._random.choice(MOVES)
            else:
                keys += self._action(standing.screen, learned)[0]
        return keys
