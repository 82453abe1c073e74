"""The one table and what is measured agree: a contender without a row, and a row without a contender, fail here."""

from experiments.matmul.measure import circle8_gpu, contenders
from experiments.matmul.render.steps import STEPS, Step


def on_cpu(entry: contenders.Entry, all_threads: bool, squares: bool, tall: bool) -> tuple[object, ...]:
    return entry.name, entry.circle, "cpu", all_threads, entry.dtype, entry.library, squares, tall


def on_gpu(entry: circle8_gpu.GpuEntry) -> tuple[object, ...]:
    return entry.name, entry.circle, "cuda", False, entry.dtype, entry.library, entry.largest > 0, entry.tall


def row(step: Step) -> tuple[object, ...]:
    facts = (step.name, step.circle, step.device, step.all_threads, step.dtype, step.library)
    return (*facts, step.squares, step.tall)


def test_every_contender_has_its_row_in_steps_py_and_every_row_its_contender() -> None:
    measured = {on_cpu(entry, False, True, False) for entry in contenders.one_thread()}
    measured |= {on_cpu(entry, True, True, True) for entry in contenders.all_threads()}
    measured |= {on_cpu(entry, True, True, False) for entry in contenders.fewer_bits()}
    measured |= {on_cpu(entry, True, False, True) for entry in [*contenders.searched(), *contenders.with_epilogue()]}
    measured |= {on_gpu(entry) for entry in circle8_gpu.entries()}
    assert {row(step) for step in STEPS} == measured


def test_rows_name_each_other() -> None:
    rows = {step.name: step for step in STEPS}
    assert len(rows) == len(STEPS)
    for step in STEPS:
        assert step.above is None or step.above in rows
        for name in step.against:
            library = rows[name]
            assert library.library
            assert (library.device, library.all_threads, library.dtype) == (step.device, step.all_threads, step.dtype)


def test_no_two_contenders_of_one_chart_are_called_the_same() -> None:
    for chart in {chart for step in STEPS for chart in step.charts} - {"all-steps"}:  # which adds the threads
        titles = [step.title for step in STEPS if chart in step.charts]
        assert len(set(titles)) == len(titles)
