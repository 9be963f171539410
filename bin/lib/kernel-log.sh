# shellcheck shell=bash
# What the kernel has to say of itself. Sourced by bin/verify, bench/fuzz, bench/soak.

# Writes a line to the kernel's log, and prints it: what comes after is of the caller's time.
mark_kernel_log() {
  local mark
  mark="lb-director: ${0##*/} begins, pid $$, $(date -u +%FT%TZ)"
  { echo "$mark" >/dev/kmsg; } 2>/dev/null || true
  echo "$mark"
}

# kernel_warnings MARK: prints what the kernel warned of since, with the lines around it; nothing if
# all is well. Fails if its log cannot be read.
kernel_warnings() {
  local log
  log=$(dmesg) || return 1
  log=$(awk -v mark="$1" 'index($0, mark) { since = ""; next } { since = since $0 "\n" } END { printf "%s", since }' <<<"$log")
  grep -E -A 12 'WARNING: |BUG: |UBSAN: |KASAN: |Oops|general protection fault|Call Trace|refcount_t' <<<"$log" || true
}

# no_kernel_warning MARK: exits if there is one.
no_kernel_warning() {
  local warnings
  warnings=$(kernel_warnings "$1") || {
    echo "${0##*/}: the kernel's log cannot be read" >&2
    exit 1
  }
  [[ -z $warnings ]] || {
    echo "${0##*/}: the kernel warns:"$'\n'"$warnings" >&2
    exit 1
  }
}
