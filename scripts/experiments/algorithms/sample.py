"""A made record of the algorithms experiment, with every part that a machine may have, in round numbers.

Every value derived from it can be checked in one's head.
"""

from typing import get_args

from talk.records.schema import Device

from .record import (
    Algorithms,
    Alignment,
    Attention,
    AttentionPrices,
    AttentionWay,
    Batching,
    Beam,
    Chain,
    ChainName,
    Checkpointing,
    Convolution,
    ConvolutionPrices,
    ConvolutionWay,
    Ctc,
    Curve,
    Decoding,
    EditDistance,
    EditWay,
    Found,
    Framework,
    Hidden,
    HiddenName,
    InTime,
    Listener,
    ManyHours,
    Order,
    Packing,
    Point,
    Ring,
    RingRun,
    Sweep,
    SweepWay,
)

DEVICES: tuple[Device, ...] = get_args(Device)


def curve(*points: tuple[float, float]) -> Curve:
    """A curve through points of a size and a median time; repeats lie between half of it and twice as much."""
    return Curve(points=[Point(size=size, times_s=[time, 2 * time, time / 2]) for size, time in points])


def ring_run(workers: int, device: Device) -> RingRun:
    """One sum: the ring sends what theory says, the star takes three times as long."""
    return RingRun(
        workers=workers,
        ring_times_s=[0.1],
        star_times_s=[0.3],
        library_times_s=[0.05],
        pass_times_s=[0.02],
        empty_times_s=[0.001],
        ring_sent_bytes=2 * (workers - 1) * 1000 // workers,
        star_sent_bytes=(workers - 1) * 1000,
        agree=True,
        device=device,
    )


def sweep(way: SweepWay, slots: int, advances: int, predicted_bytes: int, peak_bytes: int) -> Sweep:
    """A way backward that takes a millisecond a layer computed again, and a tenth of a second more than predicted."""
    return Sweep(
        way=way,
        slots=slots,
        advances=advances,
        predicted_bytes=predicted_bytes,
        peak_bytes=peak_bytes,
        predicted_time_s=0.4 + advances * 0.001,
        times_s=[0.5 + advances * 0.001],
    )


