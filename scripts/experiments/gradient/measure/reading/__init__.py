"""Training of a network that reads digits from speech: the voices, a small Conformer-CTC, its examinations."""
