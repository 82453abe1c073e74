"""`python -m scripts`: the talk command on a machine where nothing is installed."""

import sys

from scripts.cli import main

sys.exit(main())
