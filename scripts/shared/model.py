"""The network that is measured: the encoder of the talk's Conformer, and the mel preprocessor before it."""

import hashlib
import logging
import os
import urllib.request
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import torch

from shared.audio import Sound
from shared.profile import Model, Module
from shared.profiler import Utterance
from talk.errors import MissingError
from talk.measure.progress import Progress

SEED = 2024
OFFLINE = "TALK_OFFLINE"  # the environment variable that forbids asking the network for weights
_TIMEOUT_S = 5
_CHUNK_BYTES = 1 << 20
# As in the configuration of stt_ru_conformer_ctc_large. No dither: the same sound gives the same spectrogram.
_PREPROCESSOR = {
    "normalize": "per_feature",
    "window_size": 0.025,
    "window": "hann",
    "n_fft": 512,
    "log": True,
    "frame_splicing": 1,
    "dither": 0.0,
    "pad_to": 0,
}


@dataclass(frozen=True)
class Network:
    """NeMo's encoder and mel preprocessor, in eval mode."""

    encoder: torch.nn.Module
    preprocessor: torch.nn.Module

    def spectrograms(self, sounds: Sequence[Sound]) -> list[Utterance]:
        """The mel spectrogram of each sound, with `samples // hop + 1` frames, all of which are fed."""
        with torch.inference_mode(), quiet():
            signals = [
                self.preprocessor(input_signal=torch.from_numpy(sound).unsqueeze(0), length=torch.tensor([len(sound)]))[
                    0
                ]
                for sound in sounds
            ]
        return [(signal, torch.tensor([signal.shape[-1]])) for signal in signals]


def build(workload: dict[str, Any], progress: Progress) -> tuple[Network, Model]:
    """The talk's network and what the record says of it.

    Its weights are the pretrained ones where NeMo's cache or NVIDIA's catalogue has them, else seeded ones in the
    same architecture. Raises MissingError when NeMo cannot be imported.
    """
    progress.say("importing NeMo, which takes up to half a minute …")
    with quiet():
        try:
            from nemo.collections.asr.models import EncDecCTCModelBPE
        except (ImportError, OSError) as error:
            raise MissingError("nemo_toolkit", f"cannot be imported ({error})", "run `make setup ALL=1`") from None
    name = workload["model"]
    try:
        _fetch_weights(EncDecCTCModelBPE, name, progress)
        with quiet():
            network = _pretrained()
    except Exception as error:  # whatever keeps the weights away: seeded ones measure the same
        progress.say(f"no pretrained weights ({' '.join(str(error).split())}): seeded ones measure the same")
        network = seeded(workload)
        return network, _describe(network, name, "seeded", workload["encoder"])
    return network, _describe(network, name, "pretrained", workload["encoder"])


def seeded(workload: dict[str, Any]) -> Network:
    """NeMo's encoder with the arguments in `workload["encoder"]` and random weights, the same every time."""
    with quiet():
        from nemo.collections.asr.modules import AudioToMelSpectrogramPreprocessor, ConformerEncoder

        torch.manual_seed(SEED)
        encoder = ConformerEncoder(**workload["encoder"])
        preprocessor = AudioToMelSpectrogramPreprocessor(
            sample_rate=workload["sample_rate_hz"],
            window_stride=workload["hop_samples"] / workload["sample_rate_hz"],
            features=workload["encoder"]["feat_in"],
            **_PREPROCESSOR,
        )
    return Network(encoder.eval(), preprocessor.eval())


def module_tree(name: str, module: torch.nn.Module) -> Module:
    """`module` with all its submodules. Neighbours in a list that differ only in their place become one node."""
    children: list[Module] = []
    for child_name, child in module.named_children():
        node = module_tree(child_name, child)
        if children and child_name.isdigit() and replace(children[-1], name=child_name, count=1) == node:
            children[-1] = replace(children[-1], count=children[-1].count + 1)
        else:
            children.append(node)
    return Module(name=name, type=type(module).__name__, parameters=_parameters(module), children=children)


def _pretrained() -> Network:
    from nemo.collections.asr.models import EncDecCTCModelBPE

    # --8<-- [start:model]
    asr_model = EncDecCTCModelBPE.from_pretrained(
        model_name="stt_ru_conformer_ctc_large",
    )
    encoder = asr_model.encoder
    preprocessor = asr_model.preprocessor
    # --8<-- [end:model]
    preprocessor.featurizer.dither = _PREPROCESSOR["dither"]
    preprocessor.featurizer.pad_to = _PREPROCESSOR["pad_to"]
    return Network(encoder.eval(), preprocessor.eval())


def _fetch_weights(asr_class: Any, name: str, progress: Progress) -> None:
    """Put the weights where `from_pretrained` looks for them, unless they are there. Raises OSError without a network.

    NeMo's own download waits without a limit where packets are dropped, takes Ctrl-C for a failed attempt, and keeps
    half a file as if it were whole. With TALK_OFFLINE=1 nothing is asked of the network.
    """
    from nemo.utils.model_utils import resolve_cache_dir

    info = next(each for each in asr_class.list_available_models() if each.pretrained_model_name == name)
    version = hashlib.md5((info.location + info.description).encode()).hexdigest()
    path = Path(resolve_cache_dir()) / name / version / f"{name}.nemo"
    if path.is_file():
        return
    if os.environ.get(OFFLINE):
        raise OSError(f"{OFFLINE} is set, and they are not in NeMo's cache")
    part = path.with_suffix(".part")
    with urllib.request.urlopen(info.location, timeout=_TIMEOUT_S) as answer:
        size_bytes = int(answer.headers["Content-Length"])
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("wb") as file, progress.bar(f"downloading the weights of {name}", size_bytes) as advance:
                while chunk := answer.read(_CHUNK_BYTES):
                    advance(file.write(chunk))
            if part.stat().st_size != size_bytes:
                raise OSError("the download broke off")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _describe(
    network: Network, name: str, weights: Literal["pretrained", "seeded"], arguments: dict[str, Any]
) -> Model:
    return Model(
        name=name,
        weights=weights,
        encoder=arguments,
        parameters=_parameters(network.encoder),
        modules=module_tree("encoder", network.encoder),
    )


def _parameters(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@contextmanager
def quiet() -> Iterator[None]:
    """Silence NeMo's log and its dependencies' warnings: dozens of lines, none of which a user could mend."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
