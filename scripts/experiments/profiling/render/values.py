"""Named values of the profiling experiment."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from statistics import median

from shared.data_sheets import CARDS, CPUS
from shared.gain import gain_values
from shared.profile import Operator, Run, Workload
from talk.records.headline import spread_of
from talk.records.schema import Record
from talk.render.prediction import NotMeasuredError
from talk.render.value import Value
from talk.words import quantity

from ..record import Profiling, Variant
from .prediction import (
    BYTES_PER_NUMBER,
    CONVOLUTIONS,
    NotModelled,
    Prediction,
    Work,
    encoder_calls,
    encoder_frames,
    frames_of,
    predict,
)
from .prices import EXPONENTS, ROWS, Prices

DAY_S = 86_400.0
PHRASES = ("фраза", "фразы", "фраз")
_US = 1e-6
# The operator that the talk calls «convolution» on each device: the one that does the work.
CONVOLUTION = {"cpu": "aten::mkldnn_convolution", "cuda": "aten::cudnn_convolution"}


def named_values(record: Record[Profiling]) -> dict[str, Value]:
    """Dotted name (after the experiment's) → value, for everything that this record can answer."""
    data = record.data
    values = dict(_workload_values(data)) | dict(_model_values(data)) | dict(_work_values(data))
    for run in data.runs:
        values |= {f"{run.device}.{name}": value for name, value in _run_values(run, data)}
    runs = {run.device: run for run in data.runs}
    if "cpu" in runs and "cuda" in runs:
        values |= dict(_speedups(runs["cpu"], runs["cuda"]))
        # One machine with its GPU and without it: these numbers may be compared.
        values |= {f"pair.{device}.audio_per_day": values[f"{device}.audio_per_day"] for device in runs}
    values |= dict(_roof_values(record, values)) | dict(_price_values(data))
    return values | dict(_cure_values(data))


def _price_values(data: Profiling) -> Iterator[tuple[str, Value]]:
    """What single things cost between the utterances."""
    prices = Prices.of(data)
    if prices is None:
        return
    with suppress(NotMeasuredError):
        yield "price.weight", Value(prices.product.weight_s, "time", "число весов линейного слоя: привезти и разложить")
        yield "price.multiply_add", Value(prices.product.fma_s, "time", "умножение со сложением в линейном слое")
        how = "умножение со сложением в плотной свёртке, веса которой лежат в кэше"
        yield "price.convolved", Value(prices.convolution.fma_s, "time", how)
        yield (
            "price.exponent",
            Value(prices.passing(EXPONENTS).number_s, "time", "одно число в SiLU после произведения"),
        )
        how = "вызов нормировки после произведения, сколько бы чисел в ней ни было"
        yield "price.passing", Value(prices.passing(ROWS).call_s, "time", how)
        how = "вызов оператора, который ничего не считает, под профайлером, много раз подряд"
        yield "price.arranging", Value(prices.arranging_s, "time", how)
        how = "на сколько такие операторы дороже рядом с произведением, веса которого вытеснили их код"
        yield "price.waking", Value(prices.waking_s, "time", how)


def _roof_values(record: Record[Profiling], values: dict[str, Value]) -> Iterator[tuple[str, Value]]:
    """How far the GPU's roof is above the CPU's by their data sheets, and how much of that the run kept."""
    cpu, gpu = CPUS.get(record.machine.cpu), CARDS.get(record.machine.gpu or "")
    if cpu is None or gpu is None:
        return
    for name, sheet, what in (("cpu", cpu, "процессора"), ("gpu", gpu, "карты")):
        yield f"roof.{name}.peak", Value(sheet.flops_per_s, "flop_rate", f"паспорт {what}, float32")
        yield f"roof.{name}.memory", Value(sheet.bytes_per_s, "byte_rate", f"паспорт {what}, память")
    how = "одно число из памяти такой карты, измеряли другие: Accel-Sim, тактов на частоту паспорта"
    yield "roof.gpu.latency", Value(gpu.latency_s(gpu.flops_per_s), "time", how)
    higher = gpu.flops_per_s / cpu.flops_per_s
    yield "roof.peak", Value(higher, "ratio", "потолок арифметики карты / процессора, паспорта")
    how = "скорость памяти карты / процессора, паспорта"
    yield "roof.memory", Value(gpu.bytes_per_s / cpu.bytes_per_s, "ratio", how)
    kept = {"kernels": "addmm.kernel_speedup", "launches": "addmm.speedup", "run": "speedup"}
    for name, speedup in kept.items():
        if speedup in values:
            how = f"{values[speedup].how}; к тому, во сколько раз выше потолок"
            yield f"roof.kept.{name}", Value(values[speedup].number / higher, "share", how)


def audio_time_s(data: Profiling) -> float:
    """Seconds of sound in the whole workload."""
    work = data.workload
    samples = sum(length * times for length, times in zip(work.file_lengths_samples, work.repeats, strict=True))
    return samples / work.sample_rate_hz


def operator_alias(name: str, device: str) -> str:
    """The operator's name inside a value's name: `aten::addmm` is `addmm`, the device's convolution `convolution`.

    `aten::convolution`, which only picks the operator that does the work, is `convolution_dispatch`.
    """
    aliases = {CONVOLUTION[device]: "convolution", "aten::convolution": "convolution_dispatch"}
    return aliases.get(name, name.removeprefix("aten::").replace("::", "_"))


def _workload_values(data: Profiling) -> Iterator[tuple[str, Value]]:
    work = data.workload
    lengths_s = [length / work.sample_rate_hz for length in work.file_lengths_samples]
    yield "workload.utterances", Value(sum(work.repeats), "count", "число подач файлов в энкодер")
    yield "workload.files", Value(len(lengths_s), "count", "число разных файлов")
    yield "workload.audio_time", Value(audio_time_s(data), "time", "сумма длительностей всех поданных файлов")
    yield "workload.shortest", Value(min(lengths_s), "time", "самый короткий файл")
    yield "workload.longest", Value(max(lengths_s), "time", "самый длинный файл")
    yield "workload.hop", Value(work.hop_samples / work.sample_rate_hz, "time", "шаг спектрограммы")


def _model_values(data: Profiling) -> Iterator[tuple[str, Value]]:
    encoder = data.model.encoder
    yield "model.layers", Value(encoder["n_layers"], "count", "число слоёв энкодера")
    yield "model.width", Value(encoder["d_model"], "count", "ширина слоя: чисел на один шаг звука")
    if data.model.parameters is not None:
        size = data.model.parameters * BYTES_PER_NUMBER
        yield "model.parameters", Value(data.model.parameters, "count", "сумма размеров всех параметров энкодера")
        yield "model.weight_size", Value(size, "bytes", "число параметров × байты float32")


def _work_values(data: Profiling) -> Iterator[tuple[str, Value]]:
    """FLOPs and bytes that follow from the architecture and the lengths: the same on every machine."""
    try:
        prediction = predict(data.model.encoder, data.workload)
    except NotModelled:
        return
    encoder, work = data.model.encoder, data.workload
    steps = [encoder_frames(encoder, frames_of(length, work.hop_samples)) for length in work.file_lengths_samples]
    yield "work.steps_shortest", Value(min(steps), "count", "шагов после сжатия у самого короткого файла")
    yield "work.steps_longest", Value(max(steps), "count", "шагов после сжатия у самого длинного файла")
    groups = {
        "addmm": prediction.total("aten::addmm"),
        "mm": prediction.total("aten::mm"),
        "bmm": prediction.total("aten::bmm"),
        "convolution": prediction.total(*CONVOLUTIONS["cpu"]),
        "strided_convolution": _work_at("pre_encode.conv.2", data),
        "depthwise_convolution": _work_at("layers.conv.depthwise_conv", data),
    }
    total = prediction.total()
    how = "посчитано по архитектуре и длинам файлов"
    yield "work.flops", Value(total.flops, "flops", f"умножения и сложения всех операторов, {how}")
    yield "work.flops_per_utterance", Value(total.flops / sum(work.repeats), "flops", f"в среднем на фразу, {how}")
    yield (
        "work.products_share",
        Value(
            sum(groups[name].flops for name in ("addmm", "mm", "bmm")) / total.flops, "share", f"addmm, mm и bmm, {how}"
        ),
    )
    for name, group in groups.items():
        yield f"work.{name}.calls", Value(group.calls, "count", f"вызовов, {how}")
        yield f"work.{name}.flops", Value(group.flops, "flops", how)
        yield f"work.{name}.flops_share", Value(group.flops / total.flops, "share", f"доля всей арифметики, {how}")
        yield f"work.{name}.flops_per_call", Value(group.flops / group.calls, "flops", f"в среднем на вызов, {how}")
        yield f"work.{name}.bytes", Value(group.bytes, "bytes", f"входы, веса и выходы по одному разу, {how}")
        yield f"work.{name}.intensity", Value(group.intensity, "intensity", f"арифметика / байты, {how}")
    for name in ("strided_convolution", "depthwise_convolution"):
        share = groups[name].flops / groups["convolution"].flops
        yield f"work.{name}.share_of_convolution", Value(share, "share", f"доля арифметики всех свёрток, {how}")


def _work_at(place: str, data: Profiling) -> Work:
    """The work of one place of the network over the whole workload."""
    total = Work()
    work = data.workload
    for length, repeats in zip(work.file_lengths_samples, work.repeats, strict=True):
        for call in encoder_calls(data.model.encoder, frames_of(length, work.hop_samples)):
            if call.place == place:
                times = repeats * call.times
                total += Work(times, times * call.flops, times * call.bytes)
    return total


def _run_values(run: Run, data: Profiling) -> Iterator[tuple[str, Value]]:
    yield "self_cpu_time_total", Value(run.self_cpu_time_total_us * _US, "time", "сумма Self CPU по всем операторам")
    span_s, how = _span(run)
    audio_s = audio_time_s(data)
    yield "faster_than_real_time", Value(audio_s / span_s, "ratio", f"длительность звука / время счёта: {how}")
    yield "audio_per_day", Value(audio_s / span_s * DAY_S, "time", f"длительность звука / время счёта × сутки: {how}")
    if run.complete:
        calls = sum(operator.calls for operator in run.operators)
        yield "operator_calls", Value(calls, "count", "сумма вызовов всех операторов")
    if run.threads is not None:
        yield "threads", Value(run.threads, "count", "число потоков PyTorch")
    if run.pass_times_s:
        yield from _pass_values(run, data)
    if run.profile_to_record_s is not None:
        yield (
            "profile_to_record_time",
            Value(run.profile_to_record_s, "time", "от конца профилируемого прогона до таблицы"),
        )
    for operator in run.operators:
        alias = operator_alias(operator.name, run.device)
        yield from ((f"{alias}.{name}", value) for name, value in _operator_values(operator, run))
        per_utterance = operator.calls / sum(data.workload.repeats)
        yield f"{alias}.calls_per_utterance", Value(per_utterance, "count", f"вызовов {operator.name} / число фраз")
    yield from _runner_up_values(run)
    yield from _rate_values(run, data)
    if run.device == "cuda":
        yield from _device_values(run, data)


def _span(run: Run) -> tuple[float, str]:
    """Seconds that a pass took, and how they are known.

    A published table has only the sum of self times: of a profiled pass, and on a GPU of the CPU that launched its
    kernels. It is no less than an unprofiled pass took.
    """
    if run.pass_times_s:
        return median(run.pass_times_s), f"медиана прогонов без профайлера, прогонов: {len(run.pass_times_s)}"
    return run.self_cpu_time_total_us * _US, "прогон под профайлером, сумма Self CPU"


def _pass_values(run: Run, data: Profiling) -> Iterator[tuple[str, Value]]:
    passes = len(run.pass_times_s)
    wall = median(run.pass_times_s)
    audio = audio_time_s(data)
    utterances = sum(data.workload.repeats)
    how = f"медиана прогонов без профайлера, прогонов: {passes}"
    yield "wall_time", Value(wall, "time", how)
    how_wide = f"межквартильный размах к медиане, прогонов: {passes}"
    yield "wall_time_spread", Value(spread_of(run.pass_times_s), "share", how_wide)
    yield "time_per_utterance", Value(wall / utterances, "time", f"{how}; поделено на число фраз")
    yield "real_time_factor", Value(wall / audio, "ratio", "время счёта / длительность звука")
    alone = run.utterance_times_s and data.workload.batch_size == 1
    times_s = {
        length_s: median(each) for length_s, each in (times_by_length(run, data.workload) if alone else {}).items()
    }
    if len(times_s) > 1:
        prices = {name: times_s[length_s] / length_s for name, length_s in
                  (("shortest", min(times_s)), ("longest", max(times_s)))}  # fmt: skip
        how = "медиана времени фразы / её длительность, самая {}"
        yield "shortest_price", Value(prices["shortest"], "time", how.format("короткая"))
        yield "longest_price", Value(prices["longest"], "time", how.format("длинная"))
        ratio = prices["shortest"] / prices["longest"]
        yield "short_to_long", Value(ratio, "ratio", "секунда звука в самой короткой фразе / в самой длинной")
    if run.profiled_time_s is not None:
        overhead = run.profiled_time_s / wall - 1
        if overhead >= 0:
            yield "profiler_overhead", Value(overhead, "share", "прогон под профайлером / прогон без него − 1")


def times_by_length(run: Run, work: Workload) -> dict[float, list[float]]:
    """Length in seconds → the times in seconds of all utterances of that length, over all unprofiled passes.

    Each file is fed as often as the workload says, one file after the other. Raises ValueError where the passes have
    another number of utterances.
    """
    fed = [
        length for length, repeats in zip(work.file_lengths_samples, work.repeats, strict=True) for _ in range(repeats)
    ]
    times: dict[float, list[float]] = {}
    for one_pass in run.utterance_times_s:
        for length, time in zip(fed, one_pass, strict=True):
            times.setdefault(length / work.sample_rate_hz, []).append(time)
    return times


def _operator_values(operator: Operator, run: Run) -> Iterator[tuple[str, Value]]:
    self_cpu = operator.self_cpu_time_us * _US
    yield "calls", Value(operator.calls, "count", f"вызовов {operator.name}")
    yield "self_time", Value(self_cpu, "time", f"Self CPU {operator.name}")
    share = operator.self_cpu_time_us / run.self_cpu_time_total_us
    yield "share", Value(share, "share", f"Self CPU {operator.name} / сумма Self CPU")
    if operator.cpu_time_total_us is not None:
        total = operator.cpu_time_total_us * _US
        yield "total_time", Value(total, "time", f"CPU total {operator.name}")
        yield (
            "total_time_per_call",
            Value(total / operator.calls, "time", f"CPU total {operator.name} / число вызовов"),
        )
    yield "time_per_call", Value(self_cpu / operator.calls, "time", f"Self CPU {operator.name} / число вызовов")
    if operator.self_device_time_us is not None:
        device = operator.self_device_time_us * _US
        yield "device_time", Value(device, "time", f"Self CUDA {operator.name}")
        yield (
            "device_time_per_call",
            Value(device / operator.calls, "time", f"Self CUDA {operator.name} / число вызовов"),
        )
        if run.self_device_time_total_us:
            share = operator.self_device_time_us / run.self_device_time_total_us
            yield "device_share", Value(share, "share", f"Self CUDA {operator.name} / сумма времени ядер")
        yield "cost", Value(self_cpu + device, "time", f"Self CPU + Self CUDA {operator.name}")


def _rate_values(run: Run, data: Profiling) -> Iterator[tuple[str, Value]]:
    """FLOP/s and bytes/s of the operators that have FLOPs; on a GPU by the time of their kernels alone."""
    try:
        prediction: Prediction = predict(data.model.encoder, data.workload, run.device, run.threads)
    except NotModelled:
        return
    for operator in run.operators:
        work = prediction.operators.get(operator.name)
        time_us = operator.self_cpu_time_us if run.device == "cpu" else operator.self_device_time_us
        if work is None or not work.flops or not time_us or work.calls != operator.calls:
            continue
        alias = operator_alias(operator.name, run.device)
        clock = "Self CPU" if run.device == "cpu" else "Self CUDA"
        yield f"{alias}.flop_rate", Value(work.flops / (time_us * _US), "flop_rate", f"арифметика / {clock}")
        how = f"входы, веса и выходы по одному разу / {clock}"
        yield f"{alias}.byte_rate", Value(work.bytes / (time_us * _US), "byte_rate", how)
    if run.pass_times_s:
        wall = median(run.pass_times_s)
        how = "вся арифметика / медиана прогонов без профайлера"
        yield "flop_rate", Value(prediction.total().flops / wall, "flop_rate", how)


def _runner_up_values(run: Run) -> Iterator[tuple[str, Value]]:
    """The costliest operators besides addmm and the convolution, for claims about which is the costliest."""
    leaders = ["aten::addmm", CONVOLUTION[run.device]]
    for excluded, name in ((leaders[:1], "costliest_but_addmm"), (leaders, "costliest_of_the_rest")):
        rest = [operator for operator in run.operators if operator.name not in excluded]
        if rest:
            top = max(rest, key=lambda operator: operator.self_cpu_time_us)
            yield f"{name}.self_time", Value(top.self_cpu_time_us * _US, "time", f"Self CPU {top.name}")


# Calls that give a GPU work, as PyTorch's profiler prints them.
_OF_THE_DRIVER = re.compile(r"cu(da)?(Launch|Graph|Mem(cpy|set))\w*")


def _device_values(run: Run, data: Profiling) -> Iterator[tuple[str, Value]]:
    if run.self_device_time_total_us is None:
        return
    device_total = run.self_device_time_total_us
    yield "device_time_total", Value(device_total * _US, "time", "сумма времени всех ядер, каждое один раз")
    # The talk's tables have sums only: there the GPU's idle time is the CPU's self time less the kernels' time.
    busy = run.device_busy_time_us if run.device_busy_time_us is not None else device_total
    yield "busy_time", Value(busy * _US, "time", "время, когда на GPU работало хоть одно ядро")
    how = "длительность звука / занятое время GPU × сутки"
    yield "audio_per_day_without_idle", Value(audio_time_s(data) / (busy * _US) * DAY_S, "time", how)
    span_s, how = _span(run)
    how = f"1 − занятое время GPU / время счёта: {how}"
    yield "idle_share", Value(max(0.0, 1 - busy * _US / span_s), "share", how)
    launching = run.self_cpu_time_total_us / device_total
    yield "launch_to_compute", Value(launching, "ratio", "сумма Self CPU / сумма времени ядер")
    driven_us = sum(each.self_cpu_time_us for each in run.operators if _OF_THE_DRIVER.match(each.name))
    if driven_us and run.profiled_time_s:
        how = "Self CPU вызовов драйвера, которые запускают ядра и копируют, / сумма Self CPU"
        yield "driver_share", Value(driven_us / run.self_cpu_time_total_us, "share", how)
        outside = 1 - run.self_cpu_time_total_us * _US / run.profiled_time_s
        how = "1 − сумма Self CPU / прогон под профайлером"
        yield "outside_operators_share", Value(max(0.0, outside), "share", how)
    if run.peak_memory_bytes is not None:
        yield "memory", Value(run.peak_memory_bytes, "bytes", "наибольшая память GPU, веса вместе с остальным")
    if run.kernel_launches is not None:
        yield "kernel_launches", Value(run.kernel_launches, "count", "запусков ядер за прогон")
    # A published table has its top rows only; their sum already passes 100 %.
    printed = sum(operator.self_device_time_us or 0 for operator in run.operators)
    printed += sum(kernel.device_time_us for kernel in run.kernels)
    rows = "операторам и ядрам" if run.complete else "строкам, попавшим в таблицу"
    how = f"сумма столбца Self CUDA по {rows} / сумма времени ядер"
    yield "printed_column_share", Value(printed / device_total, "share", how)


def _speedups(cpu: Run, cuda: Run) -> Iterator[tuple[str, Value]]:
    on_cpu = {operator_alias(operator.name, "cpu"): operator for operator in cpu.operators}
    for operator in cuda.operators:
        alias = operator_alias(operator.name, "cuda")
        slow = on_cpu.get(alias)
        if slow is None or operator.self_device_time_us is None:
            continue
        cost_us = operator.self_cpu_time_us + operator.self_device_time_us
        parts = [slow.self_cpu_time_us, operator.self_cpu_time_us, operator.self_device_time_us]
        numerator, launch, compute = (quantity(part * _US, "time", "мс") for part in parts)
        how = f"Self CPU на CPU {numerator} / (Self CPU {launch} + Self CUDA {compute})"
        yield f"{alias}.speedup", Value(slow.self_cpu_time_us / cost_us, "ratio", how)
        # Of one machine, with its GPU and without it: what the quotient is made of.
        for what, part, clock in zip(
            ("cpu_time", "launch_time", "device_time"), parts, ("на CPU", "с GPU", "с GPU"), strict=True
        ):
            column = "Self CUDA" if what == "device_time" else "Self CPU"
            yield f"pair.{alias}.{what}", Value(part * _US, "time", f"{column} {operator.name}, прогон {clock}")
        per_call = (slow.self_cpu_time_us / slow.calls) / (cost_us / operator.calls)
        yield f"{alias}.speedup_per_call", Value(per_call, "ratio", "то же отношение, но в пересчёте на один вызов")
        if operator.self_device_time_us:
            kernels = slow.self_cpu_time_us / operator.self_device_time_us
            how = f"Self CPU на CPU {numerator} / Self CUDA {compute}, запуск не в счёт"
            yield f"{alias}.kernel_speedup", Value(kernels, "ratio", how)
    (slow_s, how), (fast_s, _) = _span(cpu), _span(cuda)
    yield "speedup", Value(slow_s / fast_s, "ratio", f"время счёта на CPU / на GPU: {how}")


def _cure_values(data: Profiling) -> Iterator[tuple[str, Value]]:
    """Values of the variants; the others are compared with `cure.plain`."""
    variants = {variant.name: variant for variant in data.variants if variant.pass_times_s}
    for name, variant in variants.items():
        yield from ((f"cure.{name}.{what}", value) for what, value in _variant_values(variant, variants, data))


def _variant_values(variant: Variant, others: dict[str, Variant], data: Profiling) -> Iterator[tuple[str, Value]]:
    time_s = median(variant.pass_times_s)
    how = f"медиана прогонов без профайлера, прогонов: {len(variant.pass_times_s)}"
    yield "wall_time", Value(time_s, "time", how)
    yield "batch_size", Value(variant.batch_size, "count", "фраз в пачке")
    how = "длительность звука / время счёта × сутки"
    yield "audio_per_day", Value(audio_time_s(data) / time_s * DAY_S, "time", how)
    as_others = {"gain": "plain", "precision_gain": replace(variant, precision="fp32").name}
    for what, other in as_others.items():
        if other in others:
            whose = "исходного прогона" if what == "gain" else "такого же прогона в fp32"
            yield from gain_values(what, others[other].pass_times_s, variant.pass_times_s, f"{whose} / этого")
    if variant.device_busy_time_us is not None:
        idle = max(0.0, 1 - variant.device_busy_time_us * _US / time_s)
        yield "idle_share", Value(idle, "share", "1 − занятое время GPU / медиана прогонов")
    counted = {
        "launches": (variant.launches, "вызовов, которыми CPU начинал работу на GPU, за прогон"),
        "kernels": (variant.kernels, "ядер, выполненных GPU, за прогон"),
    }
    for what, (count, how) in counted.items():
        if count is not None:
            yield what, Value(count, "count", how)
    if variant.peak_memory_bytes is not None:
        yield "memory", Value(variant.peak_memory_bytes, "bytes", "наибольшая память GPU, веса вместе с остальным")
    if variant.error is not None:
        yield "error", Value(variant.error, "share", "наибольшее отличие от fp32 по одной фразе / наибольшее число")
    if variant.preparation_s is not None:
        how = "прогрев с записью графов или компиляцией, до первого замера"
        yield "preparation_time", Value(variant.preparation_s, "time", how)
