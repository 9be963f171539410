package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
class BpfFsTest {
  private static final MapSpec HASH = new MapSpec(MapType.HASH, "toy_hash", 4, 8, 16, 0);

  private PrivateBpfFs bpffs;

  @BeforeEach
  void mount() {
    bpffs = PrivateBpfFs.mount();
  }

  @AfterEach
  void unmount() {
    bpffs.close();
  }

  @Test
  void shouldKnowABpfFileSystem(@TempDir Path elsewhere) {
    assertTrue(BpfFs.isBpfFs(bpffs.folder()));
    assertFalse(BpfFs.isBpfFs(elsewhere));
    assertFalse(BpfFs.isBpfFs(bpffs.path("nothing")));
  }

  @Test
  void shouldLetOnlyTheOwnerIn() throws IOException {
    assertEquals(0700, (int) Files.getAttribute(bpffs.folder(), "unix:mode") & 0777);
  }

  @Test
  void shouldOpenThePinnedMapWhenItsMakerIsGone() {
    Path pin = bpffs.path("hash");
    try (BpfMap map = BpfMap.create(HASH)) {
      map.update(Bytes.u32(1), Bytes.u64(2));
      map.pin(pin);
    }
    try (BpfMap map = BpfMap.openPinned(pin)) {
      assertEquals(HASH, map.info());
      assertEquals("toy_hash", map.name());
      assertArrayEquals(Bytes.u64(2), map.lookup(Bytes.u32(1)).orElseThrow());
    }
  }

  @Test
  void shouldOpenAPinnedProgram() {
    Path pin = bpffs.path("program");
    String tag;
    try (BpfObject toys = ToyObjects.loadToys();
        BpfProgram count = toys.program("toy_count")) {
      count.pin(pin);
      tag = count.tag();
    }
    try (BpfProgram count = BpfProgram.openPinned(pin)) {
      assertEquals("toy_count", count.name());
      assertEquals(tag, count.tag());
      assertEquals(2, count.testRun(new byte[64], 1).result());
    }
  }

  @Test
  void shouldTellWhatAPinIsWhenItIsSomethingElse() {
    Path pin = bpffs.path("hash");
    try (BpfMap map = BpfMap.create(HASH)) {
      map.pin(pin);
    }
    assertRefuses(
        "open pinned program " + pin + ": it is a bpf-map, not a bpf-prog",
        () -> BpfProgram.openPinned(pin));
    assertRefuses(
        "open pinned link " + pin + ": it is a bpf-map, not a bpf-link",
        () -> XdpLink.openPinned(pin));
  }

  @Test
  void shouldSayWhyNothingCanBePinnedOrOpened(@TempDir Path elsewhere) {
    try (BpfMap map = BpfMap.create(HASH)) {
      assertRefuses(
          "pin " + bpffs.path("a.b") + ": bpffs allows no dot in a name, and \"a.b\" has one",
          () -> map.pin(bpffs.path("a.b")));
      map.pin(bpffs.path("there"));
      assertFails(
          "pin map toy_hash at "
              + bpffs.path("there")
              + ": EEXIST (17); something is pinned there already: unpin it, or open it",
          () -> map.pin(bpffs.path("there")));
      assertFails(
          "pin map toy_hash at "
              + bpffs.path("no/map")
              + ": ENOENT (2); its folder does not exist: make it first",
          () -> map.pin(bpffs.path("no/map")));
      assertFails(
          "pin map toy_hash at "
              + elsewhere.resolve("map")
              + ": EPERM (1); "
              + elsewhere
              + " is not in a BPF file system: mount one (mount -t bpf bpf DIR)",
          () -> map.pin(elsewhere.resolve("map")));
    }
    assertFails(
        "open pinned map " + bpffs.path("none") + ": ENOENT (2); nothing is pinned there",
        () -> BpfMap.openPinned(bpffs.path("none")));
    assertFails(
        "open pinned map " + elsewhere + ": EACCES (13); it is not in a BPF file system",
        () -> BpfMap.openPinned(elsewhere));
  }

