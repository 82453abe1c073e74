"""The line under a page's title that names the machine whose numbers the page shows."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown import markdown

from talk import settings
from talk.records.store import write_record
from tests.talk import samples


def test_a_machine_that_measured_is_named_before_tables_that_were_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(language="ru", original="talk"))
    write_record(samples.record(samples.cuda_run(), slug="gpu-box"), tmp_path)
    talk = samples.record(samples.cpu_run(), slug="talk", origin="published", measured_at="2024-10-01T00:00:00Z")
    write_record(talk, tmp_path)
    text = "# Глава\n\n{{ relay.cuda.time }}.\n\n{{ relay.cpu.time }}.\n\n{{ relay.cpu.climb.share }}.\n"
    extensions = ["talk.markdown.values", "talk.markdown.chooser"]
    configs = {name: {"results": str(tmp_path)} for name in extensions}
    html = markdown(text, extensions=extensions, extension_configs=configs)
    body = ElementTree.fromstring(f"<body>{html}</body>")
    assert [data.attrib["data-record"] for data in body.iter("data")] == [
        "gpu-box/relay",
        "talk/relay",
        "talk/relay",
    ]
    chosen = [option.get("value") for option in body.iter("option") if option.get("selected")]
    assert chosen == ["gpu-box"]


def test_what_is_hidden_is_no_number_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "settings", lambda: settings.Settings(language="ru"))
    fast, slow = samples.cpu_run(), replace(samples.cpu_run(), times_s=[60.0])
    write_record(samples.record(fast, slug="newer", measured_at="2026-02-01T00:00:00Z"), tmp_path)
    write_record(samples.record(slow, samples.cuda_run(), slug="older", measured_at="2026-01-01T00:00:00Z"), tmp_path)
    claims = tmp_path / "claims.toml"
    claims.write_text('[fast]\nrelation = "relay.cpu.time < 10"\n', encoding="utf-8")
    text = "# Глава\n\n{{ relay.cpu.time }}.\n\n/// fails | fast\n{{ relay.cuda.time }}.\n///\n"
    extensions = [f"talk.markdown.{name}" for name in ("values", "conditions", "chooser")]
    configs = {name: {"results": str(tmp_path)} for name in extensions}
    configs["talk.markdown.conditions"]["claims"] = str(claims)
    html = markdown(text, extensions=extensions, extension_configs=configs)
    assert "older/relay" in html
    assert "взято у других" not in html
