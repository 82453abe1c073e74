"""What the experiment is called and needs."""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="[[experiment]]",
    chapter="[[chapter]]",  # the page that shows its figures
    figures_title="[[figures_title]]",
    headlines=(
        Headline(
            name="largest.ratio",
            title="[[headline]]",
            dimension="ratio",
        ),
    ),
)
