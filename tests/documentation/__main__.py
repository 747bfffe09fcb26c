"""Renews the pages that follow from the code."""

from __future__ import annotations

from partnerdesk.models.languages import speak
from tests.documentation import (
    drawing,
    man_page,
    partner_center,
    reference,
    rehearsal_page,
    security_page,
)


def main() -> None:
    """Write them where they are not as they should be."""
    speak("en")
    for page, text in (
        (reference.PAGE, reference.text()),
        (man_page.PAGE, man_page.text()),
        (rehearsal_page.PAGE, rehearsal_page.renewed(rehearsal_page.PAGE.read_text("utf-8"))),
        (
            partner_center.PAGE,
            partner_center.renewed(partner_center.PAGE.read_text(encoding="utf-8")),
        ),
        (security_page.PAGE, security_page.renewed(security_page.PAGE.read_text("utf-8"))),
        (drawing.PAGE, drawing.renewed(drawing.PAGE.read_text(encoding="utf-8"))),
    ):
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
