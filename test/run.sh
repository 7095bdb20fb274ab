#!/bin/sh
# npm test: setup, type check and lint, then unit and lab tests in one run whose last line counts them all. The lab is
# brought up for the tests, and reset and taken down afterwards.
set -eu
cd "$(dirname "$0")/.."
sh test/setup.sh
npm run --silent lint
sh test/conformance/ansible/install.sh
if missing=$(node dist/tsplay.js lab requirements 2>&1); then
  node dist/tsplay.js lab up -i inventory/lab.yml
  status=0
  npx mocha --spec 'test/lab/**/*.lab.ts' || status=$?
  node dist/tsplay.js lab reset -i inventory/lab.yml > /dev/null 2>&1 || status=$?
  node dist/tsplay.js lab down -i inventory/lab.yml > /dev/null 2>&1 || status=$?
  exit "$status"
fi
if [ "${CI:-}" = true ]; then
  printf '%s\nThe lab cannot run here, but CI requires it.\n' "$missing" >&2
  exit 1
fi
printf '%s\nThe lab cannot run here: its tests are skipped.\n' "$missing"
npx mocha
