#!/usr/bin/env bash
# Installs what tests/cluster needs of Debian, and builds its Go programs into the user's cache.
# Prints what it installs. When everything is there it installs nothing and needs no network.
#
#   cmake/setup-cluster.sh             everything
#   cmake/setup-cluster.sh --packages  only Debian's packages
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/.." && pwd)

# program -> package. gcc with libc's static archive builds the sandbox image; python3-venv is for Go by pip.
needs=(
  containerd:containerd ctr:containerd runc:runc buildah:buildah
  ip:iproute2 ss:iproute2 nft:nftables iptables:iptables conntrack:conntrack
  sysctl:procps flock:util-linux setsid:util-linux openssl:openssl curl:curl gcc:gcc
)
files=(
  /usr/lib/cni/bridge:containernetworking-plugins
  /etc/ssl/certs/ca-certificates.crt:ca-certificates
)

missing_packages() {
  local need
  for need in "${needs[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${need%%:*}" >/dev/null || echo "${need##*:}"
  done
  for need in "${files[@]}"; do [[ -e ${need%%:*} ]] || echo "${need##*:}"; done
  [[ -n $(find /usr/lib -name libc.a -print -quit 2>/dev/null) ]] || echo libc6-dev
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages | sort -u)
  if ((${#missing[@]} == 0)); then echo "setup-cluster: Debian's packages are all here"; return; fi
  echo "setup-cluster: installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

build_tools() {
  local tool
  for tool in kube kstatus probe helm versitygw; do
    echo "setup-cluster: $tool is $("$source_folder/tests/cluster/tool" "$tool")"
  done
}

install_packages
if [[ ${1:-} != --packages ]]; then build_tools; fi
