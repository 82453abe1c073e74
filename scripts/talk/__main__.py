"""`python -m talk`: the talk command."""

import sys

from talk.cli import main

if __name__ == "__main__":
    sys.exit(main())
