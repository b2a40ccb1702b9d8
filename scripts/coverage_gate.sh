#!/usr/bin/env bash
# Fail where too little was run by the tests: the rules completely, the whole for the most part.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "coverage of the rules (pacs_dedup/domain), branches included: 100 % needed"
.venv/bin/coverage report --include='pacs_dedup/domain/*' --fail-under=100
echo "coverage of the whole, branches included: 90 % needed"
.venv/bin/coverage report --fail-under=90
