"""What the browser experiment is called and needs.

Its measuring is the site's own: `assets.py` makes the script that a page loads, `measure/` also runs it in a Chromium
of this machine, so that the site has a record to show.
"""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="Браузер",
    chapter="matmul",
    figures_title="В браузере",
    order=60,
    takes_s=20,
    packages={"llvmlite": "llvmlite"},
    headlines=(
        Headline(name="packing.flop_rate", title="В браузере, один поток", dimension="flop_rate", better="more"),
        Headline(name="threads.flop_rate", title="В браузере, все потоки", dimension="flop_rate", better="more"),
    ),
    in_all=False,
)
