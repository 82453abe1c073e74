"""The three functions that descent minimises, in plain arithmetic that works on tensors and on arrays alike."""

from typing import Any

CURVATURES = (1.0, 50.0)  # of the quadratic, along x and y

# The talk's five noisy points, to which a line is fitted: y ≈ a·x + b.
LINE_X = (-2.0, -1.0, 0.0, 1.0, 2.0)
LINE_Y = (-2.6, -0.7, 0.4, 2.9, 4.2)
LINE_START = (-1.0, -2.0)  # slope and intercept that descent begins with


def quadratic(x: Any, y: Any) -> Any:
    """½(λ₁x² + λ₂y²), of fifty times the curvature along y; its minimum is 0."""
    return (x**2 * CURVATURES[0] + y**2 * CURVATURES[1]) / 2


def rosenbrock(x: Any, y: Any) -> Any:
    """A bent valley, (1 − x)² + 100(y − x²)²; its minimum is 0, at (1, 1)."""
    return (1 - x) ** 2 + (y - x**2) ** 2 * 100


def line(a: Any, b: Any) -> Any:
    """Sum of squared residuals of a·x + b over the five points."""
    return sum((y - (a * x + b)) ** 2 for x, y in zip(LINE_X, LINE_Y, strict=True))


def lowest_line() -> tuple[float, float, float]:
    """Slope, intercept and loss of the line that fits best."""
    count = len(LINE_X)
    mean_x, mean_y = sum(LINE_X) / count, sum(LINE_Y) / count
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(LINE_X, LINE_Y, strict=True)) / sum(
        (x - mean_x) ** 2 for x in LINE_X
    )
    intercept = mean_y - slope * mean_x
    return slope, intercept, float(line(slope, intercept))
