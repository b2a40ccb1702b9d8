#!/usr/bin/env bash
# Install Debian packages as root; where that fails, say why in apt's last words.
#
#   scripts/apt_install.sh PACKAGE...
set -euo pipefail

patience=(-o DPkg::Lock::Timeout=300) # a machine just started is often busy with its own upgrades
log=$(mktemp)
trap 'rm -f "$log"' EXIT

{
    apt-get update -qq || true # old lists may do; if not, the installation fails and says so
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${patience[@]}" "$@"
} >"$log" 2>&1 </dev/null && exit 0

grep -E '^(E|dpkg|W): ?' "$log" | tail -n 5 >&2 || tail -n 5 "$log" >&2
echo "apt_install: apt-get could not install $*; its reasons are above. Mend them, for example the network, and run this again" >&2
exit 1
