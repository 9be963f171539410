# shellcheck shell=bash
# What a guest of bench/kernels is made of: its root, and the kernel. Sourced by bench/kernels.
# Wants $root, the checkout, and $image, the folder of the guest's root.

# What tests run, by the name that a shell finds it under.
readonly tools=(sh ip nsenter sysctl ethtool bpftool xdp-loader)

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

# The tests with all that they want: classes, a JVM, tools.
add_tests() {
  local product=$image/product tool
  step "compiling the tests"
  mkdir -p "$product"/{lb-bpf,lb-control}
  (cd "$root" && build_tests) >&2
  cp -r "$root/lb-bpf/target" "$product/lb-bpf/"
  mkdir "$product/lb-control/target"
  cp -r "$root"/lb-control/target/{classes,test-classes} "$product/lb-control/target/"
  cp -r "$root/docs" "$root/config" "$product/"
  for tool in "${tools[@]}"; do
    cp "$(readlink -f "$(command -v "$tool")")" "$image/bin/$tool"
    copy_libraries "$image/bin/$tool"
  done
  cp -r --parents /usr/lib/x86_64-linux-gnu/bpf "$image" # xdp-loader's own programs
  cp "$root/bench/src/guest/tests" "$image/tests"
  local package=io.lbdirector.dataplane
  echo "--select-package $package --include-classname ${package//./\\.}\.($tests) --exclude-tag flood" \
    >"$image/tests.arguments"
  copy_jvm
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
