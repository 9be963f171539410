package io.lbdirector.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A BPF file system of one test's own, gone with everything pinned in it when closed. */
public final class PrivateBpfFs implements AutoCloseable {
  private final Path folder;

  private PrivateBpfFs(Path folder) {
    this.folder = folder;
  }

  public static PrivateBpfFs mount() {
    try {
      Path folder = Files.createTempDirectory("lb-bpffs-");
      BpfFs.mount(folder);
      return new PrivateBpfFs(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path(String name) {
    return folder.resolve(name);
  }

  public Path folder() {
    return folder;
  }

  @Override
  public void close() {
    BpfFs.unmount(folder);
    try {
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
