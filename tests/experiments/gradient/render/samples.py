"""A gradient record of small, round numbers whose every derived value can be checked in one's head."""

from dataclasses import replace

from experiments.gradient.record import (
    Alignment,
    ConformerBackward,
    Descent,
    DifferenceCurve,
    EnginePrice,
    Gradient,
    GradientNorms,
    Learning,
    Pass,
    Product,
    Reading,
    Remembering,
    Stability,
    StepError,
    Swell,
    Way,
    WayCost,
)
from shared.profile import Operator
from talk.records.schema import Record
from talk.records.sources import hash_sources
from tests import samples


def gradient() -> Gradient:
    return Gradient(
        differences=[
            DifferenceCurve(
                formula=formula,
                precision=precision,
                epsilon=2.0**-52 if precision == "fp64" else 2.0**-23,
                errors=[StepError(halvings=1, error=0.5), StepError(halvings=20, error=error)],
            )
            for precision in ("fp32", "fp64")
            for formula, error in (("forward", 1e-8), ("central", 1e-11), ("complex", 0.0))
        ],
        ways=[
            Way(
                way=way,
                costs=[
                    WayCost(inputs=n, time_s=n**power * 1e-6, function_time_s=n * 1e-6, peak_bytes=100 * n)
                    for n in (10, 100, 1000)
                ],
            )
            for way, power in (("differences", 2), ("symbolic", 2), ("forward", 2), ("reverse", 1))
        ],
        swell=[
            Swell(depth=1, function_operations=3, derivative_operations=3),
            Swell(depth=2, function_operations=10, derivative_operations=50),
        ],
        prices=[
            EnginePrice(
                engine=engine,
                batch_size=1024,
                widths=[256, 512, 10],
                forward_time_s=time,
                backward_time_s=2 * time,
                training_step_time_s=4 * time,
            )
            for engine, time in (("ours", 0.02), ("torch", 0.01))
        ],
        descents=[
            Descent(
                function=function,
                method=method,
                rate=0.1,
                points=[[-8.0, 1.5], [-4.0, 0.5], [0.0, 0.0]],
                losses=[1.0, 0.25, 1e-4 if method == "momentum" else 0.0625, 1e-5],
                gradients=3,
                diverged=False,
            )
            for function in ("quadratic", "rosenbrock", "line")
            for method in ("gradient", "momentum", "nesterov", "adam", "lbfgs")
        ],
        stability=[
            Stability(rate_share=0.5, measured_factor=0.0, predicted_factor=0.0),
            Stability(rate_share=1.25, measured_factor=1.5, predicted_factor=1.5),
        ],
        products=[
            Product(name=name, rows=3, columns=4, time_s=0.002, function_time_s=0.001)
            for name in ("jvp", "vjp", "jacobian_forward", "jacobian_reverse", "hvp", "hessian")
        ],
        conformers=[_conformer()],
        learning=learning(),
    )


def _conformer() -> ConformerBackward:
    return ConformerBackward(
        device="cpu",
        threads=2,
        speech_time_s=5.0,
        frames=500,
        parameters=1000,
        layers=2,
        passes=[
            Pass(direction="forward", time_s=0.5, flops=10**9, operators=[_operator("aten::addmm", 11, 600.0)]),
            Pass(
                direction="backward",
                time_s=1.0,
                flops=2 * 10**9,
                operators=[_operator("aten::mm", 20, 900.0), _operator("<aten::copy_>", 5, 100.0)],
            ),
        ],
        remembering=[
            Remembering(
                checkpointing=checkpointing,
                saved_bytes=saved,
                peak_bytes=2 * saved,
                forward_time_s=0.5,
                backward_time_s=back,
            )
            for checkpointing, saved, back in ((False, 500, 1.0), (True, 100, 1.5))
        ],
    )


def _operator(name: str, calls: int, self_us: float) -> Operator:
    return Operator(name=name, calls=calls, self_cpu_time_us=self_us, cpu_time_total_us=self_us)


def learning() -> Learning:
    return Learning(
        speech="synthesised",
        parameters=800_000,
        taught=32,
        taught_voices=4,
        taught_time_s=60.0,
        asked=2,
        asked_voices=["a", "b"],
        batch_size=16,
        steps=4,
        training_time_s=120.0,
        target_error_rate=0.02,
        losses=[8.0, 4.0, 2.0, 1.0],
        diverged=False,
        gradient_norms=[
            GradientNorms(name=name, norms=[4.0, 3.0, 2.0, 1.0]) for name in ("subsampling", "layer_1", "decoder")
        ],
        readings=[
            Reading(
                step=step,
                training_time_s=30.0 * step,
                character_error_rate=rate,
                exact_share=1 - rate,
                asked_text="пять",
                read_text=read,
                alignment=Alignment(letters=["п", "", "я", " "], probabilities=[0.9, 1.0, 0.5, 0.2]),
            )
            for step, rate, read in ((0, 1.0, ""), (2, 0.5, "<пь>"), (4, 0.01, "пять"))
        ],
    )


def record(slug: str = "test-box", data: Gradient | None = None) -> Record[Gradient]:
    """A fresh, full record of the machine `slug`."""
    whole = samples.record(slug=slug)

    return Record(
        **{
            **{field: getattr(whole, field) for field in whole.__dataclass_fields__},
            "experiment": "gradient",
            "code": replace(whole.code, sources=hash_sources("gradient")),
            "data": data or gradient(),
        }
    )
