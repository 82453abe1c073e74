"""Machines come and go, and no page breaks: two side by side, then none."""

import shutil
from pathlib import Path

from talk.site.links import find_broken
from tests.talk.conftest import Run
from tests.talk.site.test_build import edit_record

PAGES = ("index.html", "part/sleep/index.html", "slides/index.html")


def test_machines_may_be_added_and_removed(small_talk: Path, run: Run) -> None:
    docs, site = small_talk / "docs", small_talk / "site"
    chapter = docs / "part" / "sleep.md"
    figure = '--8<-- "generated/sleep/times.html"\n'
    slide = f"/// slide | Table\n\n{figure}///\n\n"
    chapter.write_text(chapter.read_text(encoding="utf-8").replace("## More", f"{slide}## More"), encoding="utf-8")
    (docs / "reproduce.md").write_text("# How\n", encoding="utf-8")
    other = edit_record(small_talk, lambda record: record.update(measured_at="2024-01-02T00:00:00Z"), machine="box")

    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    page = (site / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    assert '<li data-machine="box"><a href="../../machines/box-sleep.html#times">Other, ' in page
    assert 'href="machines/box-sleep.html#times"' in (site / "index.html").read_text(encoding="utf-8")
    # The choice stands under a slide's card, not in it; the deck has none.
    card = page[page.index('id="table"') :]
    assert card.index("</figure>") < card.index('<details class="machines"') < card.index("</section>")
    assert 'class="machines"' not in (site / "slides" / "index.html").read_text(encoding="utf-8")
    machine = (site / "machines" / "box-sleep.html").read_text(encoding="utf-8")
    assert '<section id="times">' in machine
    assert 'href="../part/sleep/"' in machine
    assert f'href="../{other.relative_to("docs")}"' in machine
    assert "Content-Security-Policy" in machine
    assert 'href="../reproduce/"' in machine
    assert find_broken(site) == []

    (docs / "reproduce.md").unlink()
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert "reproduce" not in (site / "machines" / "box-sleep.html").read_text(encoding="utf-8")
    assert find_broken(site) == []

    for folder in (docs / "results").iterdir():
        shutil.rmtree(folder)
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert "docs/part/sleep.md" in done.stderr
    assert "not measured by anybody yet: sleep.took" in done.stderr
    for name in PAGES:
        assert '<details class="machines"' not in (site / name).read_text(encoding="utf-8"), name
    assert 'class="unmeasured"' in (site / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    assert list((site / "machines").glob("*.html")) == []
