# shellcheck shell=bash
# What the launchers of benchmarks share.

# What is measured: a commit, and whether the sources have changed since. Pages are not sources.
# $1: the checkout.
commit() {
  local id
  id=$(git -C "$1" rev-parse --short=12 HEAD 2>/dev/null) || id=unknown
  [[ -z $(git -C "$1" status --porcelain -- . ':!bench/pages' 2>/dev/null) ]] || id+=", changed since"
  echo "$id"
}
