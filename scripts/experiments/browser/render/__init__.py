"""The browser's values by name."""

from statistics import median

from talk.records.schema import Record
from talk.render.value import Value

from ..record import Browser

_DEVICES = {"cpu": "процессор", "gpu": "видеокарта"}


def named_values(record: Record[Browser]) -> dict[str, Value]:
    """Dotted name (after the experiment's) → value, for everything that this record can answer."""
    data = record.data
    # Where a processor plays the card, nothing of it is a card's.
    is_card = data.adapter is not None and not data.adapter.fallback
    shown = {device: name for device, name in _DEVICES.items() if device == "cpu" or is_card}
    found = {
        "clock_grain": Value(data.clock_grain_s, "time", "Наименьший шаг часов страницы"),
        "took": Value(data.took_s, "time", "Весь прогон в браузере"),
    }
    for step in data.steps:
        if step.largest is not None and step.device in shown:
            how = f"{step.name} в браузере, {step.largest.n}×{step.largest.n}: 2n³ / медиана времени"
            found[f"{step.name}.flop_rate"] = Value(step.largest.flops_per_s, "flop_rate", how)
    for device, name in shown.items():
        peak = data.peak("cpu" if device == "cpu" else "gpu")
        if peak is not None:
            how = f"Лучший из замеров умножений и сложений на регистрах, {name} в браузере"
            found[f"{device}.peak"] = Value(peak.flops_per_s, "flop_rate", how)
    if data.launch is not None and is_card:
        found["launch"] = Value(data.launch.dispatch_s, "time", "Пустой запуск WebGPU, один из многих подряд")
        found["launch.wait"] = Value(data.launch.wait_s, "time", "Пустой запуск WebGPU, которого страница дожидается")
    for tried in data.tried:
        how = f"Плитка {tried.tile}, {'FMA' if tried.fused else 'умножение и сложение'}: лучшая из попыток"
        name = f"tried.{tried.tile}.{'fused' if tried.fused else 'plain'}.flop_rate"
        found[name] = Value(tried.flops_per_s, "flop_rate", how)
    for each in [each for each in data.bandwidths if each.device in shown]:
        how = f"Чтение {each.size_bytes} байт на поток, {_DEVICES[each.device]} в браузере, потоков: {each.threads}"
        found[f"{each.device}.bandwidth.{each.threads}.{each.size_bytes}"] = Value(each.bytes_per_s, "byte_rate", how)
    for batch in [batch for batch in data.addmm if batch.device in shown]:
        sides = f"({batch.rows}, {batch.inner}) на ({batch.inner}, {batch.columns})"
        how = f"{sides}, {_DEVICES[batch.device]} в браузере: медиана времени"
        found[f"{batch.device}.addmm.{batch.batch}.time"] = Value(median(batch.times_s), "time", how)
    for gradient in [gradient for gradient in data.gradients if gradient.device in shown]:
        ratio = median(gradient.backward_times_s) / median(gradient.forward_times_s)
        how = f"{_DEVICES[gradient.device]} в браузере: произведение назад / вперёд"
        found[f"{gradient.device}.backward.time_ratio"] = Value(ratio, "ratio", how)
    if data.drop is not None:
        found["drop"] = Value(data.drop, "share", "1 − последний замер пика одного потока / первый")
    return found


def remarks(record: Record[Browser]) -> list[tuple[str, str]]:
    """The browser that measured."""
    agent = record.data.agent
    return [(f"{agent.browser} {agent.version}", agent.platform)]
