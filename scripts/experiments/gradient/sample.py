"""A made record of the gradient experiment, with every part that a record may have, in round numbers."""

from shared.profile import Operator
from talk.records.schema import Device

from .record import (
    Alignment,
    ConformerBackward,
    Descent,
    DifferenceCurve,
    Engine,
    EnginePrice,
    Formula,
    Gradient,
    GradientNorms,
    Learning,
    Pass,
    Precision,
    Product,
    Reading,
    Remembering,
    Stability,
    StepError,
    Swell,
    Way,
    WayCost,
    WayName,
)


def sample() -> Gradient:
    """Derivatives of every kind, the Conformer on the CPU and on the GPU, and a training that reached its target."""
    errors: dict[Formula, float] = {"forward": 1e-8, "central": 1e-11, "complex": 0.0}
    bits: dict[Precision, int] = {"fp16": 10, "bf16": 7, "fp32": 23, "fp64": 52}
    powers: dict[WayName, int] = {"differences": 2, "symbolic": 2, "forward": 2, "reverse": 1}
    times_s: dict[Engine, float] = {"ours": 0.02, "torch": 0.01}
    return Gradient(
        differences=[
            DifferenceCurve(
                formula=formula,
                precision=precision,
                epsilon=2.0 ** -bits[precision],
                errors=[StepError(halvings=1, error=0.5), StepError(halvings=20, error=error)],
            )
            for precision in bits
            for formula, error in errors.items()
        ],
        ways=[
            Way(
                way=way,
                costs=[
                    WayCost(inputs=n, time_s=n**power * 1e-6, function_time_s=n * 1e-6, peak_bytes=100 * n)
                    for n in (10, 100, 1000)
                ],
            )
            for way, power in powers.items()
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
                forward_time_s=time_s,
                backward_time_s=2 * time_s,
                training_step_time_s=4 * time_s,
            )
            for engine, time_s in times_s.items()
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
        conformers=[_conformer("cpu", 1.0), _conformer("cuda", 0.1)],
        learning=_learning(),
    )


def _conformer(device: Device, time: float) -> ConformerBackward:
    """Backward takes twice as long as forward; `time` is that of backward in seconds."""

    def operator(name: str, calls: int, self_us: float) -> Operator:
        on_gpu = self_us * time if device == "cuda" else None
        return Operator(
            name=name, calls=calls, self_cpu_time_us=self_us, cpu_time_total_us=self_us, self_device_time_us=on_gpu
        )

    there = [
        ("aten::addmm", 11, 600.0),
        ("aten::mm", 2, 100.0),
        ("aten::bmm", 6, 100.0),
        ("aten::convolution", 5, 200.0),
        ("<aten::copy_>", 4, 50.0),
    ]
    back = [
        ("aten::mm", 24, 900.0),
        ("aten::bmm", 12, 300.0),
        ("aten::convolution_backward", 5, 700.0),
        ("<aten::copy_>", 5, 100.0),
    ]
    return ConformerBackward(
        device=device,
        threads=2,
        speech_time_s=5.0,
        frames=500,
        parameters=1000,
        layers=2,
        passes=[
            Pass(direction="forward", time_s=time / 2, flops=10**9, operators=[operator(*each) for each in there]),
            Pass(direction="backward", time_s=time, flops=2 * 10**9, operators=[operator(*each) for each in back]),
        ],
        remembering=[
            Remembering(
                checkpointing=checkpointing,
                saved_bytes=saved,
                peak_bytes=2 * saved,
                forward_time_s=time / 2,
                backward_time_s=factor * time,
            )
            for checkpointing, saved, factor in ((False, 500, 1.0), (True, 100, 1.5))
        ],
    )


def _learning() -> Learning:
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
