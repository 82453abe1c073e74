"""What the experiment is called and needs."""

from talk.experiment import Experiment, Headline

EXPERIMENT = Experiment(
    title="Relay",
    chapter="relay",
    figures_title="The relay race",
    order=90,  # before sorting
    packages={"yaml": "pyyaml"},
    shown_versions={"pyyaml": "PyYAML"},
    headlines=(
        Headline(name="cpu.pace", title="Pace on the CPU", dimension="ratio", better="more", unit="×"),
        Headline(name="cuda.pace", title="Pace on the GPU", dimension="ratio", better="more", unit="×"),
        Headline(name="cuda.idle_share", title="Idle share of the GPU", dimension="share", better="less"),
    ),
    reads=("docs/prices.toml",),
)
