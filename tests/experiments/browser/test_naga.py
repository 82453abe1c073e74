"""Every WGSL kernel by Firefox's compiler, naga; those of f16 here alone: SwiftShader has none, Mesa's lavapipe has.

wgpu takes what Vulkan driver the system has, or VK_DRIVER_FILES names: lavapipe is in Debian's mesa-vulkan-drivers, the
loader in libvulkan1.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import wgpu

from experiments.browser.measure.script import read_part

from .test_shaders import SHAPES, STEPS, error_of

_FEATURES = {"shader-f16": "shader-f16", "subgroups": "subgroup"}  # as WebGPU calls them, and as wgpu does
_STORAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST


@cache
def opened() -> Any:
    """The device that has most of the features; None where there is no adapter."""
    adapters = [(set(_FEATURES.values()) & each.features, each) for each in wgpu.gpu.enumerate_adapters_sync()]
    features, adapter = max(adapters, key=lambda each: len(each[0]), default=(set(), None))
    return adapter and adapter.request_device_sync(required_features=sorted(features))


def device_with(feature: str | None) -> Any:
    device = opened()
    if device is None or (feature is not None and _FEATURES[feature] not in device.features):
        pytest.skip(f"no Vulkan driver here with {feature or 'anything'}: install mesa-vulkan-drivers and libvulkan1")
    return device


@pytest.fixture(scope="module")
def steps(in_node: Callable[[list[str], str], Any]) -> dict[str, dict[str, Any]]:
    """What a dispatch of each is, as the page has it."""
    return {each["shader"]: each for each in in_node(["gpu.js"], "answer(GPU_STEPS)")}


def dispatch(shader: str, buffers: dict[int, Any], groups: tuple[int, int], *, narrowed: bool = False) -> None:
    """As `Card.pipeline` puts a shader together. naga knows subgroups without their being enabled, and refuses that."""
    device = opened()
    source = read_part(f"wgsl/{shader}.wgsl")
    if narrowed:
        source = "enable f16;\n" + source.replace("f32", "f16")
    enabled = [line for line in re.findall("^enable .*;$", source, re.MULTILINE) if "subgroups" not in line]
    code = "\n".join([*enabled, read_part("wgsl/shape.wgsl"), re.sub("(?m)^enable .*;$", "", source)])
    compute = {"module": device.create_shader_module(code=code), "entry_point": "main"}
    pipeline = device.create_compute_pipeline(layout="auto", compute=compute)
    entries = [{"binding": binding, "resource": {"buffer": buffer}} for binding, buffer in buffers.items()]
    encoder = device.create_command_encoder()
    compute_pass = encoder.begin_compute_pass()
    compute_pass.set_pipeline(pipeline)
    compute_pass.set_bind_group(0, device.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=entries))
    compute_pass.dispatch_workgroups(*groups)
    compute_pass.end()
    device.queue.submit([encoder.finish()])


def buffer_of(numbers: np.ndarray, usage: int = _STORAGE) -> Any:
    return opened().create_buffer_with_data(data=numbers, usage=usage)


def empty(numbers: int, kind: Any = np.float32) -> Any:
    return buffer_of(np.zeros(max(4, numbers), kind))


def numbers_in(buffer: Any, shape: tuple[int, int], kind: Any = np.float32) -> np.ndarray:
    return np.frombuffer(opened().queue.read_buffer(buffer), kind)[: shape[0] * shape[1]].reshape(shape)


def padded(numbers: np.ndarray) -> np.ndarray:
    """With rows of whole vectors."""
    return np.pad(numbers, ((0, 0), (0, -numbers.shape[1] % 4))).astype(np.float32)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_step_makes_the_product(steps: dict[str, Any], step: str, shape: tuple[int, int, int]) -> None:
    n, m, p = shape
    about = steps[step]
    device_with(about.get("feature"))
    random = np.random.default_rng(0)
    a, b = padded(random.uniform(-1, 1, (n, m))), padded(random.uniform(-1, 1, (m, p)))
    sides = buffer_of(np.array([n, m, p, a.shape[1], b.shape[1], 0, 0, 0], np.uint32), wgpu.BufferUsage.UNIFORM)
    operands = [buffer_of(each) for each in (a, b)]
    if step == "half":
        for index, wide in enumerate((a, b)):
            narrow = empty(wide.size, np.float16)
            dispatch("narrow", {1: operands[index], 3: narrow}, (-(-wide.size // 256), 1))
            assert (numbers_in(narrow, wide.shape, np.float16) == wide.astype(np.float16)).all()
            operands[index] = narrow
    made = empty(n * b.shape[1])
    across, down = -(-p // about["columns"]), -(-n // about["rows"])
    groups = (down, across) if about.get("swapped") else (across, down)
    dispatch(step, {0: sides, 1: operands[0], 2: operands[1], 3: made}, groups)
    expected = a[:, :m].astype(np.float64) @ b[:, :p].astype(np.float64)
    apart = np.abs(numbers_in(made, (n, b.shape[1]))[:, :p] - expected).max()
    assert apart <= error_of(step, m) * np.abs(expected).max()


@pytest.mark.parametrize("narrowed", [False, True])
def test_ceilings_compile(narrowed: bool) -> None:
    device_with("shader-f16" if narrowed else None)
    out = empty(4)
    dispatch("peak", {3: out}, (1, 1), narrowed=narrowed)
    assert (numbers_in(out, (1, 4)) == 0).all()
    if not narrowed:
        dispatch("empty", {}, (1, 1))
        sides = buffer_of(np.array([16, 4, 64, 4, 64, 0, 0, 0], np.uint32), wgpu.BufferUsage.UNIFORM)
        dispatch("read", {0: sides, 1: buffer_of(np.ones(64, np.float32)), 3: out}, (1, 1))


def test_a_matrix_is_transposed() -> None:
    device_with(None)
    a = padded(np.random.default_rng(0).uniform(-1, 1, (37, 50)))
    sides = buffer_of(np.array([37, 50, 1, a.shape[1], 4, 0, 0, 0], np.uint32), wgpu.BufferUsage.UNIFORM)
    turned = empty(50 * 40)
    dispatch("transpose", {0: sides, 1: buffer_of(a), 3: turned}, (4, 3))
    assert (numbers_in(turned, (50, 40))[:, :37] == a[:, :50].T).all()
