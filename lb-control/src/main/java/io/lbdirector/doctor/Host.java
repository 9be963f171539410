package io.lbdirector.doctor;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The machine's files. */
interface Host {
  /** Text of a file, without spaces around it; empty if it is not there or cannot be read. */
  Optional<String> read(String path);

  boolean exists(String path);

  /** Whether this process can make files in {@code folder}, which may have to be made itself. */
  boolean canWrite(Path folder);

  /** Pid of the lbd that runs an instance. */
  OptionalLong runner(String instance);
}
