"""The line under a page's title that names the machine whose numbers the page shows."""

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
