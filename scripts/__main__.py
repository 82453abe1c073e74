"""`python3 scripts`: the talk command of a checkout, on a machine where nothing is installed."""

import sys

if __name__ == "__main__":
    # Before anything is imported that an older Python cannot read.
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(f"python3 scripts: this is Python {sys.version.split()[0]}; run it with Python 3.11 or newer")
    from talk.cli import main

    sys.exit(main())
