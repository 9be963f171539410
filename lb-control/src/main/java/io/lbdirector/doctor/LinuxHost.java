package io.lbdirector.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** The machine's files, as they are. */
final class LinuxHost implements Host {
  private final Function<String, OptionalLong> runner;

  LinuxHost(Function<String, OptionalLong> runner) {
    this.runner = runner;
  }

  @Override
  public Optional<String> read(String path) {
    try {
      return Optional.of(Files.readString(Path.of(path)).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(Path.of(path));
  }

  @Override
  public boolean canWrite(Path folder) {
    Path there = folder;
    while (there.getParent() != null && Files.notExists(there)) {
      there = there.getParent();
    }
    return Files.isDirectory(there) && Files.isWritable(there);
  }

  @Override
  public OptionalLong runner(String instance) {
    return runner.apply(instance);
  }
}
