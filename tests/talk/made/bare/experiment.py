"""The least that an experiment can be: no headline, no figure, no made record."""

from talk.experiment import Experiment

EXPERIMENT = Experiment(title="Bare", order=80)
