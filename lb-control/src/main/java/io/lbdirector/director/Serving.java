package io.lbdirector.director;

import io.lbdirector.dataplane.LiveState;
import io.lbdirector.forwarding.Bind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is live, and where it came from. Immutable; replaced as a whole by a change, also by one
 * that publishes nothing: names are in no map.
 *
 * @param statsOfBinds id in lb_vip_stats of every bind
 * @param since when this daemon published the generation, or took it over
 * @param adopted whether the generation was there before the daemon
 * @param warnings of the config and of the way it went live
 */
record Serving(
    Candidate candidate,
    LiveState live,
    Map<Bind, Integer> statsOfBinds,
    Instant since,
    boolean adopted,
    List<String> warnings) {

  /** Name of the file that asked last for what is live. */
  String source() {
    return candidate.source().name();
  }

  /** The same live generation, for another candidate that asks for just that. */
  Serving under(Candidate other, Map<Bind, Integer> itsStatsOfBinds, List<String> itsWarnings) {
    return new Serving(other, live, itsStatsOfBinds, since, adopted, itsWarnings);
  }
}
