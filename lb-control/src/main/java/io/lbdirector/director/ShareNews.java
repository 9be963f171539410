package io.lbdirector.director;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.BackendState;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which shares have come to their end: in the log, and to those who listen. */
final class ShareNews {
  private static final Logger LOG = LoggerFactory.getLogger(ShareNews.class);

  private final EventLog events;

  ShareNews(EventLog events) {
    this.events = events;
  }

  /** Both candidates are of the same config and the same states set by hand. */
  void tell(Candidate before, Candidate now) {
    for (DirectorConfig.Table table : now.config().tables()) {
      for (int i = 0; i < table.pool().size(); i++) {
        Backend was = before.pools().of(table).get(i);
        Backend is = now.pools().of(table).get(i);
        if (was.sharePercent().isPresent() && is.sharePercent().isEmpty()) {
          tell(table.name(), is);
        }
      }
    }
  }

  private void tell(String table, Backend backend) {
    boolean drains = backend.state() == BackendState.DRAINING;
    LOG.atInfo()
        .addKeyValue("table", table)
        .addKeyValue("backend", backend.address())
        .addKeyValue("share", drains ? "none" : "all")
        .log("share at its end");
    events.add(
        "share",
        drains
            ? "%s of %s drains: it gets no new connections".formatted(backend.address(), table)
            : "%s of %s has all of its share".formatted(backend.address(), table),
        Map.of("table", table, "backend", backend.address().toString(), "drains", drains));
  }
}
