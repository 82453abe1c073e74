"""Machines come and go, and no page breaks: several side by side, then none but the talk's own tables."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

from talk.records.store import write_record
from talk.records.summary import keep_summary
from tests import samples
from tests.talk.site.conftest import Talk

CHAPTERS = ("gpu", "matmul", "derivative", "algorithms", "reproduce", "slides")


def test_machines_may_be_added_and_removed(project: Path, talk: Talk) -> None:
    results, site = project / "docs" / "results", project / "site"
    added = samples.record(samples.cpu_run(), samples.cuda_run(), slug="gpu-box", measured_at="2026-11-20T00:00:00Z")
    write_record(added, results)
    keep_summary(replace(added, measured_at="2026-11-01T00:00:00Z"), results)
    keep_summary(added, results)

    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    gpu = (site / "gpu" / "index.html").read_text(encoding="utf-8")
    link = '<li data-machine="gpu-box"><a href="../machines/gpu-box-profiling.html#cpu-share">Test GPU</a>'
    assert link in gpu
    # The choice stands under a slide's card, not in it; the deck has none.
    card = gpu[gpu.index('id="kogda-net-gpu"') :]
    assert card.index("</figure>") < card.index('<details class="machines"') < card.index("</section>")
    assert 'class="machines"' not in (site / "slides" / "index.html").read_text(encoding="utf-8")
    page = (site / "machines" / "gpu-box-profiling.html").read_text(encoding="utf-8")
    assert '<section id="cpu-share">' in page
    assert "Content-Security-Policy" in page
    reproduce = (site / "reproduce" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<th scope="?col"? data-machine="gpu-box">', reproduce)
    assert '<svg class="sparkline"' in reproduce

    for machine in ("gpu-box", "test-box"):
        shutil.rmtree(results / machine)
    done = talk("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert "docs/matmul.md" in done.stderr
    assert "not measured by anybody yet: matmul." in done.stderr
    for chapter in CHAPTERS:
        html = (site / chapter / "index.html").read_text(encoding="utf-8")
        assert '<details class="machines"' not in html, chapter
    assert 'class="unmeasured"' in (site / "matmul" / "index.html").read_text(encoding="utf-8")
    assert list((site / "machines").glob("*.html")) == []
