"""The browser's values by name."""

from statistics import median

from talk.records.schema import Record
from talk.render.value import Value

from ..record import Browser

_DEVICES = {"cpu": "процессор", "gpu": "видеокарта"}


def named_values(record: Record[Browser]) -> dict[str, Value]:
    """Dotted name (after the experiment's) → value, for everything that this record can answer."""
    data = record.data
    found = {
        "clock_grain": Value(data.clock_grain_s, "time", "Наименьший шаг часов страницы"),
        "took": Value(data.took_s, "time", "Весь прогон в браузере"),
    }
    for step in data.steps:
        if step.largest is not None:
            how = f"{step.name} в браузере, {step.largest.n}×{step.largest.n}: 2n³ / медиана времени"
            found[f"{step.name}.flop_rate"] = Value(step.largest.flops_per_s, "flop_rate", how)
    for device, name in _DEVICES.items():
        peak = data.peak("cpu" if device == "cpu" else "gpu")
        if peak is not None:
            how = f"Лучший из замеров умножений и сложений на регистрах, {name} в браузере"
            found[f"{device}.peak"] = Value(peak.flops_per_s, "flop_rate", how)
    if data.launch is not None:
        how = "Пустой запуск WebGPU, один из многих подряд"
        found["launch"] = Value(data.launch.dispatch_s, "time", how)
    for gradient in data.gradients:
        ratio = median(gradient.backward_times_s) / median(gradient.forward_times_s)
        how = f"{_DEVICES[gradient.device]} в браузере: произведение назад / вперёд"
        found[f"{gradient.device}.backward.time_ratio"] = Value(ratio, "ratio", how)
    if data.drop is not None:
        found["drop"] = Value(data.drop, "share", "1 − последний замер пика одного потока / первый")
    return found
