"""A whole run in Chromium, shortened, and the record that comes of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pydantic import TypeAdapter

from experiments.browser.measure.script import measuring_script
from experiments.browser.record import Browser
from experiments.browser.sample import sample
from talk.errors import TalkError
from talk.experiment import find_experiment
from talk.records.sources import changed_sources, hash_sources
from talk.records.store import read_record

from .conftest import Serve, as_written

_SHORTER = {
    "const ROUNDS = 5;": "const ROUNDS = 2;",
    "const CPU_S = 6;": "const CPU_S = 0.1;",
    "const GPU_S = 4;": "const GPU_S = 0.1;",
    "const LONGEST_S = 0.15;": "const LONGEST_S = 0.02;",
    "const GPU_SIDES = [128,": "const GPU_SIDES = [32,",
    "const PEAK_THREADS = 65536;": "const PEAK_THREADS = 1024;",
    "const READ_BYTES = 64 *": "const READ_BYTES = 1 *",
    "ADDMM_WIDTH] = [100, 512]": "ADDMM_WIDTH] = [10, 64]",
}
_ISOLATED = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}
_MEASURE = """async (name) => {
  const told = [];
  const steps = {};
  const onStep = (step) => (steps[step.name] = step);
  const data = await measureHere.measure({ onProgress: (share) => told.push(share), onStep });
  return { data, told, steps, record: await measureHere.toRecord(data, { name }) };
}"""
STEPS = [
    "javascript", "compiled", "strassen", "order", "registers", "packing", "threads",
    "gpu_naive", "gpu_coalesced", "gpu_workgroup", "gpu_thread", "gpu_vec4", "gpu_half", "gpu_subgroups",
]  # fmt: skip
PARTS = {"cpu": {"peak", "bandwidth", "addmm", "gradient"}, "gpu": {"peak", "bandwidth", "launch", "addmm", "gradient"}}
# What a browser may lack, as a script that takes it away from workers.
_LACKS = {
    "no_webgpu": "Object.defineProperty(navigator, 'gpu', { value: undefined, configurable: true });",
    "no_wasm": "delete self.WebAssembly;",
    "no_memory": "self.WebAssembly && (WebAssembly.Memory = function () { throw new RangeError('no') });",
    "no_simd": "self.WebAssembly && (WebAssembly.validate = () => false);",
    "coarse_clock": "{ const now = performance.now.bind(performance);"
    " performance.now = () => Math.floor(now() / 16.7) * 16.7; }",
}


def shortened() -> str:
    script = measuring_script(hash_sources(find_experiment("browser")))
    for former, now in _SHORTER.items():
        assert former in script
        script = script.replace(former, now)
    return script


@pytest.fixture(scope="module")
def script() -> str:
    return shortened()


@pytest.fixture(scope="module", params=[True, False], ids=["isolated", "not isolated"])
def told(page: Page, serve: Serve, script: str, request: pytest.FixtureRequest) -> Any:
    serve({"measure.js": script}, _ISOLATED if request.param else None)
    return page.evaluate(_MEASURE, "Мой «ноутбук» X1\u007f") | {"isolated": request.param}


def test_a_run_measures_every_step_or_says_why_not(told: Any) -> None:
    steps = {step["name"]: step for step in told["data"]["steps"]}
    assert list(steps) == STEPS
    assert told["steps"] == steps  # the last that was told of each is what is kept
    for step in steps.values():
        assert step["points"] or re.match("no_feature:", step["skipped"]), step
    assert told["data"]["isolated"] == told["isolated"]
    assert told["data"]["sharing"] == ("memory" if told["isolated"] else "copies")
    assert told["data"]["adapter"]["fallback"]
    assert told["data"]["rounds"]
    assert {each["device"] for each in told["data"]["addmm"]} == {"cpu", "gpu"}
    assert {each["device"] for each in told["data"]["gradients"]} == {"cpu", "gpu"}
    assert told["told"] == sorted(told["told"])
    assert told["told"][-1] == 1


def test_the_record_is_one_that_the_site_reads(told: Any, tmp_path: Path) -> None:
    record = read_record(as_written(tmp_path, told["record"]))
    assert record.machine.cpu == "Мой «ноутбук» X1\u007f".strip()
    assert record.machine.slug == "x1"
    assert record.data.find("packing") is not None
    assert not changed_sources(record)


def test_an_edited_record_is_refused(told: Any, tmp_path: Path) -> None:
    edited = json.loads(json.dumps(told["record"]))
    edited["data"]["steps"][5]["points"][0]["times_s"][0] /= 2
    with pytest.raises(TalkError, match="changed by hand"):
        read_record(as_written(tmp_path, edited))


@pytest.mark.parametrize("lacks", _LACKS)
def test_what_a_browser_lacks_ends_a_step_with_its_reason(page: Page, serve: Serve, script: str, lacks: str) -> None:
    # Without a card, which takes most of the time here, in any case.
    serve({"measure.js": _LACKS[lacks] + _LACKS["no_webgpu"] + script})
    data = page.evaluate(_MEASURE, "x")["data"]
    steps = {step["name"]: step for step in data["steps"]}
    assert list(steps) == STEPS
    reason = {name: step["skipped"] for name, step in steps.items()}
    if lacks == "no_webgpu":
        assert data["no_adapter"] == lacks
        assert {reason[name] for name in STEPS if name.startswith("gpu")} == {lacks}
        assert steps["packing"]["points"]
    elif lacks == "coarse_clock":
        assert set(reason.values()) == {lacks}
        assert data["no_adapter"] == lacks
        assert missing(data, "cpu") == dict.fromkeys(PARTS["cpu"], lacks)
    else:
        assert {reason[name] for name in ("compiled", "strassen", "order", "registers", "packing", "threads")} == {
            lacks
        }
        assert steps["javascript"]["points"]
        assert missing(data, "cpu") == dict.fromkeys(PARTS["cpu"], lacks)
    assert missing(data, "gpu") == dict.fromkeys(PARTS["gpu"], data["no_adapter"])
    if lacks == "no_webgpu":
        assert not missing(data, "cpu")


def missing(data: dict[str, Any], device: str) -> dict[str, str]:
    """The reasons by part, of data that the schema takes."""
    assert TypeAdapter(Browser).validate_json(json.dumps(data), strict=True).missing is not None
    return {each["part"]: each["reason"] for each in data["missing"] if each["device"] == device}


_IN_WORKERS = "typeof document === 'undefined' && "


def test_fewer_threads_and_no_relaxed_simd_leave_the_rest(page: Page, serve: Serve, script: str) -> None:
    one_thread = "Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1, configurable: true });"
    only_the_first_build = "{ let asked = 0; WebAssembly.validate = () => asked++ === 0; }"
    serve({"measure.js": one_thread + only_the_first_build + _LACKS["no_webgpu"] + script}, _ISOLATED)
    data = page.evaluate(_MEASURE, "x")["data"]
    reasons = {step["name"]: step["skipped"] for step in data["steps"] if step["device"] == "cpu"}
    assert reasons.pop("threads") == "one_thread"
    assert set(reasons.values()) == {None}
    assert (data["simd"], data["relaxed"]) == (True, False)
    assert not any(each["fused"] for each in data["tried"] + data["peaks"])
    assert missing(data, "cpu") == {}


def test_memory_that_is_not_shared_and_a_card_lost_in_the_middle(page: Page, serve: Serve, script: str) -> None:
    lost = """self.GPUDevice && (() => {
      const make = GPUDevice.prototype.createShaderModule;
      let made = 0;
      GPUDevice.prototype.createShaderModule = function (about) {
        if (made++ === 1) this.destroy();
        return make.call(this, about);
      };
    })();"""
    serve({"measure.js": "delete self.SharedArrayBuffer;" + lost + script}, _ISOLATED)
    data = page.evaluate(_MEASURE, "x")["data"]
    steps = {step["name"]: step for step in data["steps"]}
    assert (data["isolated"], data["sharing"]) == (False, "copies")
    assert steps["threads"]["points"]
    assert data["adapter"] is not None
    reasons = {step["skipped"] for step in steps.values() if step["device"] == "gpu"}
    assert reasons <= {"device_lost", "no_feature:shader-f16", "no_feature:subgroups"}
    assert steps["gpu_vec4"]["skipped"] == "device_lost"
    assert missing(data, "gpu") == dict.fromkeys(PARTS["gpu"], "device_lost")


def test_no_worker_for_the_threads_leaves_one(page: Page, serve: Serve, script: str) -> None:
    refused = _IN_WORKERS + "(self.Worker = function () { throw new Error('no'); });"
    serve({"measure.js": refused + _LACKS["no_webgpu"] + script})
    data = page.evaluate(_MEASURE, "x")["data"]
    steps = {step["name"]: step for step in data["steps"]}
    assert steps["threads"]["skipped"] == "no_workers"
    assert steps["packing"]["points"]
    assert {each["threads"] for each in data["peaks"]} == {1}
    assert missing(data, "cpu") == {}


def test_a_record_older_than_the_reasons_is_read_and_a_new_one_is_complete() -> None:
    def read(data: dict[str, Any]) -> Browser:
        return TypeAdapter(Browser).validate_json(json.dumps(data), strict=True)

    data = TypeAdapter(Browser).dump_python(sample(), mode="json")
    assert read(data).missing == sample().missing
    assert read({key: value for key, value in data.items() if key != "missing"}).missing is None
    with pytest.raises(ValueError, match="missing: launch of gpu has neither numbers nor a reason"):
        read(data | {"launch": None})
    no_time = {"part": "launch", "device": "gpu", "reason": "no_time"}
    assert read(data | {"launch": None, "missing": [*data["missing"], no_time]}).launch is None
    with pytest.raises(ValueError, match="'tired' is no reason known"):
        read(data | {"missing": [no_time | {"reason": "tired"}]})


def test_a_reader_ends_it_and_so_does_a_hidden_page(page: Page, serve: Serve, script: str) -> None:
    serve({"measure.js": script})
    told = page.evaluate("""async () => {
      const ended = async (options, then) => {
        const run = measureHere.measure({ ...options, onProgress: then });
        return run.then(() => "finished", (error) => error.name);
      };
      const stop = new AbortController();
      const aborted = await ended({ signal: stop.signal }, () => stop.abort());
      const before = await ended({ signal: stop.signal }, () => {});
      const hidden = await ended({}, () => {
        Object.defineProperty(document, "hidden", { value: true, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      });
      delete document.hidden;
      return { aborted, before, hidden };
    }""")
    assert told == {"aborted": "AbortError", "before": "AbortError", "hidden": "HiddenError"}


def test_no_worker_is_an_error_of_its_own(page: Page, serve: Serve, script: str) -> None:
    serve({"measure.js": f"window.Worker = function () {{ throw new Error('no'); }};{script}"})
    assert page.evaluate("measureHere.measure({}).catch((error) => error.name)") == "WorkerError"


def test_numbers_are_printed_as_python_prints_them(in_node: Any) -> None:
    numbers = [
        0.1,
        1e-5,
        1.5e-7,
        123456.789,
        1e-4,
        9.999e-5,
        5e-324,
        4.999998956918716e-06,
        61935483819.93121,
        1e17,
        2**53,
    ]
    text = json.dumps(numbers)
    made = in_node(["record.js"], f"answer(canonical({{ b: {text}, a: 'é\\u007f\\n😀', c: [true, null] }}));")
    read = json.loads(text.replace("1e+17", "100000000000000000"))
    content = {"b": [int(each) if each == int(each) else each for each in read], "a": "é\x7f\n😀", "c": [True, None]}
    assert made == json.dumps(content, sort_keys=True, separators=(",", ":"))
