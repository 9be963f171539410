package io.lbdirector.cli;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The terminal that the user sits at, wherever input and output go. */
final class Tty implements AutoCloseable {
  private static final File DEVICE = new File("/dev/tty");

  private final FileInputStream keys;
  private final String settings;

  private Tty(FileInputStream keys, String settings) {
    this.keys = keys;
    this.settings = settings;
  }

  /**
   * Takes keys one by one, without showing them; Ctrl-C works as ever. {@link #close} makes it as
   * it was.
   *
   * @throws IOException if there is no terminal
   */
  static Tty takeKeys() throws IOException {
    String settings = stty("-g").strip();
    FileInputStream keys = new FileInputStream(DEVICE);
    // No Ctrl-Z: the shell that comes back would show on the screen of this command.
    stty("-icanon", "-echo", "min", "1", "time", "0", "susp", "undef");
    return new Tty(keys, settings);
  }

  /**
   * What stty says of the terminal.
   *
   * @throws IOException if there is no terminal, or no stty
   */
  static String stty(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(DEVICE)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return said;
  }

  /** A key that was hit since the last call; 0 if none was. */
  int key() throws IOException {
    return keys.available() > 0 ? keys.read() : 0;
  }

  @Override
  public void close() throws IOException {
    try (keys) {
      stty(settings);
    }
  }
}
