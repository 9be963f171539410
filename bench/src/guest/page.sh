# shellcheck shell=bash
# The page of bench/kernels, from what the guests said. Sourced by bench/kernels.

page() {
  echo "# kernels: what older kernels make of the programs"
  page_run
  page_kernels
  page_programs
  ! $with_life || page_life
  ! $with_tests || page_tests
  page_words
}

# row CELL...
row() {
  printf '| %s' "$1"
  shift
  printf ' | %s' "$@"
  echo ' |'
}

# header CAPTION CELL...: the caption of a table, and its head.
header() {
  printf '\n## %s\n\n' "$1"
  shift
  row "$@"
  row "${@//*/---}"
}

page_run() {
  echo
  row run ""
  row --- ---
  row command "\`$command\`"
  row commit "$(commit "$root")"
  row date "$date, took $((SECONDS - started)) s"
  row processors "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
  row emulation "$(qemu-system-x86_64 -version | head -1), tcg, 2 cores"
  row compiler "$(clang --version | head -1)"
}

page_kernels() {
  local kernel deb
  header Kernels kernel Debian release package
  for kernel in "${kernels[@]}"; do
    deb=("$work/$kernel"/*.deb)
    row "$kernel" "${suites[$kernel]}" "$(sed -n 's/^kernel //p' "$work/$kernel.out")" \
      "$(dpkg-deb -f "${deb[0]}" Version)"
  done
}

page_programs() {
  local kernel program
  header Programs kernel program "verified instructions" "verification ms" "stack bytes"
  for kernel in "${kernels[@]}"; do
    awk -v kernel="$kernel" '
      $1 == "program" { printf "| %s | `%s` | %d | %.0f | %s |\n", kernel, $3, $5, $7 / 1000, $9 }
      $1 == "rejected" { printf "| %s | `%s` | rejected | | |\n", kernel, $3 }' "$work/$kernel.out"
  done
  echo
  for program in "${!needs[@]}"; do
    echo "\`$program\` need not load before ${needs[$program]}."
  done
}

# A row for each step, a column for each kernel.
page_life() {
  header "An lbd, in a lab of one backend" step "${kernels[@]}"
  (cd "$work" && awk '
    FNR == 1 { kernels[++columns] = FILENAME; step = 0 }
    $1 == "life" && NF > 3 {
      result[++step, FILENAME] = $2
      $1 = $2 = $3 = ""
      sub(/^ */, "")
      names[step] = $0
      if (step > steps) steps = step
    }
    END {
      for (step = 1; step <= steps; step++) {
        line = "| " names[step] " |"
        for (k = 1; k <= columns; k++) line = line " " result[step, kernels[k]] " |"
        print line
      }
    }' "${kernels[@]/%/.out}")
}

# A row for each class, a column for each kernel.
page_tests() {
  header "Tests, passed" class "${kernels[@]}"
  (cd "$work" && awk '
    FNR == 1 { kernels[++columns] = FILENAME }
    $1 == "test" { classes[$2]; count[$2, FILENAME, $3]++; count["all of them", FILENAME, $3]++ }
    function cell(class, kernel, text) {
      text = 0 + count[class, kernel, "passed"]
      if (count[class, kernel, "failed"]) text = text ", **" count[class, kernel, "failed"] " failed**"
      if (count[class, kernel, "skipped"]) text = text ", " count[class, kernel, "skipped"] " not run"
      return text
    }
    function line(class, k, text) {
      text = "| " class " |"
      for (k = 1; k <= columns; k++) text = text " " cell(class, kernels[k]) " |"
      return text
    }
    END {
      for (class in classes) print line(class) | "sort"
      close("sort")
      print line("all of them")
    }' "${kernels[@]/%/.out}")
  page_reasons
}

# Why tests were not run, each reason once.
page_reasons() {
  local reasons
  reasons=$(cd "$work" && awk '
    $1 == "reason" && !seen[FILENAME, $0]++ {
      kernel = FILENAME; sub(/\.out$/, "", kernel); $1 = ""; sub(/^ /, "")
      class = $1; $1 = ""; sub(/^ /, "")
      printf "- %s, `%s`: %s\n", kernel, class, $0
    }' "${kernels[@]/%/.out}")
  [[ -n $reasons ]] || return 0
  printf '\n## Not run\n\n%s\n' "$reasons"
}

page_words() {
  cat <<'END'

## What the numbers include

- The objects as the build makes them, loaded one program at a time with the constants that are in them. Instructions, time and stack are what the kernel's verifier says; stack is that of each function, the program's own first.
- The lbd is the build's own, and its traffic real: a client makes request after request and talks through one connection, from the step of that name to the last but one; the connection lives on and the client is answered after every step, and no request fails.
- Tests are those that the build runs on its own kernel, in packages of the data plane: program, maps and packets through BPF_PROG_TEST_RUN, XDP on a pair of veth, sockets of network namespaces; without floods (tens of thousands of packets), and with 3,000 damaged packets of each kind instead of 100,000 and more. A test that a kernel cannot run says why.

## What they do not

- Time on a processor: the guest's is emulated, several times slower, and less even.
- Health checks, which are JVM and sockets alone, network cards, and other builds of these kernels.
END
}
