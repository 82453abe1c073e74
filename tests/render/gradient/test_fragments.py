import re
from dataclasses import replace
from xml.etree import ElementTree

from scripts.render.gradient import fragments
from tests import samples as profiling_samples
from tests.render.gradient import samples

PICTURES = ("tangent", "surface", "fit", "residuals", "descent", "graph")
DRAWN = {f"gradient/{name}{suffix}.html" for name in PICTURES for suffix in ("", "-slide")}


def test_the_same_record_gives_the_same_bytes() -> None:
    assert fragments([samples.record()]) == fragments([samples.record()])


def test_measured_fragments_name_their_record_and_lie_on_one_line() -> None:
    for path, fragment in fragments([samples.record(), profiling_samples.record()]).items():
        assert fragment.count("\n") == 1, path
        if path not in DRAWN:
            assert 'data-record="test-box/gradient"' in fragment, path
            assert "устарело" not in fragment, path


def test_without_records_each_measured_fragment_says_so() -> None:
    for path, fragment in fragments([]).items():
        assert ("Этого ещё не измерила" in fragment) != (path in DRAWN), path


def test_what_a_record_says_is_escaped() -> None:
    made = fragments([samples.record()])
    assert "&lt;пь&gt;" in made["gradient/readings.html"]
    assert "<code>&lt;aten::copy_&gt;</code>" in made["gradient/backward.html"]


def test_no_training_leaves_the_other_charts() -> None:
    made = fragments([samples.record(data=replace(samples.gradient(), learning=None))])
    assert "Этого ещё не измерила" in made["gradient/learning.html"]
    assert "<svg" in made["gradient/ways.html"]


def test_pictures_are_whole_svg_with_alternative_text() -> None:
    made = fragments([])
    for path in DRAWN:
        drawing = re.search(r"<svg.*</svg>", made[path])
        assert drawing is not None, path
        root = ElementTree.fromstring(drawing[0])
        assert root.get("aria-label"), path
        assert all(-300 < float(number) < 1100 for number in re.findall(r' [xy]="([^"]+)"', drawing[0])), path


def test_slides_step_and_only_the_last_frame_stays() -> None:
    made = fragments([])
    line = made["gradient/fit-slide.html"]
    assert line.count('class="fragment') == 5
    assert line.count("fade-in-then-out") == 4
    # Six columns of nodes there, six back.
    assert made["gradient/graph-slide.html"].count('class="fragment"') == 12


def test_the_graph_shows_the_gradients_of_the_two_points() -> None:
    graph = fragments([])["gradient/graph.html"]
    texts = dict(re.findall(r'data-part="((?:value|grad)-\d+)"[^>]*>([^<]*)<', graph))
    # At a = b = 1 the line misses by 1 and 2: L = 1 + 4, dL/da = −2·1·1 − 2·2·2, dL/db = −2·1 − 2·2.
    assert (texts["value-10"], texts["grad-0"], texts["grad-1"]) == ("5", "∂ −10", "∂ −6")
