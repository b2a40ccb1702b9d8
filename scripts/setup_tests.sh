#!/usr/bin/env bash
# Install the Debian packages that tests use: real peers, what watches system calls, what the browser's driver is linked
# to, and what one peer of the benchmarks (pdqhash) is compiled with. Without them those tests are skipped, each with its reason.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(dcmtk openssl orthanc postgresql chromium libatomic1 fonts-noto-cjk strace g++ python3-dev rsyslog rsyslog-gnutls)

if ! command -v dpkg-query >/dev/null; then
    echo "setup_tests: this is not Debian; tests that need one of these are skipped: ${packages[*]}" >&2
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} == 0 ]] && exit 0

if [[ $(id -u) != 0 ]]; then
    echo "setup_tests: tests that need them are skipped until you run: sudo apt-get install ${missing[*]}" >&2
    exit 0
fi

echo "setup_tests: installing ${missing[*]} (a few minutes)" >&2
exec scripts/apt_install.sh "${missing[@]}"
