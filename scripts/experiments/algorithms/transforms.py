"""Lengths of Fourier transforms, which those who transform and those who predict its time have to agree on."""


def fast_length(length: int) -> int:
    """The least even number from `length` on without prime factors over 5.

    Transforms of such lengths are fast, and only of an even number of real numbers does a transform cost half.
    """

    def is_smooth(number: int) -> bool:
        for factor in (2, 3, 5):
            while number % factor == 0:
                number //= factor
        return number == 1

    return next(number for number in range(max(2, length + length % 2), 2 * length + 3, 2) if is_smooth(number))
