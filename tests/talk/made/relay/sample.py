"""A made record of both devices."""

from .record import Data, Leg, Run


def sample() -> Data:
    runs = [
        Run(device="cpu", times_s=[2.0, 2.2, 2.1], legs=[Leg(name="climb", calls=3, time_s=1.26, slope=-0.5)]),
        Run(device="cuda", times_s=[0.2], legs=[Leg(name="climb", calls=3, time_s=0.05)]),
    ]
    return Data(runs=runs, lanes=[1, 2], runners=["Ann", "Bob"], rules={"false starts": -1})
