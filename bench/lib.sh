# shellcheck shell=bash
# What the launchers of benchmarks share. Wants bin/lib/packages.sh and bin/lib/maven.sh.

# What is measured: a commit, and whether the sources have changed since. Pages are not sources.
# $1: the checkout.
commit() {
  local id
  id=$(git -C "$1" rev-parse --short=12 HEAD 2>/dev/null) || id=unknown
  [[ -z $(git -C "$1" status --porcelain -- . ':!bench/pages' 2>/dev/null) ]] || id+=", changed since"
  echo "$id"
}

# Quick if nothing has changed since the last build. $1: the checkout.
build_bench() {
  local stamp=$1/bench/target/built
  install_packages build >&2
  [[ -e $stamp && -d $1/lb-control/target/classes && -d $1/lb-bpf/target/classes/bpf &&
    -z $(newer_sources "$1" "$stamp") ]] && return
  echo "building" >&2
  (cd "$1" && run_maven -q -DskipTests -pl bench -am package) >&2
  touch "$stamp"
}

newer_sources() {
  find "$1"/pom.xml "$1"/{bench,lb-control,lb-bpf}/pom.xml "$1"/lb-bpf/compile \
    "$1"/{bench,lb-control}/src/main "$1"/bench/src/bpf "$1"/lb-bpf/{src,include} \
    -newer "$2" -print -quit
}

bench_class_path() {
  local t=target/classes
  echo "$1/bench/$t:$1/lb-control/$t:$1/lb-bpf/$t:$1/bench/target/lib/*"
}
