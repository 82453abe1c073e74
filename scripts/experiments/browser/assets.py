"""The script by which a page measures its reader's machine."""

from talk.experiment import find_experiment
from talk.records.sources import hash_sources

from .measure.script import NAME, measuring_script


def assets() -> dict[str, bytes]:
    """What pages load, by name."""
    return {"measure.js": measuring_script(hash_sources(find_experiment(NAME))).encode()}
