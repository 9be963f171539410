package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one {@code [[table.backend]]}. */
final class BackendReader {
  private BackendReader() {}

  /** Empty if it has no good address, which has been reported. */
  static Optional<Placed<TableBackend>> read(Section section) {
    String example = "\"10.0.1.11\"";
    Optional<IpAddress> address = section.require("ip", Values.unicast(example), example);
    BackendState state =
        section.get("state", Values.choice(BackendState.class), BackendState.ACTIVE);
    OptionalInt share = share(section, state);
    String rule = "a weight is 1 to " + Backend.MAX_WEIGHT;
    int weight = section.get("weight", Values.integer(1, Backend.MAX_WEIGHT, rule), 1);
    OptionalInt quicId = quicId(section);
    section.finish();
    return address
        .map(a -> new TableBackend(new Backend(a, state, share, weight), quicId))
        .map(backend -> new Placed<>(backend, section));
  }

  private static OptionalInt share(Section section, BackendState state) {
    Optional<Integer> share = section.get("share", Values.percent(1, 99));
    if (section.has("share") && state != BackendState.FILLING) {
      section.problem(
          "share",
          "share counts only with state = \"filling\", but state is \""
              + Values.word(state)
              + "\"; change one of them");
      return OptionalInt.empty();
    }
    return share.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private static OptionalInt quicId(Section section) {
    return section
        .get("quic_id", Values.integer(0, 65_535, "a server id has two bytes: 0 to 65535"))
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }
}
