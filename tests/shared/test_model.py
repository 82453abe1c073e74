"""Where weights come from: NeMo's cache, the catalogue, or a seed."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared import model
from shared.workload import WORKLOAD
from talk.measure.progress import make_progress

NAME = WORKLOAD["model"]
WEIGHTS = b"weights" * 100_000
SMALL = WORKLOAD | {
    "encoder": WORKLOAD["encoder"] | {"n_layers": 1, "d_model": 64, "n_heads": 4, "subsampling_conv_channels": 32}
}


class Catalogue(http.server.BaseHTTPRequestHandler):
    requests: list[str]
    promised_bytes: int

    def do_GET(self) -> None:
        self.requests.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(self.promised_bytes))
        self.end_headers()
        self.wfile.write(WEIGHTS)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A catalogue on this machine; `.cached` is where NeMo looks for what it has downloaded."""
    monkeypatch.setenv("NEMO_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    handler = type("Handler", (Catalogue,), {"requests": [], "promised_bytes": len(WEIGHTS)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    info = SimpleNamespace(
        pretrained_model_name=NAME,
        location=f"http://127.0.0.1:{server.server_port}/{NAME}.nemo",
        description="a test's own",
    )
    version = hashlib.md5((info.location + info.description).encode()).hexdigest()
    yield SimpleNamespace(
        asr_class=SimpleNamespace(list_available_models=lambda: [info]),
        handler=handler,
        cached=tmp_path / NAME / version / f"{NAME}.nemo",
    )
    server.shutdown()
    server.server_close()


def test_weights_are_downloaded_once_to_where_nemo_looks(catalogue: Any) -> None:
    for _ in range(2):
        model._fetch_weights(catalogue.asr_class, NAME, make_progress())
    assert catalogue.cached.read_bytes() == WEIGHTS
    assert catalogue.handler.requests == [f"/{NAME}.nemo"]


def test_half_a_download_leaves_nothing(catalogue: Any) -> None:
    catalogue.handler.promised_bytes += 1
    with pytest.raises(OSError, match="broke off"):
        model._fetch_weights(catalogue.asr_class, NAME, make_progress())
    assert list(catalogue.cached.parent.iterdir()) == []


def test_the_cache_is_where_nemo_itself_looks(catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """NeMo, asked for the model, takes the file that was put there: it starts no download of its own."""
    from nemo.collections.asr.models import EncDecCTCModelBPE

    monkeypatch.setattr(EncDecCTCModelBPE, "list_available_models", catalogue.asr_class.list_available_models)
    catalogue.asr_class.list_available_models()[0].aliases = None
    catalogue.asr_class.list_available_models()[0].class_ = None
    model._fetch_weights(catalogue.asr_class, NAME, make_progress())
    found = EncDecCTCModelBPE.from_pretrained(NAME, return_model_file=True)
    assert Path(found) == catalogue.cached
    assert len(catalogue.handler.requests) == 1


def test_without_a_network_weights_are_seeded_and_the_record_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_network(*_: object) -> None:
        raise OSError("Name or service\nnot known")

    monkeypatch.setattr(model, "_fetch_weights", no_network)
    network, told = model.build(SMALL, make_progress())
    assert (told.name, told.weights) == (NAME, "seeded")
    assert told.encoder == SMALL["encoder"]
    assert told.parameters == sum(parameter.numel() for parameter in network.encoder.parameters())
    assert told.modules is not None
    assert told.modules.parameters == told.parameters
    assert not network.encoder.training
    assert "no pretrained weights (Name or service not known)" in " ".join(capsys.readouterr().err.split())


def test_a_broken_file_in_the_cache_is_not_the_end(catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from nemo.collections.asr.models import EncDecCTCModelBPE

    info = catalogue.asr_class.list_available_models()[0]
    info.aliases = info.class_ = None
    monkeypatch.setattr(EncDecCTCModelBPE, "list_available_models", catalogue.asr_class.list_available_models)
    catalogue.cached.parent.mkdir(parents=True)
    catalogue.cached.write_bytes(b"no archive")
    _, told = model.build(SMALL, make_progress())
    assert told.weights == "seeded"
    assert catalogue.handler.requests == []


def test_offline_nothing_is_asked_of_the_network(catalogue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(model.OFFLINE, "1")
    with pytest.raises(OSError, match="TALK_OFFLINE is set"):
        model._fetch_weights(catalogue.asr_class, NAME, make_progress())
    assert catalogue.handler.requests == []
    catalogue.cached.parent.mkdir(parents=True)
    catalogue.cached.write_bytes(WEIGHTS)
    model._fetch_weights(catalogue.asr_class, NAME, make_progress())  # what is in the cache is taken
