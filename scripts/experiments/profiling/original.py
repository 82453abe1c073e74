"""The tables that the talk showed, as a record: its figures and fresh ones are rendered by the same code.

`python -m experiments.profiling.original` writes the record from the two CSV files beside it.
"""

import csv
from decimal import Decimal
from pathlib import Path

from shared.profile import Kernel, Model, Operator, Run, Workload
from shared.workload import WORKLOAD
from talk.paths import RESULTS
from talk.records.schema import SCHEMA_VERSION, AnyRecord, Code, Device, Machine, Record
from talk.records.store import write_record

from .record import Profiling

MACHINE = Machine(
    slug="talk-2024",
    cpu="AMD Ryzen 9 5950X",
    cpu_cores=16,
    memory_bytes=None,
    gpu="NVIDIA GeForce RTX 3090 Ti",
    gpu_memory_bytes=None,
    system="",
)


def original_record(tables: Path = RESULTS / MACHINE.slug) -> AnyRecord:
    """The record of the talk's profiles, from `cpu.csv` and `gpu.csv` in the folder `tables`."""
    return Record(
        schema_version=SCHEMA_VERSION,
        experiment=Path(__file__).parent.name,
        machine=MACHINE,
        versions={"python": "3.12", "torch": "2.4.1+cu121", "nemo_toolkit": "1.23"},
        code=Code(commit=None, dirty=False, sources={}),
        measured_at="2024-10",
        origin="published",
        quick=False,
        uncontrolled=[],
        data=Profiling(
            model=Model(
                name=WORKLOAD["model"],
                weights="pretrained",
                encoder=WORKLOAD["encoder"],
                parameters=None,
                modules=None,
            ),
            workload=Workload(
                audio="files",
                **{
                    key: WORKLOAD[key]
                    for key in ("sample_rate_hz", "hop_samples", "file_lengths_samples", "repeats", "batch_size")
                },
            ),
            runs=[_run("cpu", tables / "cpu.csv"), _run("cuda", tables / "gpu.csv")],
        ),
    )


def _run(device: Device, table: Path) -> Run:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    on_gpu = device == "cuda"
    return Run(
        device=device,
        threads=None,
        pass_times_s=[],
        utterance_times_s=[],
        profiled_time_s=None,
        profile_to_record_s=None,
        self_cpu_time_total_us=_total_us(rows, "self_cpu"),
        self_device_time_total_us=_total_us(rows, "self_cuda") if on_gpu else None,
        device_busy_time_us=None,
        kernel_launches=None,
        operators=[
            Operator(
                name=row["name"],
                calls=int(row["calls"]),
                self_cpu_time_us=_us(row["self_cpu_ms"]),
                cpu_time_total_us=_cpu_total_us(row),
                self_device_time_us=_us(row["self_cuda_ms"]) if on_gpu else None,
            )
            for row in rows
            if _is_operator(row)
        ],
        # The profiler lists kernels among the operators; which operator launched each it does not say.
        kernels=[
            Kernel(name=row["name"], calls=int(row["calls"]), device_time_us=_us(row["self_cuda_ms"]), operator=None)
            for row in rows
            if not _is_operator(row)
        ],
        complete=False,
    )


def _is_operator(row: dict[str, str]) -> bool:
    return row["name"].startswith("aten::")


def _cpu_total_us(row: dict[str, str]) -> float:
    """CPU total of an operator; the GPU table printed it only as an average a call."""
    if "cpu_total_ms" in row:
        return _us(row["cpu_total_ms"])
    return float(Decimal(row["cpu_time_avg_us"]) * int(row["calls"]))


def _total_us(rows: list[dict[str, str]], column: str) -> float:
    """The whole run's time. The talk shows its top rows only, but each with its share of the whole.

    Shares have two decimals, so the whole is known to a tenth of a millisecond at best.
    """
    shown_ms, shown_percent = (
        sum((Decimal(row[f"{column}_{unit}"]) for row in rows), Decimal()) for unit in ("ms", "percent")
    )
    return float(round(100 * shown_ms / shown_percent, 1) * 1000)


def _us(milliseconds: str) -> float:
    """Decimal milliseconds, as printed, as microseconds without a trace of binary fractions."""
    return float(Decimal(milliseconds) * 1000)


if __name__ == "__main__":
    print(write_record(original_record()))
