"""An experiment, and how the talk's experiments are found: by looking into scripts/experiments/.

A folder `scripts/experiments/NAME/` is the experiment NAME. It holds

- `experiment.py`: `EXPERIMENT`, what it is called and needs (`Experiment`);
- `measure.py` or `measure/`: `run(task) -> Data` (`Task`), and, where there is more to keep than the record,
  `keep(folder)` and `versions()`;
- `record.py` or `record/`: `Data`, the dataclass of what was found, and where they are needed `headlines(data)`, what a
  measurement is remembered by, `doubts(data)`, what in it contradicts itself (`talk.records.doubts`), and
  `migrate(data)`, which brings the JSON of an older record up to date;
- `render.py` or `render/`: `named_values(record)`, and `fragments(drawing)` (`talk.render.drawing.Drawing`), its tables
  and figures by name;
- `on_stage.py`, where something is quick enough to be measured in front of the hall: `ON_STAGE`, by name what a slide's
  `measure: EXPERIMENT.NAME` asks for (`OnStage`);
- `assets.py`, where pages load more than figures: `assets() -> dict[str, bytes]`, files by name. A build writes them to
  docs/assets/generated/NAME/, and asks again when a file of the folder, what measures, or a package has changed;
- `sample.py`, where numbers exist that nobody has measured yet: `sample() -> Data`, a made record with every part.

Modules inside import each other relatively, so that a copy of the folder is another experiment.
Importing this needs the standard library alone.
"""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

from talk.errors import MissingError, TalkError
from talk.measure.machine import WantedDevice, find_devices
from talk.measure.progress import Progress
from talk.paths import EXPERIMENTS, PACKAGE, ROOT, SCRIPTS
from talk.records.schema import Device

