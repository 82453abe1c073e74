"""What every test shares: hypothesis tries the same examples everywhere, so that a run in CI is the run made here."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
