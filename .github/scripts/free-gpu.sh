#!/usr/bin/env bash
# Waits until nobody computes on the GPU. Fails where there is none, or where WAIT_S seconds were not enough.
set -euo pipefail
wait_s=${WAIT_S:-1800}

if ! command -v nvidia-smi >/dev/null || ! nvidia-smi --query-gpu=name,driver_version --format=csv,noheader; then
  echo "no GPU here, or its driver does not answer: the published site stays as it is" >&2
  exit 1
fi
while busy=$(nvidia-smi --query-compute-apps=pid,process_name --format=csv,noheader) && [ -n "$busy" ]; do
  if [ "$SECONDS" -ge "$wait_s" ]; then
    echo "the GPU was busy for $wait_s s ($busy): the published site stays as it is" >&2
    exit 1
  fi
  sleep 10
done
