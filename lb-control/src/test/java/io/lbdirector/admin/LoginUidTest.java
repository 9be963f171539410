package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginUidTest {
  @TempDir Path process;

  private OptionalLong told(String loginUid) throws IOException {
    Files.writeString(process.resolve("loginuid"), loginUid);
    return LoginUid.of(process, 0);
  }

  @Test
  void shouldTellWhoLoggedIn() throws IOException {
    assertEquals(OptionalLong.of(1000), told("1000"));
    assertEquals(OptionalLong.of(4294967294L), told("4294967294\n"));
  }

  @Test
  void shouldTellNothingIfNobodyOrRootLoggedIn() throws IOException {
    assertEquals(OptionalLong.empty(), told("4294967295"));
    assertEquals(OptionalLong.empty(), told("0"));
    assertEquals(OptionalLong.empty(), told(""));
  }

  @Test
  void shouldTellNothingOfAnotherProcess() throws IOException {
    Files.writeString(process.resolve("loginuid"), "1000");
    assertEquals(OptionalLong.empty(), LoginUid.of(process, 65534)); // it is ours: root's
    assertEquals(OptionalLong.empty(), LoginUid.of(process.resolve("gone"), 0));
    assertEquals(OptionalLong.empty(), LoginUid.of(0, 0)); // a peer of another pid namespace
  }

  @Test
  void shouldNameTheUserBehindRoot() {
    assertEquals("root", peer(0, OptionalLong.empty()).who());
    assertEquals("root (login uid 1000)", peer(0, OptionalLong.of(1000)).who());
    assertEquals("uid 1000", peer(1000, OptionalLong.empty()).who());
    assertEquals("uid 4294967294", peer(-2, OptionalLong.empty()).who());
  }

  private static Peer peer(int uid, OptionalLong loginUid) {
    return new Peer(uid, 1, Set.of(), loginUid);
  }
}
