"""What every test shares: hypothesis tries the same examples everywhere, so that a run in CI is the run made here.

Nobody who measures waits for a quiet machine, which other tests keep busy.
"""

import os

from hypothesis import settings

os.environ["TALK_NO_WAIT"] = "1"

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