T = TypeVar("T")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_MESSAGE = 200  # of an error in a record: what follows is a list of build options, or of frames
# Experiments that the generator itself brings: executing a talk's notebooks.
_BUILT_IN = {"labs": "talk.labs"}


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A number that machines and moments are compared by.

    `name` is the value's name after the experiment's, `title` what pages call it. `unit` is the one it is shown in, the
    natural one where it is None; `better` tells which way is better, None where neither is.
    """

    name: str
    title: str
    dimension: str
    better: Literal["more", "less"] | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """What an experiment is called and needs.

    `title` heads its column in tables of machines. `chapter` is the page that shows its figures, as the page's source
    under docs/ without suffix; `figures_title` heads its figures on a machine's own page, None where no page has them.
    `order` places it among the others, in tables and when all are measured: lower first.
    `packages` maps each package that it needs, as it is imported, to what pip is asked for; without those of
    `for_parts` it measures a part. `shown_versions` maps packages whose versions captions show to their titles.
    `reads` are files, relative to the talk's folder, whose content its values depend on besides records.
    `keeps` are names of files that may lie beside its record, and are published with it.
    `in_all` is false for an experiment that is measured only when it is named.
    `takes_s` is how long a whole run takes, about, and `gpu_takes_s` how long the GPU's part of it does: a GPU is
    scarce, so what takes most of its time is measured first.
    """

    title: str
    chapter: str | None = None
    figures_title: str | None = None
    order: int = 100
    packages: Mapping[str, str] = field(default_factory=dict)
    for_parts: Mapping[str, str] = field(default_factory=dict)
    shown_versions: Mapping[str, str] = field(default_factory=dict)
    headlines: tuple[Headline, ...] = ()
    reads: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    in_all: bool = True
    takes_s: float = 30.0
    gpu_takes_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class OnStage:
    """What is measured in front of the hall, in well under ten seconds, in a process of its own.

    `title` says what is measured. `rows` maps names of values, after the experiment's, to what the slide calls them;
    `measure` gives their numbers of now, in base units. `packages` maps those that it needs, as the experiment's do;
    `device` is what it runs on.
    """

    title: str
    rows: Mapping[str, str]
    measure: Callable[[], Mapping[str, float]]
    packages: Mapping[str, str] = field(default_factory=dict)
    device: Device = "cpu"


def in_short(error: BaseException) -> str:
    """An error as a record has it: its kind and the first of what it says."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST_MESSAGE]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What `run` is asked for.

    `device` is that of `--device`. `quick` asks for a shortened run. `inputs` is the folder of `--input`, whose files
    are fed instead of what the experiment makes itself; None without one. `until` is when the time of `--minutes` is
    over, by `time.monotonic()`; None without a limit. `keep` takes what was found so far and writes it as the record of
    a machine that has none yet: a kill leaves that. `broken` are the parts that ended with an error, a line each: see
    `broke`.
    """

    progress: Progress
    device: WantedDevice = "auto"
    quick: bool = False
    inputs: Path | None = None
    until: float | None = None
    keep: Callable[[Any], object] = lambda _: None
    broken: list[str] = field(default_factory=list)

    def broke(self, part: str, error: BaseException | str) -> str:
        """Say, here and in the record, that a part of the experiment ended with `error`; returns what was said of it.

        What the other parts find is recorded all the same, and `talk measure` ends with exit status 1.
        """
        told = error if isinstance(error, str) else in_short(error)
        self.broken.append(f"{part}: {told}")
        self.progress.say(f"{part} broke off: {told}")
        return told

    def attempt(self, part: str, work: Callable[[], T]) -> T | None:
        """What `work` finds; None where it broke off. Raises TalkError as `work` does: for bad input nobody goes on."""
        try:
            return work()
        except TalkError:
            raise
        except Exception as error:  # of a torch, a driver or a card that nobody has tried this with
            self.broke(part, error)
            return None

    @cached_property
    def devices(self) -> list[Device]:
        """The devices to measure on. Imports torch, where it is installed. Raises NoDeviceError for an absent GPU."""
        return find_devices(self.device)


@dataclass(frozen=True)
class Found:
    """An experiment that is there: its name, its package as it is imported, and its folder."""

    name: str
    package: str
    folder: Path

    @cached_property
    def about(self) -> Experiment:
        """Its manifest. Raises TalkError where there is none."""
        about: Any = getattr(self._module("experiment"), "EXPERIMENT", None)
        if not isinstance(about, Experiment):
            what = "has no EXPERIMENT"
            raise TalkError(self.folder / "experiment.py", what, "write `EXPERIMENT = Experiment(title=…)`")
        return about

    @property
    def title(self) -> str:
        """What its column in tables of machines is called."""
        if self.name in _BUILT_IN:
            from talk.words import say  # rendering asks; a machine that only measures needs no words

            return say(self.about.title)
        return self.about.title

    @property
    def data_type(self) -> Any:
        """The dataclass of its record's `data`."""
        return self._required("record", "Data", "a dataclass of what it finds")

    def run(self, task: Task) -> Any:
        """Measure. Raises TalkError as the experiment does."""
        return self._required("measure", "run", "a function that measures")(task)

    def keep(self, folder: Path) -> None:
        """Put what else the last run made into `folder`, where its record is about to be written."""
        self._optional("measure", "keep", lambda _: None)(folder)

    def versions(self) -> dict[str, str]:
        """Versions of what the last run ran on, besides those of its packages."""
        return dict(self._optional("measure", "versions", dict)())

    def headlines(self, data: Any) -> Iterable[tuple[str, tuple[float, float | None]]]:
        """Of each headline number its name, and the number with its spread as a share of it."""
        return self._optional("record", "headlines", lambda _: ())(data)  # type: ignore[no-any-return]

    def doubts(self, data: Any) -> list[str]:
        """What in `data` contradicts itself, a line each: see `talk.records.doubts`."""
        return [str(doubt) for doubt in self._doubts(data)]

    def impossible(self, data: Any) -> list[str]:
        """Of the doubts those that no noise explains."""
        return [str(doubt) for doubt in self._doubts(data) if doubt.is_impossible]

    def _doubts(self, data: Any) -> list[Any]:
        return list(self._optional("record", "doubts", lambda _: ())(data))

    def migrate(self, data: dict[str, Any]) -> dict[str, Any]:
        """An older record's `data` as the schema of today has it."""
        return dict(self._optional("record", "migrate", lambda same: same)(data))

    def named_values(self, record: Any) -> dict[str, Any]:
        """The record's values by their names after the experiment's."""
        return dict(self._optional("render", "named_values", lambda _: {})(record))

    def fragments(self, drawing: Any) -> dict[str, str]:
        """Its tables and figures by name, as HTML."""
        return dict(self._optional("render", "fragments", lambda _: {})(drawing))

    def predictions(self, record: Any, numbers: Mapping[str, float]) -> list[Any]:
        """What it promises of the record's steps: see `talk.render.prediction`.

        `numbers` are the named values of everything that the same machine has measured.
        """
        return list(self._optional("render", "predictions", lambda *_: ())(record, numbers))

    def remarks(self, record: Any) -> list[tuple[str, str]]:
        """What else the experiment has to say of a record: in a caption, and at length."""
        return list(self._optional("render", "remarks", lambda _: ())(record))

    def on_stage(self) -> dict[str, OnStage]:
        """What it measures in front of the hall, by name."""
        return dict(self._optional("on_stage", "ON_STAGE", {}))

    @property
    def has_assets(self) -> bool:
        """Whether it brings files that pages load."""
        return (self.folder / "assets.py").is_file()

    def assets(self) -> dict[str, bytes]:
        """Files that pages load, by name. Raises MissingError where a package that makes them is not installed."""
        missing = missing_packages(self.about.packages)
        if missing:
            mend = f"run `make setup`, or `pip install {' '.join(missing)}`"
            raise MissingError(self.folder / "assets.py", f"{', '.join(missing)} must be installed first", mend)
        return dict(self._required("assets", "assets", "a function that makes files by name")())

    def sample(self) -> Any:
        """A made record's data with every part that a record may have; None where the experiment makes none."""
        return self._optional("sample", "sample", lambda: None)()

    def inputs(self, root: Path = ROOT) -> list[Path]:
        """Files outside its folder that take part in measuring, beside the modules that it imports."""
        return list(self._optional("experiment", "inputs", lambda _: ())(root))

    def changed_inputs(self, record: Any) -> list[str]:
        """Of what the record says that it was fed with, what is another now."""
        return list(self._optional("experiment", "changed_inputs", lambda _: ())(record))

    def _module(self, part: str) -> ModuleType | None:
        name = f"{self.package}.{part}"
        if not any((self.folder / path).is_file() for path in (f"{part}.py", f"{part}/__init__.py")):
            return None
        _make_importable()
        return import_module(name)

    def _optional(self, part: str, attribute: str, otherwise: Any) -> Any:
        return getattr(self._module(part), attribute, otherwise)

    def _required(self, part: str, attribute: str, what: str) -> Any:
        module = self._module(part)
        if not hasattr(module, attribute):
            raise TalkError(self.folder, f"{part} has no {attribute}", f"write {what} into {part}.py")
        return getattr(module, attribute)


