"""The walker: it presses random keys through the whole console, in a real terminal, and checks.

    python -m tests.walker --minutes 1 --seed 7

The walker knows the code only through the data of its actions. After each step the console must be
running, answer, show no unexpected error, and show the same as a fresh drawing; after each end of
the console, the history must verify. At the end the walker prints the screens and actions reached.

The files: `steps` the steps of a person, as data · `texts` the texts to type · `catalogue` all
screens and actions · `watching` the console's reports of its state, `guard` what it must not do ·
`home` its folder · `console` a console in a terminal · `checks` the checks after a step ·
`choosing` the next step, with `ways` and `learning` · `leaving` keys that may leave the console ·
`walk` one walk, `walks` several at once · `coverage` and `telling` the result.
"""
