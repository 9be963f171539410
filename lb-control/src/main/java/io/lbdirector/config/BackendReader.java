package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one {@code [[table.backend]]}. */
final class BackendReader {
  private static final String EXAMPLE = "\"10.0.1.11\"";
  private static final Values.Kind<IpAddress> ADDRESS = Values.unicast(EXAMPLE);
  private static final Values.Kind<BackendState> STATE = Values.choice(BackendState.class);
  private static final Values.Kind<Integer> SHARE = Values.percent(1, 99);
  private static final Values.Kind<Integer> WEIGHT =
      Values.integer(1, Backend.MAX_WEIGHT, "a weight is 1 to " + Backend.MAX_WEIGHT);
  private static final Values.Kind<Integer> QUIC_ID =
      Values.integer(0, 65_535, "a server id has two bytes: 0 to 65535");

  private BackendReader() {}

  /** Empty if it has no good address, which has been reported. */
  static Optional<Placed<TableBackend>> read(Section section) {
    Optional<IpAddress> address = section.require("ip", ADDRESS, EXAMPLE);
    BackendState state = section.get("state", STATE, BackendState.ACTIVE);
    OptionalInt share = share(section, state);
    int weight = section.get("weight", WEIGHT, 1);
    OptionalInt quicId = quicId(section);
    section.finish();
    return address
        .map(a -> new TableBackend(new Backend(a, state, share, weight), quicId))
        .map(backend -> new Placed<>(backend, section));
  }

  private static OptionalInt share(Section section, BackendState state) {
    Optional<Integer> share = section.get("share", SHARE);
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
    return section.get("quic_id", QUIC_ID).map(OptionalInt::of).orElse(OptionalInt.empty());
  }
}
