package io.lbdirector;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which instance runs with a config file, and where it keeps its state: what a daemon cannot learn
 * from a file that is broken. It need not outlive a boot: neither does what forwards.
 *
 * @param config absolute path of the file
 * @param stateDir as in that file
 */
record InstanceNote(String instance, String config, String stateDir) {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  static InstanceNote of(String instance, Path config, Path stateDir) {
    return new InstanceNote(instance, absolute(config), stateDir.toString());
  }

  private static String absolute(Path config) {
    return config.toAbsolutePath().normalize().toString();
  }

  private static Path path(Path run, String instance) {
    return run.resolve("instance-" + instance + ".json");
  }

  /**
   * Replaces what was noted of the instance before.
   *
   * @throws UncheckedIOException if that fails
   */
  void write(Path run) {
    Path note = path(run, instance);
    Path fresh = run.resolve(note.getFileName() + ".new");
    try {
      Files.writeString(fresh, GSON.toJson(this) + "\n");
      Files.move(fresh, note, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + note + ": " + e, e);
    }
  }

  /**
   * Removes the note of an instance, if there is one: it forwards no more.
   *
   * @throws UncheckedIOException if that fails
   */
  static void remove(Path run, String instance) {
    try {
      Files.deleteIfExists(path(run, instance));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path(run, instance) + ": " + e, e);
    }
  }

  /** Of all instances that were run with a file last; notes that cannot be read are passed over. */
  static List<InstanceNote> all(Path run, Path config) {
    List<InstanceNote> all = new ArrayList<>();
    try (DirectoryStream<Path> notes = Files.newDirectoryStream(run, "instance-*.json")) {
      for (Path note : notes) {
        read(note, all);
      }
    } catch (IOException e) {
      return List.of(); // no folder, no instance
    }
    all.removeIf(note -> !absolute(config).equals(note.config));
    return all;
  }

  private static void read(Path note, List<InstanceNote> all) {
    try {
      InstanceNote read = GSON.fromJson(Files.readString(note), InstanceNote.class);
      if (read != null && read.instance != null && read.stateDir != null) {
        all.add(read);
      }
    } catch (IOException | JsonParseException e) {
      // of no use; the next start of that instance replaces it
    }
  }
}
