package io.lbdirector.admin;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events, read one by one: as much of the format as the daemon writes.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
 *     events</a>
 */
final class ServerEvents {
  private static final int MAX_LINE = 8 << 20;

  private final InputStream in;
  private final Runnable alive;

  /** One event: its type, and one line of data. */
  record ServerEvent(String type, String data) {}

  /**
   * @param in buffered
   * @param alive called for every line, those of heartbeats too
   */
  ServerEvents(InputStream in, Runnable alive) {
    this.in = in;
    this.alive = alive;
  }

  /** The next event; null if the stream ended. */
  ServerEvent next() throws IOException {
    String type = "";
    String data = null;
    for (String line = readLine(); line != null; line = readLine()) {
      alive.run();
      if (line.startsWith("event: ")) {
        type = line.substring(7);
      } else if (line.startsWith("data: ")) {
        data = line.substring(6);
      } else if (line.isEmpty() && data != null) {
        return new ServerEvent(type, data);
      }
    }
    return null;
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        return null;
      }
      if (line.size() == MAX_LINE) {
        throw new ProtocolException("an event above " + MAX_LINE + " bytes");
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
