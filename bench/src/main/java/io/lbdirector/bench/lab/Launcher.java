package io.lbdirector.bench.lab;

import io.lbdirector.bench.harness.VoidRunException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The product's commands as users start them. */
public final class Launcher {
  private Launcher() {}

  /**
   * Suites run at the top of the checkout, tests in the module's folder.
   *
   * @param name of a file in {@code bin}
   */
  public static String of(String name) {
    return Stream.of("bin", "../bin")
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new VoidRunException(name, "bin/" + name + " is not there"))
        .toAbsolutePath()
        .normalize()
        .toString();
  }
}
