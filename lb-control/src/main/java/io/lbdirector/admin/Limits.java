package io.lbdirector.admin;

import java.time.Duration;

/**
 * What one client may take from the others.
 *
 * @param request time for a whole request to arrive, and for its answer to be taken; the time in
 *     between, in which the director works, is not counted
 * @param linger time that a client gets to read the last answer of a connection
 * @param connections open at a time; the next one is answered 503
 * @param bodyBytes of a request: as much as a config file may have
 * @param owedBytes of all answers that clients have not taken yet
 * @param streams of events open at a time, fewer than {@code connections}, so that listeners who
 *     were forgotten lock out nobody; the next one is answered 503
 * @param events that wait for a listener who reads too slowly, before its stream ends
 * @param heartbeat from one sign of life in a stream to the next
 */
record Limits(
    Duration request,
    Duration linger,
    int connections,
    int bodyBytes,
    long owedBytes,
    int streams,
    int events,
    Duration heartbeat) {
  static final Limits DEFAULT =
      new Limits(
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          256,
          8 << 20,
          128 << 20,
          192,
          4096,
          Duration.ofSeconds(15));

  /** The same, with other bodies. */
  Limits withBodyBytes(int most) {
    return new Limits(request, linger, connections, most, owedBytes, streams, events, heartbeat);
  }
}
