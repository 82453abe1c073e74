"""The talk's five noisy points, to which a line is fitted: y ≈ a·x + b. Plain numbers, which pictures read too."""

LINE_X = (-2.0, -1.0, 0.0, 1.0, 2.0)
LINE_Y = (-2.6, -0.7, 0.4, 2.9, 4.2)
LINE_START = (-1.0, -2.0)  # slope and intercept that descent begins with
