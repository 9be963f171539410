# shellcheck shell=bash
# What the machine must have, and how it gets there. Sourced by bin/build, bin/demo, bin/verify, bench/*.

# install_packages GROUP...: installs what is missing of the groups build, lab, bench, check,
# guest and guest_tests. Says what it installs; silent and quick if nothing is missing.
install_packages() {
  local group missing
  missing=$(for group in "$@"; do "missing_for_$group"; done | sort -u | tr '\n' ' ')
  missing=${missing% }
  [[ -n $missing ]] || return 0
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "missing, and only root on Debian can install it here: $missing" >&2
    return 1
  fi
  echo "installing $missing"
  apt_install "$missing"
}

missing_for_build() {
  has_jdk 17 || echo openjdk-17-jdk-headless
  has_command mvn || echo maven
  has_command clang || echo clang
  has_command llvm-strip || echo llvm
  has_file /usr/include/bpf/bpf_helpers.h || echo libbpf-dev
  has_file "/usr/include/$(uname -m)-linux-gnu/asm/types.h" || echo linux-libc-dev
  has_library libbpf.so.1 || echo libbpf1
}

missing_for_lab() {
  has_command ip || echo iproute2
  has_command nsenter || echo util-linux
  has_command ethtool || echo ethtool
  has_command sysctl || echo procps
  has_command curl || echo curl
  has_command ping || echo iputils-ping
  has_command nginx || echo nginx-light
  has_file /usr/lib/nginx/modules/ngx_stream_module.so || echo libnginx-mod-stream
}

missing_for_bench() {
  has_command ip || echo iproute2
  has_command ethtool || echo ethtool
}

missing_for_check() {
  has_command clang-format || echo clang-format
  has_command shellcheck || echo shellcheck
  has_command bpftool || echo bpftool
  has_command xdp-loader || echo xdp-tools
  has_command systemd-analyze || echo systemd
}

missing_for_guest() {
  has_command qemu-system-x86_64 || echo qemu-system-x86
  has_command busybox || echo busybox-static
  has_command cpio || echo cpio
  has_command xz || echo xz-utils
}

# What tests run inside, besides the JVM.
missing_for_guest_tests() {
  has_command ip || echo iproute2
  has_command nsenter || echo util-linux
  has_command ethtool || echo ethtool
  has_command sysctl || echo procps
  has_command bpftool || echo bpftool
  has_command xdp-loader || echo xdp-tools
}

has_command() { command -v "$1" >/dev/null; }

has_file() { [[ -e $1 ]]; }

has_library() { /sbin/ldconfig -p | grep -F "$1 " >/dev/null; }

# The release file is read, since starting a JVM to ask takes longer than all the rest.
has_jdk() {
  local javac release version
  javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
  javac=$(command -v "$javac") || return 1
  release=$(dirname "$(dirname "$(readlink -f "$javac")")")/release
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release" 2>/dev/null)
  [[ ${version:-0} -ge $1 ]]
}

# $1: package names, separated by blanks. Nothing that is installed may start a service: the lab
# brings up its own web servers, and port 80 of the machine stays as it is.
apt_install() {
  local packages nginx_is_new=false
  read -ra packages <<<"$1"
  has_command nginx || nginx_is_new=true
  (
    trap allow_services EXIT
    forbid_services
    export DEBIAN_FRONTEND=noninteractive
    apt_get update
    apt_get install -y --no-install-recommends "${packages[@]}"
  )
  if $nginx_is_new && has_command nginx; then
    update-rc.d nginx disable >/dev/null 2>&1 || true # nor at the next boot
  fi
}

apt_get() {
  local output
  output=$(apt-get -qq -o DPkg::Lock::Timeout=120 "$@" 2>&1) || {
    printf '%s\n' "$output" "apt-get $* failed" >&2
    return 1
  }
}

readonly policy=/usr/sbin/policy-rc.d
readonly policy_mark="# lb-director: removed after the installation"

forbid_services() {
  [[ -e $policy ]] && return
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  if grep -qsxF "$policy_mark" "$policy"; then
    rm -f "$policy"
  fi
}
