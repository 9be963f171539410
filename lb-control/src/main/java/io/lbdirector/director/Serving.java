package io.lbdirector.director;

import io.lbdirector.dataplane.LiveState;
import io.lbdirector.forwarding.Bind;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is live, and where it came from. Immutable; replaced as a whole by a reload, also by one
 * that publishes nothing: names are in no map.
 *
 * @param source name of the file
 * @param statsOfBinds id in lb_vip_stats of every bind
 * @param since when this daemon published the generation, or took it over
 * @param adopted whether the generation was there before this daemon
 * @param warnings of the file and of the way it went live
 */
record Serving(
    Candidate candidate,
    String source,
    LiveState live,
    Map<Bind, Integer> statsOfBinds,
    Instant since,
    boolean adopted,
    List<String> warnings) {

  /** The same live generation, under another config that asks for just that. */
  Serving under(
      Candidate other,
      String itsSource,
      Map<Bind, Integer> itsStatsOfBinds,
      List<String> itsWarnings) {
    return new Serving(other, itsSource, live, itsStatsOfBinds, since, adopted, itsWarnings);
  }
}