def sample() -> Algorithms:
    """Brute force visits a million alignments a second; sorting saves half of the padding and all of its time."""
    return Algorithms(
        ctc=Ctc(
            brute_force_frames=[8, 12, 16],
            brute_force_labels=[2, 3, 4],
            brute_force=curve((1e4, 0.01), (1e6, 1), (1e8, 100)),
            forward_frames=[100, 200],
            forward=curve((2000, 1e-4), (8000, 4e-4)),
            brute_force_difference=1e-14,
            frames=4,
            labels=2,
            batch=16,
            ours_times_s=[0.01, 0.02, 0.03],
            torch_times_s=[0.1, 0.08, 0.06],
            relative_difference=2e-7,
            gradient_difference=0.0,
        ),
        edit_distance=EditDistance(
            ways=[
                EditWay(name="rows", curve=curve((1000, 0.01), (2000, 0.04))),
                EditWay(name="hirschberg", curve=curve((1000, 0.02), (2000, 0.08))),
                EditWay(name="myers", curve=curve((1000, 0.001), (2000, 0.002))),
                EditWay(name="library", curve=curve((1000, 0.001), (2000, 0.002))),
            ],
            letters=2000,
            ours_times_s=[0.003],
            library_times_s=[0.002],
            agree=True,
            memory_letters=1000,
            table_peak_bytes=4_000_000,
            linear_peak_bytes=0,
        ),
        batching=[
            Batching(
                device=device,
                layers=18,
                batch_size=2,
                rounds=3,
                utterances_s=[1.0, 3.0, 1.0, 3.0],
                orders=[
                    Order(name="random", padding_share=0.5, times_s=[6.0, 6.0]),
                    Order(name="sorted", padding_share=0.0, times_s=[2.0, 4.0]),
                    Order(name="packed", padding_share=0.2, times_s=[8.0]),
                ],
                least_padding_share=0.0,
                equal_utterance_s=3.0,
                equal=curve((1, 1.0), (2, 1.6)),
                deadline_s=2.0,
                in_time=[InTime(most=1, rate_per_s=0.5), InTime(most=2, rate_per_s=0.75)],
                alone_time_s=8.0,
            )
            for device in DEVICES
        ],
        packing=Packing(
            capacity_s=9.0,
            handful=10,
            cases=200,
            missed=10,
            worst=(4, 3),
            trial=curve((8, 0.001), (10, 0.004)),
            first_fit=curve((8, 1e-5), (16, 4e-5)),
        ),
        convolution=Convolution(
            channels=2,
            steps=10,
            depthwise=[
                ConvolutionWay(name="direct", curve=curve((3, 0.1), (31, 0.9)), error=1e-7),
                ConvolutionWay(name="fft", curve=curve((3, 0.5), (31, 0.5)), error=1e-6),
                ConvolutionWay(name="im2col", curve=curve((3, 0.2), (31, 2.0)), error=1e-7),
                ConvolutionWay(name="library", curve=curve((3, 0.1), (31, 1.0)), error=1e-7),
            ],
            image_channels=4,
            dense=[
                ConvolutionWay(name="direct", curve=curve((3, 1.0)), error=1e-7),
                ConvolutionWay(name="fft", curve=curve((3, 2.0)), error=1e-6, fresh_pages=[100]),
                ConvolutionWay(name="im2col", curve=curve((3, 0.2)), error=2e-7),
                ConvolutionWay(name="winograd", curve=curve((3, 0.1)), error=6e-7),
                ConvolutionWay(name="library", curve=curve((3, 0.05)), error=1e-7),
            ],
            image_rows=4,
            image_columns=10,
            prices=ConvolutionPrices(
                row_s=1e-8, column_s=1e-8, transform_s=1e-10, unfolded_s=1e-9, tiled_s=1e-9, spectral_s=1e-8
            ),
        ),
        attention=Attention(
            width=64,
            tile=512,
            ways=[
                AttentionWay(
                    name="whole", curve=curve((1000, 1.0), (2000, 4.0)), peaks_bytes=[8, 80], fresh_pages=[1, 10]
                ),
                AttentionWay(
                    name="tiled",
                    curve=curve((1000, 0.5), (2000, 2.0), (4000, 8.0)),
                    peaks_bytes=[4, 4, 4],
                    fresh_pages=[0, 0, 0],
                ),
                AttentionWay(
                    name="library",
                    curve=curve((1000, 0.2), (2000, 1.0), (4000, 4.0)),
                    peaks_bytes=[2, 2, 2],
                    fresh_pages=[0, 0, 0],
                ),
            ],
            largest_difference=1e-6,
            prices=AttentionPrices(score_s=1e-9, weighted_s=1e-9, exponent_s=1e-8, over_row_s=1e-9),
        ),
        ring=Ring(
            bytes_a_worker=1000,
            runs=[ring_run(workers, "cpu") for workers in (2, 4)],
            gpu_runs=[ring_run(2, "cuda")],
        ),
        elapsed_s=200.0,
        peak_bytes=3_000_000_000,
        threads=2,
        decoding=Decoding(
            outputs_of="network",
            noise_db=5.0,
            sound_s=100.0,
            sentences=24,
            order=5,
            quiet_word_error_rate=0.02,
            beams=[
                Beam(name="greedy", width=1, word_error_rate=0.4, times_s=[0.1]),
                Beam(name="beam", width=4, word_error_rate=0.35, times_s=[1.0]),
                Beam(name="beam", width=16, word_error_rate=0.3, times_s=[4.0]),
                Beam(name="beam_with_model", width=4, word_error_rate=0.2, times_s=[1.25]),
                Beam(name="beam_with_model", width=16, word_error_rate=0.1, times_s=[5.0]),
            ],
            letters=3,
            trial=curve((3, 0.001), (4, 0.003), (5, 0.009)),
            longer=curve((50, 0.001), (100, 0.002)),
            found=[Found(width=0, share=0.5), Found(width=4, share=1.0)],
            listener=Listener(sha256="5a" * 32, machine="test-box"),
            alignment=Alignment(
                text="да ну",
                frame_s=0.04,
                tokens=[5, 5, 1, 0, 1, 15, 0, 21],
                likelihood=0.25,
                posterior=[[0.0] * 3 + [1.0] + [0.0] * 7] * 8,
                loudness=[0.1, 0.4, 0.2, 0.0, 0.0, 0.3, 0.3, 0.1],
            ),
        ),
        checkpointing=Checkpointing(
            slots=4,
            trial=curve((6, 0.001), (8, 0.009)),
            planning=curve((50, 0.001), (100, 0.004)),
            chains=[
                Chain(
                    name=name,
                    layers=100,
                    state_bytes=10,
                    tape_bytes=1000,
                    forward_time_s=0.001,
                    through_time_s=0.004,
                    gradient_difference=0.0,
                    sweeps=[
                        sweep("all", 100, 0, 100_000, 120_000),
                        sweep("segments", 10, 90, 12_000, 12_000),
                        sweep("revolve", 6, 250, 1_050, 1_000),
                    ],
                )
                for name in get_args(ChainName)
            ],
        ),
        many_hours=[
            ManyHours(
                device=device,
                workers=2,
                utterances=11,
                sound_s=3600.0,
                one_thread_time_s=400.0,
                all_threads_time_s=250.0,
                threads=2,
                share_times_s=[200.0, 190.0],
                largest_share=0.625,
                calls_alone=79_500,
                calls_together=79_500,
            )
            for device in DEVICES
        ],
        framework=Framework(
            layers=18,
            steps=2000,
            paths_digits=31,
            order_agrees=True,
            traced_layers=2,
            tensors=500,
            tensors_bytes=140_000_000,
            buffers_bytes=70_000_000,
            live_bytes=60_000_000,
            operators=400,
            distinct=380,
            loops=200,
            growths=[
                Hidden(
                    name=name,
                    ours=curve((1000, 0.001), (4000, 0.004)),
                    brute=curve((20, 0.001), (22, 0.002)),
                )
                for name in get_args(HiddenName)
            ],
        ),
    )
