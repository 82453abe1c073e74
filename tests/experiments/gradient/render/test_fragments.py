import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest

from experiments.gradient.render import fragments
from experiments.gradient.render.pictures import tangent
from talk.experiment import find_experiment
from talk.records.schema import AnyRecord
from talk.records.store import write_record
from talk.render.claims import judge, read_claims
from talk.render.drawing import drawing_of
from talk.render.values import Values
from tests.experiments.gradient.render import samples
from tests.experiments.profiling import samples as profiling_samples

LEARNING = samples.gradient().learning
assert LEARNING is not None
PICTURES = ("tangent", "surface", "fit", "residuals", "descent", "graph")
VERDICT = "verdict"
DRAWN = {f"{name}{suffix}" for name in PICTURES for suffix in ("", "-slide")} | {"chain"}


def drawn(*records: AnyRecord) -> dict[str, str]:
    return fragments(drawing_of(find_experiment("gradient"), records))


def test_the_same_record_gives_the_same_bytes() -> None:
    assert drawn(samples.record()) == drawn(samples.record())


def test_measured_fragments_name_their_record_and_lie_on_one_line() -> None:
    for path, fragment in drawn(samples.record(), profiling_samples.record()).items():
        assert fragment.count("\n") == 1, path
        if path == VERDICT:
            assert "{{ test-box/gradient.learning.taught }}" in fragment
        elif path not in DRAWN:
            assert 'data-record="test-box/gradient"' in fragment, path
            assert "устарело" not in fragment, path


def test_without_records_each_measured_fragment_says_so() -> None:
    for path, fragment in drawn().items():
        assert ("Этого ещё не измерила" in fragment) != (path in DRAWN), path


def test_what_a_record_says_is_escaped() -> None:
    made = drawn(samples.record())
    assert "&lt;пь&gt;" in made["readings"]
    assert "<code>&lt;aten::copy_&gt;</code>" in made["backward"]


def test_no_training_leaves_the_other_charts() -> None:
    made = drawn(samples.record(data=replace(samples.gradient(), learning=None)))
    assert "Этого ещё не измерила" in made["learning"]
    assert "<svg" in made["ways-price"]


def test_a_gpu_has_tables_of_its_own_time() -> None:
    made = drawn(samples.record())
    assert "900\N{NO-BREAK SPACE}мкс" in made["backward"]
    assert "90,0\N{NO-BREAK SPACE}мкс" in made["backward-cuda"]
    assert "Self CUDA назад" in made["backward-cuda"]


def test_backward_is_set_beside_forward() -> None:
    table = drawn(samples.record())["passes"]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>.*?</tr>", table)]
    assert rows[1] == ["операций", "1,00", "ГФЛОП", "2,00", "ГФЛОП", "2,00×"]
    assert rows[2] == ["время", "без", "профайлера", "500", "мс", "1,00", "с", "2,00×"]
    assert rows[3] == ["умножения", "матриц", "800", "мкс", "1,20", "мс", "1,50×"]
    assert rows[4] == ["свёртки", "200", "мкс", "700", "мкс", "3,50×"]
    assert rows[5] == ["всё", "остальное", "50,0", "мкс", "100", "мкс", "2,00×"]
    assert "потоков: 2" in table


def test_what_forward_lacks_has_no_ratio() -> None:
    data = samples.gradient()
    [cpu, *others] = data.conformers
    there = replace(cpu.passes[0], operators=cpu.passes[0].operators[:-1])
    bare = replace(data, conformers=[replace(cpu, passes=[there, cpu.passes[1]]), *others])
    rest = drawn(samples.record(data=bare))["passes"].rpartition("всё остальное")[2]
    assert re.sub(r"<[^>]+>", " ", rest.partition("</tr>")[0]).split() == ["0", "мкс", "100", "мкс", "—"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"diverged": True}, "обучение разошлось**: на шаге 5 потеря"),
        ({"target_error_rate": 0.01}, "цель не взята**: не хватило 0,0 %"),
    ],
)
def test_the_page_says_what_became_of_the_training(
    tmp_path: Path, changes: dict[str, object], words: str | None
) -> None:
    record = samples.record(data=replace(samples.gradient(), learning=replace(LEARNING, **changes)))
    write_record(record, tmp_path)
    said = drawn(record)[VERDICT]
    shown = markdown.markdown(
        said,
        extensions=["talk.markdown.values"],
        extension_configs={"talk.markdown.values": {"results": str(tmp_path)}},
    )
    text = re.sub(r"<[^>]+>", "", shown.replace("<strong>", "**").replace("</strong>", "**"))
    assert "Учитель — синтезатор espeak-ng: 32 фразы из" in text
    assert "Экзамен — на 2 голосах" in text
    assert ("В этот раз" in text) == (words is not None)
    if words is not None:
        assert words in text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_claim_of_a_diverged_training_is_refuted() -> None:
    lost = replace(LEARNING, diverged=True, readings=LEARNING.readings[:1])
    values = Values([samples.record(data=replace(samples.gradient(), learning=lost))])
    assert not judge(read_claims()["it-learnt-to-read"], values).holds


def test_pictures_are_whole_svg_with_alternative_text() -> None:
    made = drawn()
    for path in DRAWN:
        drawing = re.search(r"<svg.*</svg>", made[path])
        assert drawing is not None, path
        root = ElementTree.fromstring(drawing[0])
        assert root.get("aria-label"), path
        assert all(-300 < float(number) < 1100 for number in re.findall(r' [xy]="([^"]+)"', drawing[0])), path


def test_slides_step_and_only_the_last_frame_stays() -> None:
    made = drawn()
    line = made["fit-slide"]
    assert line.count('class="fragment') == 5
    assert line.count("fade-in-then-out") == 4
    # Six columns of nodes there, six back.
    assert made["graph-slide"].count('class="fragment"') == 12


def test_the_graph_shows_the_gradients_of_the_two_points() -> None:
    graph = drawn()["graph"]
    texts = dict(re.findall(r'data-part="((?:value|grad)-\d+)"[^>]*>([^<]*)<', graph))
    # At a = b = 1 the line misses by 1 and 2: L = 1 + 4, dL/da = −2·1·1 − 2·2·2, dL/db = −2·1 − 2·2.
    assert (texts["value-10"], texts["grad-0"], texts["grad-1"]) == ("5", "∂ −10", "∂ −6")


def test_edges_of_the_graph_are_level_or_upright_and_tell_their_factors() -> None:
    stepped = drawn()["graph-slide"]
    ways = re.findall(r'class="wire(?: taken)?" d="M([^"Z]+)"', stepped)
    corners = [[tuple(map(float, place.split())) for place in way.split("L")] for way in ways]
    assert corners
    assert all(x0 == x1 or y0 == y1 for way in corners for (x0, y0), (x1, y1) in pairwise(way))
    # d(5 − line)² = 2·2, d(3 − line)² = 2·1, d(5 − line) = d(3 − line) = −1, d(a·2) = 2; the others pass it as it is.
    assert sorted(re.findall(r'class="label factor"[^>]*>([^<]+)<', stepped)) == sorted(
        ["×4", "×2", "×−1", "×−1", "×2"]
    )


def test_each_chord_is_nearer_to_the_tangent_than_the_one_before() -> None:
    slopes = [
        float(slope.replace(",", ".")) for frame in tangent().frames for slope in re.findall(r"= ([\d,]+)", frame)
    ]
    assert len(slopes) > 2
    assert slopes == sorted(set(slopes), reverse=True)
