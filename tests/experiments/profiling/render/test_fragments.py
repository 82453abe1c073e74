"""Every fragment, over records of several machines: whole, the same bytes each time, escaped, honest."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import matplotlib as mpl
import pytest

from experiments.profiling.record import Profiling
from experiments.profiling.render import figures
from experiments.profiling.render.tables import short_kernel_name
from shared.profile import Kernel
from talk.experiment import find_experiment
from talk.records.schema import Record
from talk.records.sources import hash_sources
from talk.render.captions import Provenance
from tests.experiments.profiling.render.conftest import drawn

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Page(HTMLParser):
    """Checks that tags nest and collects what tests ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parse(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


def rows(html: str) -> list[list[str]]:
    """Cells of every row of the table, as text."""
    return [
        [" ".join(text(cell).split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    ]


def decimal(cell: str) -> float:
    return float(cell.replace(",", ".").replace(" ", ""))


@pytest.fixture(scope="module")
def made(
    talk_record: Record[Profiling], cpu_record: Record[Profiling], gpu_record: Record[Profiling]
) -> dict[str, str]:
    return drawn(talk_record, cpu_record, gpu_record)


def test_the_same_paths_are_there_whatever_was_measured(
    made: dict[str, str], talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    assert drawn().keys() == drawn(talk_record).keys() == drawn(cpu_record).keys() == made.keys()


def test_nothing_measured_is_said_and_not_drawn() -> None:
    for html in drawn().values():
        assert html.startswith('<p class="nothing-measured">')


def test_every_fragment_is_one_line_of_whole_html(made: dict[str, str]) -> None:
    for name, html in made.items():
        assert html.count("\n") == 1, name
        assert html.endswith("\n"), name
        page = parse(html)
        if name.endswith("-machine"):  # a line that names a machine
            assert page.tags == ["p"], name
            continue
        assert page.tags[0] == "figure", name
        assert "figcaption" in page.tags, name
        assert ("class", "measured") in [(k, (v or "").split()[0]) for k, v in page.attributes if k == "class"]


def test_alike_records_give_the_same_bytes_whatever_their_order_and_the_users_style(
    made: dict[str, str], talk_record: Record[Profiling], cpu_record: Record[Profiling], gpu_record: Record[Profiling]
) -> None:
    with mpl.rc_context({"font.size": 31, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert drawn(gpu_record, talk_record, cpu_record) == made


def test_charts_take_type_and_colours_from_the_page(made: dict[str, str]) -> None:
    charts = {name: html for name, html in made.items() if '<svg class="chart' in html}
    assert len(charts) == 7
    for name, html in charts.items():
        drawing = re.search(r"<svg.*</svg>", html)
        assert drawing is not None
        root = ElementTree.fromstring(drawing[0])
        assert root.get("role") == "img"
        assert "width" not in root.attrib, name
        assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
        assert re.search(r"[а-я]", root.get("aria-label", "")), name
        assert "<text" in drawing[0], name
        assert not re.search(r"font-family|<style|#0a0b|@import|https?://(?!www\.w3\.org/2000/svg)", drawing[0]), name
        # Colours stand as variables; a brand colour is only what is used where a page defines none.
        assert not re.findall(r"#[0-9a-f]{6}\b(?!\))", drawing[0]), name
        assert "var(--chart-ink" in drawing[0], name


def test_ids_of_charts_are_unique_on_a_page_and_lead_somewhere(made: dict[str, str]) -> None:
    ids = [found for html in made.values() for found in re.findall(r' id="([^"]+)"', html)]
    assert ids
    assert len(ids) == len(set(ids))
    for html in made.values():
        used = re.findall(r'(?:url\(#|href="#)([^)"]+)', html)
        assert set(used) <= set(re.findall(r' id="([^"]+)"', html))


def test_whatever_a_record_says_is_escaped(talk_record: Record[Profiling], gpu_record: Record[Profiling]) -> None:
    evil = '<script>alert("&")</script>'
    named = evil.replace("/", "")  # a slash parts a machine from a value's name, so that nothing is called by one
    cpu, cuda = gpu_record.data.runs
    kernels = [replace(kernel, name=evil) for kernel in cuda.kernels]
    assert gpu_record.data.model.modules is not None
    record = replace(
        gpu_record,
        machine=replace(gpu_record.machine, cpu=evil, gpu=evil),
        versions={"torch": evil, evil: evil},
        code=replace(gpu_record.code, commit=evil, sources={evil: "0"}),
        uncontrolled=[evil],
        data=replace(
            gpu_record.data,
            model=replace(gpu_record.data.model, name=evil),
            runs=[
                replace(cpu, operators=[*cpu.operators, replace(cpu.operators[0], name=named)]),
                replace(cuda, operators=[*cuda.operators, replace(cuda.operators[0], name=named)], kernels=kernels),
            ],
        ),
    )
    made = drawn(talk_record, record)
    for name, html in made.items():
        assert "script" not in parse(html).tags, name
        assert not re.search(r"<script", html, re.IGNORECASE), name
    assert evil in unescape(made["cpu-share"])


def test_captions_name_machine_date_versions_code_and_record(made: dict[str, str]) -> None:
    caption = text(made["operators-cuda"].partition("<figcaption>")[2])
    for words in ("NVIDIA H200", "23 ноября 2026", "PyTorch 2.13.0+cpu", "NeMo 3.0.0", "0123456", "веса случайные"):
        assert words in caption
    assert 'href="site:results/h200/profiling.json"' in made["operators-cuda"]
    assert 'data-record="h200/profiling"' in made["operators-cuda"]
    assert "NVIDIA H200" not in made["operators-cpu"]  # it took no part


def test_a_record_is_marked_when_its_code_has_changed_and_only_then(cpu_record: Record[Profiling]) -> None:
    now = hash_sources(find_experiment("profiling"))
    fresh = replace(cpu_record, code=replace(cpu_record.code, sources=now))
    assert "устарело" not in "".join(drawn(fresh).values())
    changed = replace(cpu_record, code=replace(cpu_record.code, sources={**now, "scripts/talk/measure/gone.py": "0"}))
    html = drawn(changed)["operators-cpu"]
    mark = '<mark class="stale" title="Код измерения изменился: scripts/talk/measure/gone.py">'
    assert f"{mark}устарело: код с тех пор изменился</mark>" in html


def test_a_quick_run_says_so_and_a_full_one_is_preferred(cpu_record: Record[Profiling]) -> None:
    quick = replace(cpu_record, quick=True, measured_at="2027-01-01", machine=replace(cpu_record.machine, slug="hasty"))
    assert "быстрый прогон" in drawn(quick)["operators-cpu"]
    assert 'data-record="xeon-2c/profiling"' in drawn(quick, cpu_record)["operators-cpu"]


def test_the_talks_table_stands_in_where_no_gpu_was_measured(
    talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    made = drawn(talk_record, cpu_record)
    assert "Свежего прогона ещё нет, таблица из доклада 2024 года" in text(made["operators-cuda"])
    assert "Свежего прогона" not in made["original/operators-cuda"]
    assert 'data-record="xeon-2c/profiling"' in made["operators-cpu"]
    assert rows(made["operators-cuda"]) == rows(made["original/operators-cuda"])


def test_the_cpu_table_is_the_talks(talk_record: Record[Profiling]) -> None:
    table = rows(drawn(talk_record)["original/operators-cpu"])
    assert table[1] == ["aten::addmm", "45,6", "2335", "2458", "265", "9280"]
    assert [row[0] for row in table[1:-1]] == [
        "aten::addmm",
        "aten::mkldnn_convolution",
        "aten::copy_",
        "aten::mm",
        "aten::bmm",
        "aten::add",
        "aten::silu",
        "aten::native_layer_norm",
        "aten::_slow_conv2d_forward",
    ]
    assert table[-1][0] == "остальные"


@pytest.mark.parametrize("table", ["operators-cpu", "operators-cuda", "operators-cpu-slide", "operators-cuda-slide"])
def test_shares_add_up_to_the_whole(made: dict[str, str], table: str) -> None:
    shares = [decimal(row[1]) for row in rows(made[f"{table}"])[1:]]
    assert sum(shares) == pytest.approx(100, abs=0.6)
    assert len(shares) == (8 if "slide" in table else 10)


def test_the_printed_list_counts_every_kernel_twice(made: dict[str, str]) -> None:
    html = made["operators-cuda-as-printed"]
    table = rows(html)[1:]
    assert sum(decimal(row[1]) for row in table) == pytest.approx(200, abs=2)
    assert "Сумма всего столбца Self CUDA: 200 %" in " ".join(text(html).split())
    assert [row[0] for row in table[:2]] == ["aten::addmm", "ядро sm90_xmma_gemm_f32f32_tf32f32"]
    assert "vectorized_elementwise_kernel" in [row[0].removeprefix("ядро ") for row in table]


def test_the_talks_printed_list_sums_what_it_shows(talk_record: Record[Profiling]) -> None:
    html = drawn(talk_record)["original/operators-cuda-as-printed"]
    assert len(rows(html)) == 1 + 7
    assert "Сумма одних только показанных строк Self CUDA: 115 %" in " ".join(text(html).split())


def test_prediction_measurement_and_talk_stand_side_by_side(
    talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    table = {row[0]: row[1:] for row in rows(drawn(talk_record, cpu_record)["prediction-slide"])}
    assert table["Оператор"] == ["предсказано", "измерено", "доклад 2024"]
    assert table["aten::_slow_conv2d_forward"] == ["244", "244 ✓", "244 ✓"]
    assert table["aten::linear"] == ["10 432", "10 432 ✓", "—"]
    assert len(table) == 1 + 8


def test_a_count_that_differs_is_marked_and_a_missing_one_is_zero(
    talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    (run,) = cpu_record.data.runs
    operators = [
        replace(operator, calls=operator.calls + 1) if operator.name == "aten::mm" else operator
        for operator in run.operators
        if operator.name != "aten::silu"
    ]
    record = replace(cpu_record, data=replace(cpu_record.data, runs=[replace(run, operators=operators)]))
    html = drawn(talk_record, record)["prediction-slide"]
    table = {row[0]: row[1:] for row in rows(html)}
    assert table["aten::mm"] == ["1152", "1153 ✗", "1152 ✓"]
    assert table["aten::silu"] == ["3456", "0 ✗", "3456 ✓"]
    assert html.count('aria-label="не совпало с предсказанием"') == 2


def test_a_quick_run_is_predicted_from_its_own_utterances(
    talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    work = replace(cpu_record.data.workload, repeats=[1] * len(cpu_record.data.workload.repeats))
    (run,) = cpu_record.data.runs
    operators = [replace(op, calls=1595) for op in run.operators if op.name == "aten::addmm"]
    data = replace(cpu_record.data, workload=work, runs=[replace(run, operators=operators, utterance_times_s=[])])
    html = drawn(talk_record, replace(cpu_record, quick=True, data=data))["prediction"]
    assert ["aten::addmm", "1595", "1595 ✓", "9280 ✓"] in rows(html)
    assert "11 фразам" in html


def test_an_architecture_that_is_not_modelled_is_said(cpu_record: Record[Profiling]) -> None:
    model = replace(cpu_record.data.model, encoder={**cpu_record.data.model.encoder, "subsampling": "vggnet"})
    made = drawn(replace(cpu_record, data=replace(cpu_record.data, model=model)))
    assert "subsampling=&#x27;vggnet&#x27;" in made["prediction"]
    assert made["operators-cpu"].startswith("<figure")


def test_work_is_flops_bytes_and_the_rate_reached(talk_record: Record[Profiling]) -> None:
    table = {row[0]: row[1:] for row in rows(drawn(talk_record)["work"])}
    # 2·n·m·p over all products, and 2335 ms: by hand from the talk's lengths, 1044.759 GFLOP
    assert table["aten::addmm"] == ["1044,8", "31,2", "34", "2335", "447"]


def test_the_network_is_drawn_as_a_macaron_with_its_shares(made: dict[str, str]) -> None:
    html = made["architecture"]
    words = " ".join(text(html).split())
    assert re.search("½ Полносвязный.*Внимание.*Свёртка.*½ Полносвязный", words)
    assert "× 18" in words
    assert "4 addmm, 1 mm, 3 bmm" in words
    assert "120,0 млн параметров" in words
    shares = [float(share) for share in re.findall(r"--share:([\d.]+)%", html)]
    assert sum(shares) == pytest.approx(100, abs=0.2)  # all but the last normalisation


def test_the_figures_say_in_words_what_they_draw(made: dict[str, str]) -> None:
    share = re.search('aria-label="([^"]*)"', made["cpu-share"])
    assert share is not None
    assert "addmm — 50 %" in unescape(share[1]).replace("\N{NO-BREAK SPACE}", " ")
    against = text(made["cpu-against-gpu"])
    assert "в 33,3 раза быстрее" in against  # 10 s / (150 ms + 150 ms)
    idle = text(made["gpu-idle"])
    assert "GPU ждёт: 75 %" in idle


def test_a_kernel_that_no_operator_launched_stays_out_of_the_operators_table(gpu_record: Record[Profiling]) -> None:
    cpu, cuda = gpu_record.data.runs
    stray = Kernel(name="Memset (Device)", calls=7, device_time_us=1e6, operator=None)
    with_stray = replace(gpu_record, data=replace(gpu_record.data, runs=[cpu, replace(cuda, kernels=[stray])]))
    assert "Memset" not in drawn(with_stray)["operators-cuda"]
    assert 'ядро</span> <code title="Memset (Device)">Memset</code>' in drawn(with_stray)["operators-cuda-as-printed"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("ampere_sgemm_128x128_tn", "ampere_sgemm_128x128_tn"),
        ("void at::native::softmax_warp_forward<float, 8>(float*, int)", "softmax_warp_forward"),
        ("Memcpy HtoD (Pageable -> Device)", "Memcpy HtoD"),
        ("x" * 60, "x" * 43 + "…"),
    ],
)
def test_a_kernels_name_is_shown_without_what_cpp_adds(name: str, short: str) -> None:
    assert short_kernel_name(name) == short


def test_roofs_stand_over_operators_where_data_sheets_tell_of_them(
    talk_record: Record[Profiling], cpu_record: Record[Profiling]
) -> None:
    records = talk_record, cpu_record
    known, unknown = (figures.intensity(Provenance(each)).replace("\xa0", " ") for each in records)
    assert "потолок CPU по паспорту 1,74 ТФЛОП/с" in known  # 16 cores × 32 operations × 3.4 GHz
    assert "потолок GPU по паспорту 40,0 ТФЛОП/с" in known
    assert (known.count("stroke-dasharray"), unknown.count("stroke-dasharray")) == (2, 0)
    assert "паспорт" not in unknown
