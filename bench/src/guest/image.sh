# shellcheck shell=bash
# What a guest of bench/kernels is made of: its root, and the kernel. Sourced by bench/kernels.
# Wants $root, the checkout, and $image, the folder of the guest's root.

# What the lab and tests run, by the name that a shell finds it under; busybox has the rest.
readonly lab_tools=(sh bash env ip nsenter unshare sysctl ethtool) test_tools=(bpftool xdp-loader)

# The guest's root: busybox, the loader and the objects, and the libraries of this machine.
make_image() {
  local name
  step "compiling"
  mkdir -p "$image"/usr/{bin,sbin,lib,lib64} "$image"/{applets,modules,proc,sys,dev,run,tmp}
  for name in bin sbin lib lib64; do
    ln -s "usr/$name" "$image/$name"
  done
  cp "$root/bench/src/guest/init" "$image/init"
  cp "$(command -v busybox)" "$image/bin/busybox"
  "$root/lb-bpf/compile" "$image/objects"
  clang -O1 -Wall -Werror -o "$image/bin/loads" "$root/bench/src/guest/loads.c" -lbpf
  copy_libraries "$image/bin/loads"
}

# The daemon with all that it wants, and a lab: what is built, a JVM, tools.
add_daemon() {
  local product=$image/product
  step "compiling the daemon"
  (cd "$root" && run_maven -q -pl lb-control -am -DskipTests package) >&2
  "$root/lab/lab" up "kernels-$$" --backends 1 # which compiles what it wants
  "$root/lab/lab" down "kernels-$$"
  mkdir -p "$product/lb-control/target" "$product/lb-bpf"
  cp -r "$root/bin" "$root/lab" "$product/"
  cp -r "$root/lb-bpf/target" "$product/lb-bpf/"
  cp -r "$root"/lb-control/target/{classes,lib,native,lb-control-*.jar} "$product/lb-control/target/"
  cp "$root/bench/src/guest/life" "$image/life"
  add_tools "${lab_tools[@]}"
  copy_libraries "$product"/lb-control/target/native/"$(uname -m)"/*.so
  copy_jvm
}

# The tests, beside the daemon.
add_tests() {
  local product=$image/product package=io.lbdirector.dataplane
  step "compiling the tests"
  (cd "$root" && build_tests) >&2
  cp -r "$root/lb-control/target/test-classes" "$product/lb-control/target/"
  cp -r "$root/docs" "$root/config" "$product/"
  add_tools "${test_tools[@]}"
  cp -r --parents /usr/lib/x86_64-linux-gnu/bpf "$image" # xdp-loader's own programs
  cp "$root/bench/src/guest/tests" "$image/tests"
  echo "--select-package $package --include-classname ${package//./\\.}\.($tests) --exclude-tag flood" \
    >"$image/tests.arguments"
}

add_tools() {
  local tool
  for tool in "$@"; do
    cp "$(readlink -f "$(command -v "$tool")")" "$image/bin/$tool"
    copy_libraries "$image/bin/$tool"
  done
}

build_tests() {
  local libraries=$image/product/jars junit
  junit=$(sed -n 's/.*<junit.version>\(.*\)<.*/\1/p' pom.xml)
  run_maven -q -pl lb-control -am -DskipTests test-compile dependency:copy-dependencies \
    -DincludeScope=test -DexcludeGroupIds=io.lbdirector,org.junit.jupiter,org.junit.platform \
    "-DoutputDirectory=$libraries"
  run_maven -q dependency:copy "-DoutputDirectory=$libraries" \
    "-Dartifact=org.junit.platform:junit-platform-console-standalone:$junit"
}

copy_jvm() {
  local jvm=$image/usr/lib/jvm home
  home=$(dirname "$(dirname "$(readlink -f "$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java")")")")
  mkdir -p "$jvm"
  tar -C "$home" -ch --exclude src.zip --exclude ct.sym bin conf lib | tar -C "$jvm" -x
  ln -s ../lib/jvm/bin/java "$image/bin/java"
  "$jvm/bin/java" -Xshare:dump >/dev/null # starts sooner
  copy_libraries "$jvm"/bin/java "$jvm"/lib/*.so "$jvm"/lib/server/*.so
}

# copy_libraries FILE...: the shared libraries that executables or libraries need, to where the
# guest's loader looks for them.
copy_libraries() {
  local library
  for library in $(ldd "$@" 2>/dev/null | grep -o '/[^ :]* (' | cut -d' ' -f1 | sort -u); do
    [[ -e $image$library ]] || install -D "$library" "$image$library"
  done
}

# fetch_kernel SUITE FOLDER: unpacks a kernel without installing it; apt works in folders of its own.
fetch_kernel() {
  local suite=$1 folder=$2 mirror package
  step "fetching the kernel of $suite"
  mirror=$(mirror)
  mkdir -p "$folder"/{lists,cache/archives}/partial "$folder/root"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$folder/sources.list"
  : >"$folder/status"
  suite_apt apt-get "$folder" update
  package=$(suite_apt apt-cache "$folder" depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p')
  (cd "$folder" && suite_apt apt-get "$folder" download "$package") >&2
  dpkg-deb -x "$folder"/*.deb "$folder/root"
}

# suite_apt TOOL FOLDER ARGUMENTS...
suite_apt() {
  local tool=$1 folder=$2
  shift 2
  timeout 600 "$tool" -qq -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=- \
    -o "Dir::State=$folder" -o "Dir::State::status=$folder/status" -o "Dir::Cache=$folder/cache" \
    -o APT::Sandbox::User=root "$@"
}

# Where this machine has its own Debian from.
mirror() {
  local codename
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  apt-get indextargets --format "\$(REPO_URI)" "Created-By: Packages" "Codename: $codename" "Component: main" |
    sed -n 1p
}

# pack FOLDER: prints it as the kernel takes it; it takes several, one after another.
pack() { (cd "$1" && find . | cpio --quiet -o -H newc); }

# The modules that tests want, which are not compressed in every release.
pack_modules() {
  local folder=$1 module
  mkdir -p "$folder/more/modules"
  module=$(find "$folder/root" -name 'veth.ko*')
  cp "$module" "$folder/more/modules/"
  [[ $module != *.xz ]] || xz -d "$folder/more/modules/veth.ko.xz"
  pack "$folder/more" >"$folder/modules.cpio"
}