def _make_importable() -> None:
    """Let `import experiments.NAME` find the talk's own, first of all that are called so."""
    if str(SCRIPTS) not in sys.path:
        sys.path.insert(0, str(SCRIPTS))


@cache
def find_experiments() -> dict[str, Found]:
    """Every experiment of the talk by name, in their order.

    Raises TalkError for a folder that is none, and for a name that cannot be one.
    """
    found = [Found(name, package, PACKAGE / package.partition(".")[2]) for name, package in _BUILT_IN.items()]
    for folder in sorted(EXPERIMENTS.iterdir()) if EXPERIMENTS.is_dir() else ():
        # What git left of a deleted experiment is a folder of compiled files.
        if not folder.is_dir() or folder.name[0] in "._" or not any(folder.rglob("*.py")):
            continue
        if not (folder / "experiment.py").is_file():
            mend = (
                "give it experiment.py (`talk add experiment NAME` writes one), or move it out of scripts/experiments/"
            )
            raise TalkError(folder, "is no experiment: it has no experiment.py", mend)
        if _NAME.fullmatch(folder.name) is None:
            raise TalkError(folder, "cannot be an experiment's name", "use small Latin letters, digits and _")
        if folder.name in _BUILT_IN:
            raise TalkError(folder, "the generator has an experiment of this name", "call it something else")
        found.append(Found(folder.name, f"experiments.{folder.name}", folder))
    return {each.name: each for each in sorted(found, key=lambda each: (each.about.order, each.name))}


def find_experiment(name: str) -> Found:
    """The experiment of that name. Raises TalkError naming those that are there."""
    experiments = find_experiments()
    if name not in experiments:
        there = ", ".join(experiments)
        raise TalkError(f"scripts/experiments/{name}", "there is no such experiment", f"use one of {there}")
    return experiments[name]


def missing_packages(packages: Mapping[str, str]) -> list[str]:
    """What pip would have to be asked for: those of `packages` that are not installed."""
    return [requirement for package, requirement in packages.items() if find_spec(package) is None]
