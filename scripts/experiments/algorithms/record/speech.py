"""Stories about texts: CTC, decoding, edit distance."""

from dataclasses import dataclass
from itertools import groupby
from typing import Literal, get_args

from talk.records.schema import Decibels, ErrorRate, Name, NonEmpty, PositiveInt, Seconds, Share, check_unique

from .curves import Curve, check_fitted, check_lengths, check_names

OutputsOf = Literal["network", "made_up"]
WayToEdit = Literal["rows", "hirschberg", "myers", "library"]
BeamName = Literal["greedy", "beam", "beam_with_model"]


@dataclass(frozen=True, kw_only=True)
class Ctc:
    """Story 1. Sizes of `brute_force` are alignments visited, of `forward` cells of the lattice (frames × labels).

    `race` is one batch of `frames` × `labels`: our loss against `torch.nn.functional.ctc_loss`, and the largest
    differences between the two, and between their gradients.
    """

    brute_force_frames: NonEmpty[PositiveInt]
    brute_force_labels: NonEmpty[PositiveInt]
    brute_force: Curve
    forward_frames: NonEmpty[PositiveInt]
    forward: Curve
    brute_force_difference: float  # largest, of log probabilities
    frames: PositiveInt
    labels: PositiveInt
    batch: PositiveInt
    ours_times_s: NonEmpty[Seconds]
    torch_times_s: NonEmpty[Seconds]
    relative_difference: float
    gradient_difference: float

    def __post_init__(self) -> None:
        check_lengths("brute_force_frames", len(self.brute_force_frames), len(self.brute_force.points))
        check_lengths("brute_force_labels", len(self.brute_force_labels), len(self.brute_force.points))
        check_lengths("forward_frames", len(self.forward_frames), len(self.forward.points))
        if len(set(self.brute_force_frames)) < 2:
            raise ValueError("brute_force_frames: at least two different numbers are expected")
        if not self.labels <= self.frames:
            raise ValueError(f"labels: {self.labels} cannot be laid along {self.frames} frames")


@dataclass(frozen=True, kw_only=True)
class EditWay:
    """One way to the edit distance: sizes are letters in the text, one in ten of them misheard."""

    name: WayToEdit
    curve: Curve


@dataclass(frozen=True, kw_only=True)
class EditDistance:
    """Story 3. How each way grows, and a race on one text.

    The race is Myers' distance of two texts of `letters` against rapidfuzz; peaks are those of a whole alignment of
    `memory_letters`, None where the system tells none. `agree`: every way gave the same distance.
    """

    ways: list[EditWay]
    letters: PositiveInt
    ours_times_s: NonEmpty[Seconds]
    library_times_s: NonEmpty[Seconds]
    agree: bool
    memory_letters: PositiveInt
    table_peak_bytes: int | None
    linear_peak_bytes: int | None

    def __post_init__(self) -> None:
        check_names("ways", [way.name for way in self.ways], get_args(WayToEdit))


@dataclass(frozen=True, kw_only=True)
class Beam:
    """One way to decode: the beam's width, and the times over all sentences."""

    name: BeamName
    width: PositiveInt
    word_error_rate: ErrorRate
    times_s: NonEmpty[Seconds]


@dataclass(frozen=True, kw_only=True)
class Found:
    """How often a beam of `width` finds the likeliest of all texts; a width of 0 is the likeliest alignment's text."""

    width: int
    share: Share


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """A text laid along its utterance: the token of each frame, 0 for none, and how likely each state is at each frame.

    States are blanks and letters in turn; `loudness` is the sound's at each frame, all 0 where there was no sound.
    """

    text: Name
    frame_s: Seconds
    tokens: NonEmpty[int]
    likelihood: Share  # of this alignment, among all of the text
    posterior: NonEmpty[list[Share]]
    loudness: list[float]

    def __post_init__(self) -> None:
        check_lengths("posterior", len(self.posterior), len(self.tokens))
        check_lengths("loudness", len(self.loudness), len(self.tokens))
        said = [token for token, _ in groupby(self.tokens) if token]
        check_lengths("tokens", len(said), len(self.text))
        for row in self.posterior:
            check_lengths("posterior", len(row), 2 * len(self.text) + 1)


@dataclass(frozen=True, kw_only=True)
class Listener:
    """The network that listened: the SHA-256 of its file, and the machine that trained it."""

    sha256: Name
    machine: Name


@dataclass(frozen=True, kw_only=True)
class Decoding:
    """Story 2. Outputs of the network trained for /derivative/ through white noise, or made-up ones; `sound_s` in all.

    `listener` is None where the outputs are made up, and in records that did not note it. `noise_db` is the voice's
    power over the noise's; the language model is of `order` letters. `trial` tries every text of `letters`; its sizes
    are frames, and so are those of `longer`, which is a beam of 16.
    """

    outputs_of: OutputsOf
    noise_db: Decibels | None
    sound_s: Seconds
    sentences: PositiveInt
    order: PositiveInt
    quiet_word_error_rate: ErrorRate  # greedy, without noise
    beams: NonEmpty[Beam]
    letters: PositiveInt
    trial: Curve
    longer: Curve
    found: NonEmpty[Found]
    alignment: Alignment
    listener: Listener | None = None

    def __post_init__(self) -> None:
        beams = [f"{beam.name}, {beam.width}" for beam in self.beams]
        check_names("beams", beams, [], beams)
        check_fitted(trial=self.trial)
        check_unique("found", (each.width for each in self.found))
