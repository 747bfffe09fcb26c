"""A walker through the whole console: it presses keys at random in a real terminal and looks on.

    python -m tests.walker --minutes 1 --seed 7

It knows nothing of the code but the actions' own data. After each step the console must live,
answer, show no error that nobody expected, and show what a fresh drawing shows; whenever it ended,
the history must verify. At the end it says which screens and actions it reached.

The files: `steps` what a person can do, as data · `texts` what is typed · `catalogue` all screens
and actions · `watching` the console's own word of what happens in it, `guard` what it must not do ·
`home` its folder · `console` a console in a terminal · `checks` what must hold · `choosing` the
next step · `walk` one walk, `walks` several at once · `coverage` and `telling` what came of it.
"""
