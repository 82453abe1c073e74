"""`python -m scripts`: the talk command on a machine where nothing is installed."""

import sys

if __name__ == "__main__":
    # Before anything is imported that an older Python cannot read.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"python -m scripts: this is Python {sys.version.split()[0]}; run it with Python 3.11 or newer")
    from scripts.cli import main

    sys.exit(main())
