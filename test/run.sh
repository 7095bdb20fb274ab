#!/bin/sh
# npm test: set-up, types and lint, then unit tests and lab tests in one run whose last line counts them all.
set -eu
cd "$(dirname "$0")/.."
sh test/setup.sh
npm run --silent lint
lab=
if missing=$(node dist/tsplay.js lab requirements 2>&1); then
  node dist/tsplay.js lab up -i inventory/lab.yml
  lab='test/lab/**/*.lab.ts'
elif [ "${CI:-}" = true ]; then
  printf '%s\nThe lab cannot run here, and in CI it has to.\n' "$missing" >&2
  exit 1
fi
status=0
npx mocha ${lab:+--spec "$lab"} || status=$?
[ -n "$lab" ] || printf '%s\nThe lab tests were left out: see above what is missing.\n' "$missing"
exit "$status"
