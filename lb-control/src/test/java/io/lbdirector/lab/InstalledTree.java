package io.lbdirector.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What a daemon runs from, in a folder of its own, as it is once installed: its classes in one jar,
 * which needs no file opened for the next class.
 */
final class InstalledTree {
  private InstalledTree() {}

  /**
   * @return the launcher in {@code folder}
   */
  static Path copyTo(Path folder) {
    String script =
        """
        cd %1$s
        for part in bin lb-control/target/lib lb-control/target/native lb-bpf/target/classes; do
          mkdir -p %2$s/$(dirname $part) && cp -rp $part %2$s/$part
        done
        mkdir -p %2$s/lb-control/target/classes
        jar cf %2$s/lb-control/target/lb-control-test.jar -C lb-control/target/classes .
        """;
    Shell.run(List.of("sh", "-ec", script.formatted(Lab.ROOT, folder)));
    return folder.resolve("bin/lbd");
  }
}
