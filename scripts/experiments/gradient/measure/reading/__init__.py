"""A network that learns to read out digits: synthetic speech, a small Conformer-CTC, its training."""
