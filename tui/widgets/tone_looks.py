"""How tones look: `tui/app.tcss` has the colours of their component classes, for all widgets."""

from __future__ import annotations

from partnerdesk.models.lists.tones import Tone

COLOURED = (Tone.PENDING, Tone.BAD)
"""The tones with a colour; the sign alone tells the others, which saves bytes on every move."""
TONE_CLASSES = frozenset(f"tone--{tone}" for tone in COLOURED)
"""The component classes of a widget that shows tones."""