  @Test
  void shouldUnpinOneOrAll() throws IOException {
    Path folder = Files.createDirectories(bpffs.path("instance/tables"));
    try (BpfMap map = BpfMap.create(HASH)) {
      map.pin(bpffs.path("one"));
      map.pin(bpffs.path("instance/live"));
      map.pin(folder.resolve("7"));
    }
    assertTrue(BpfFs.unpin(bpffs.path("one")));
    assertFalse(BpfFs.unpin(bpffs.path("one")));

    BpfFs.unpinAll(bpffs.path("instance"));
    assertFalse(Files.exists(bpffs.path("instance")));
    BpfFs.unpinAll(bpffs.path("instance"));
  }

  @Test
  void shouldDeleteNothingOutsideOfABpfFileSystem(@TempDir Path elsewhere) throws IOException {
    Path file = Files.writeString(elsewhere.resolve("file"), "kept");
    assertRefuses("unpin " + file + ": it is not in a BPF file system", () -> BpfFs.unpin(file));
    assertRefuses(
        "unpin " + elsewhere + ": it is not in a BPF file system", () -> BpfFs.unpinAll(elsewhere));
    assertEquals("kept", Files.readString(file));
  }

  @Test
  void shouldRemoveSymbolicLinksAndNotWhatTheyLeadTo(@TempDir Path elsewhere) throws IOException {
    Path kept = Files.createDirectory(bpffs.path("kept")).resolve("pin");
    Path file = Files.writeString(elsewhere.resolve("file"), "kept");
    Path folder = Files.createDirectories(bpffs.path("instance/tables"));
    try (BpfMap map = BpfMap.create(HASH)) {
      map.pin(kept);
    }
    Files.createSymbolicLink(folder.resolve("inside"), kept.getParent());
    Files.createSymbolicLink(folder.resolve("outside"), elsewhere);
    Files.createSymbolicLink(folder.resolve("dangling"), bpffs.path("none"));
    Path links = Files.createDirectory(bpffs.path("links"));
    Path single = Files.createSymbolicLink(links.resolve("single"), kept);
    Path whole = Files.createSymbolicLink(links.resolve("whole"), kept.getParent());

    BpfFs.unpinAll(bpffs.path("instance"));
    BpfFs.unpinAll(whole);
    assertTrue(BpfFs.unpin(single));

    assertFalse(Files.exists(bpffs.path("instance")));
    assertEquals(List.of(), list(links));
    assertEquals(List.of(kept), list(kept.getParent()));
    assertEquals("kept", Files.readString(file));
  }

  @Test
  void shouldDeleteNoSymbolicLinkOutsideOfABpfFileSystem(@TempDir Path elsewhere)
      throws IOException {
    Path folder = Files.createDirectory(bpffs.path("instance"));
    Path link = Files.createSymbolicLink(elsewhere.resolve("link"), folder);
    assertRefuses("unpin " + link + ": it is not in a BPF file system", () -> BpfFs.unpin(link));
    assertRefuses("unpin " + link + ": it is not in a BPF file system", () -> BpfFs.unpinAll(link));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.exists(folder));
  }

  @Test
  void shouldSayWhyNothingCanBeMounted(@TempDir Path elsewhere) {
    Path none = elsewhere.resolve("none");
    assertFails(
        "mount bpffs on " + none + ": ENOENT (2); the folder does not exist: make it first",
        () -> BpfFs.mount(none));
    assertFails(
        "unmount " + elsewhere + ": EINVAL (22); nothing is mounted there",
        () -> BpfFs.unmount(elsewhere));
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static void assertFails(String message, Executable action) {
    assertEquals(message, assertThrows(BpfException.class, action).getMessage());
  }

  private static void assertRefuses(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }
}
