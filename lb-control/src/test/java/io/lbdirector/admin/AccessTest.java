package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTest {
  private static final Access.Group OPS = new Access.Group("ops", 700);

  private static Peer peer(int uid, Integer... groups) {
    return new Peer(uid, 1, Set.of(groups), OptionalLong.empty());
  }

  @Test
  void shouldLetRootAndTheDaemonsUserChangeThings() {
    Access access = Access.of(990, Optional.empty());
    assertEquals(Optional.empty(), access.refusal(peer(0)));
    assertEquals(Optional.empty(), access.refusal(peer(990, 1000)));
    assertEquals(
        "uid 1000 may look, not change: only root and uid 990, which the daemon runs as, may do"
            + " this; try again with sudo",
        access.refusal(peer(1000, 0, 700, 990)).orElseThrow());
  }

  @Test
  void shouldLetMembersOfTheGroupChangeThings() {
    Access access = Access.of(0, Optional.of(OPS));
    assertEquals(Optional.empty(), access.refusal(peer(1000, 1000, 700)));
    assertEquals(Optional.empty(), access.refusal(peer(0)));
    assertEquals(
        "uid 1000 may look, not change: only root and members of group ops may do this; try again"
            + " with sudo",
        access.refusal(peer(1000, 1000, 70)).orElseThrow());
  }

  @Test
  void shouldKnowGroupsOfThisMachineByName() throws AdminSocketException {
    assertEquals(0, Access.Group.named("root").number());
    assertEquals(
        "[admin] group = \"no-such-group\": this machine has no such group; make it (groupadd"
            + " --system no-such-group), or name another, or none",
        assertThrows(AdminSocketException.class, () -> Access.Group.named("no-such-group"))
            .getMessage());
  }
}
