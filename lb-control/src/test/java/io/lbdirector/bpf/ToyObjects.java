package io.lbdirector.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The programs of {@code src/test/bpf}, compiled by clang when a test first asks for them. */
final class ToyObjects {
  private static final Path SOURCES = Path.of("src/test/bpf").toAbsolutePath();
  private static final Map<String, byte[]> COMPILED = new ConcurrentHashMap<>();

  private ToyObjects() {}

  /** Opens {@code toys.bpf.c}, with a template set for its map of maps; not loaded yet. */
  static BpfObject openToys(BpfMap template) {
    BpfObject toys = BpfObject.open("toys", elf("toys"));
    toys.setInnerMap("toy_tables", template);
    return toys;
  }

  /** An object that is ready: loaded with an inner ARRAY of {@link #ROWS} values. */
  static BpfObject loadToys() {
    try (BpfMap template = createTable("toy_template")) {
      BpfObject toys = openToys(template);
      try {
        toys.load();
        return toys;
      } catch (RuntimeException e) {
        toys.close();
        throw e;
      }
    }
  }

  static final int ROWS = 512;

  /** A map that fits into {@code toy_tables}. */
  static BpfMap createTable(String name) {
    return BpfMap.create(
        new MapSpec(MapType.ARRAY, name, Integer.BYTES, Long.BYTES, ROWS, MapSpec.MMAPABLE));
  }

  /** ELF bytes of {@code src/test/bpf/NAME.bpf.c}. */
  static byte[] elf(String name) {
    return COMPILED.computeIfAbsent(name, ToyObjects::compile);
  }

  private static byte[] compile(String name) {
    try {
      Path object = Files.createTempFile(name, ".bpf.o");
      try {
        Commands.run(
            "clang",
            "-target",
            "bpf",
            "-mcpu=v3",
            "-O2",
            "-g",
            "-Wall",
            "-Werror",
            "-isystem",
            multiarchIncludes(),
            "-c",
            SOURCES.resolve(name + ".bpf.c").toString(),
            "-o",
            object.toString());
        return Files.readAllBytes(object);
      } finally {
        Files.delete(object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where {@code asm/types.h} is, which the bpf target does not search. */
  private static String multiarchIncludes() {
    return "/usr/include/" + Commands.run("cc", "-print-multiarch").strip();
  }
}
