package io.lbdirector.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The BPF programs compiled for an older instruction set: the same, with other tags. */
final class OtherBuild {
  private OtherBuild() {}

  /**
   * @param folder takes the objects
   * @return what {@code LBD_JAVA_OPTS} must say for a daemon to load them
   */
  static String compile(Path folder) throws IOException {
    Path clang = folder.resolve("clang");
    Files.writeString(clang, "#!/bin/sh\nexec clang \"$@\" -mcpu=v2\n");
    Files.setPosixFilePermissions(clang, PosixFilePermissions.fromString("rwxr-xr-x"));
    String compile = Lab.ROOT.resolve("lb-bpf/compile").toString();
    Shell.run(List.of("env", "CLANG=" + clang, compile, folder.resolve("bpf").toString()));
    return "-Xbootclasspath/a:" + folder; // asked before the class path of the launcher
  }
}
