"""What the comparison of deck tools is called and needs: it installs the tools, so it runs only when it is named."""

from talk.experiment import Experiment

EXPERIMENT = Experiment(
    title="Слайды",
    chapter="reproduce",
    figures_title="Инструменты для презентаций",
    order=50,
    packages={"playwright": "playwright"},
    in_all=False,
)
