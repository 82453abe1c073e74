#!/usr/bin/env bash
# The GPU runner's hook ACTIONS_RUNNER_HOOK_JOB_STARTED: ends, before its first step, every job but those of publish.yml
# on main. A pull request may name any runner in a workflow of its own; this is what stops it, so it lies on the runner
# and not in the checkout. TALK_REPOSITORY is OWNER/NAME.
set -euo pipefail

allowed="${TALK_REPOSITORY:?is not set on this runner}/.github/workflows/publish.yml@refs/heads/main"
if [ "${GITHUB_WORKFLOW_REF:-none}" != "$allowed" ]; then
  echo "this runner takes jobs of $allowed alone, not of ${GITHUB_WORKFLOW_REF:-none}" >&2
  exit 1
fi
