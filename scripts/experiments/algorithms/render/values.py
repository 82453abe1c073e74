"""Named values of the algorithms experiment."""

from talk.records.schema import Record
from talk.render.value import Value

from ..record import Algorithms
from .bill import bill_values
from .curves import Named
from .machine_values import framework_values, many_hours_values, ring_values
from .network_values import (
    attention_values,
    batching_values,
    checkpointing_values,
    convolution_values,
    packing_values,
    serving_values,
)
from .speech_values import ctc_values, decoding_values, edit_values


def named_values(record: Record[Algorithms]) -> dict[str, Value]:
    """Dotted name (after `algorithms.`) → value, for everything this record can answer."""
    data = record.data
    values = {
        **dict(ctc_values(data.ctc)),
        **dict(decoding_values(data.decoding)),
        **dict(edit_values(data.edit_distance)),
        **dict(packing_values(data.packing)),
        **dict(convolution_values(data.convolution)),
        **dict(attention_values(data.attention)),
        **dict(checkpointing_values(data.checkpointing)),
        **dict(ring_values(data.ring)),
        **_under("framework", framework_values(data.framework)),
        **_under("bill", bill_values(data)),
    }
    for on_device in data.batching:
        values |= _under(f"batching.{on_device.device}", batching_values(on_device))
        values |= _under(f"batching.{on_device.device}", serving_values(on_device))
    for hours in data.many_hours:
        values |= _under(f"many_hours.{hours.device}", many_hours_values(hours))
    values["elapsed"] = Value(data.elapsed_s, "time", "весь эксперимент, с импортом библиотек и компиляцией")
    values["threads"] = Value(data.threads, "count", "число потоков")
    if data.peak_bytes is not None:
        values["peak_memory"] = Value(data.peak_bytes, "bytes", "наибольшая память процесса за весь эксперимент")
    return values


def _under(place: str, named: Named) -> dict[str, Value]:
    return {f"{place}.{name}": value for name, value in named}
