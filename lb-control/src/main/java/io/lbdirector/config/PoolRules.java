package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.forwarding.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** What the backends of one table must be to each other: distinct, and of one address family. */
final class PoolRules {
  private final List<Placed<TableBackend>> backends;

  PoolRules(List<Placed<TableBackend>> backends) {
    this.backends = backends;
  }

  void check() {
    Map<IpAddress, Section> addresses = new HashMap<>();
    Map<Integer, Section> quicIds = new HashMap<>();
    for (Placed<TableBackend> backend : backends) {
      IpAddress address = addressOf(backend);
      distinct("ip", addresses, address, backend.section());
      OptionalInt quicId = backend.value().quicId();
      quicId.ifPresent(id -> distinct("quic_id", quicIds, id, backend.section()));
      sameFamily(backend);
    }
  }

  private static <T> void distinct(String key, Map<T, Section> seen, T value, Section section) {
    Section first = seen.putIfAbsent(value, section);
    if (first != null) {
      String message = "%s = %s belongs to the backend on line %d already; remove one of them";
      String shown = value instanceof Integer ? value.toString() : Values.show(value.toString());
      section.problem(key, message.formatted(key, shown, first.line()));
    }
  }

  private void sameFamily(Placed<TableBackend> backend) {
    boolean v4 = addressOf(backend).isV4();
    Placed<TableBackend> first = backends.get(0);
    if (v4 != addressOf(first).isV4()) {
      String message =
          "ip = \"%s\" is %s, but the table's first backend, on line %d, is %s; use two tables";
      backend
          .section()
          .problem(
              "ip",
              message.formatted(
                  addressOf(backend),
                  Values.family(v4),
                  first.section().line(),
                  Values.family(!v4)));
    }
  }

  private static IpAddress addressOf(Placed<TableBackend> backend) {
    return backend.value().backend().address();
  }
}
