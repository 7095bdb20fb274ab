#!/bin/sh
# npm test: set-up, types and lint, then unit tests and lab tests in one run whose last line counts them all.
# The lab's hosts are made bare for the tests, and the lab is down when they have ended. What a test left open does not
# keep the run from ending.
set -eu
cd "$(dirname "$0")/.."
sh test/setup.sh
npm run --silent lint
sh test/conformance/ansible/install.sh
if missing=$(node dist/tsplay.js lab requirements 2>&1); then
  node dist/tsplay.js lab up -i inventory/lab.yml
  status=0
  npx mocha --exit --spec 'test/lab/**/*.lab.ts' || status=$?
  node dist/tsplay.js lab reset -i inventory/lab.yml > /dev/null 2>&1 || status=$?
  node dist/tsplay.js lab down -i inventory/lab.yml > /dev/null 2>&1 || status=$?
  exit "$status"
fi
if [ "${CI:-}" = true ]; then
  printf '%s\nThe lab cannot run here, and in CI it has to.\n' "$missing" >&2
  exit 1
fi
printf '%s\nThe lab cannot run here: its tests are left out.\n' "$missing"
npx mocha --exit
