package io.lbdirector.admin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Map;
import java.util.TreeMap;

/**
 * The head of an HTTP/1.1 response, read strictly: what is not plainly right is a {@link
 * ProtocolException}.
 *
 * @param headers by their names, in whatever case they are asked for
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>, sections 4 and 5
 */
record HttpHead(int status, Map<String, String> headers) {
  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_HEADERS = 100;

  /**
   * Reads one head, and not a byte more.
   *
   * @param in buffered, as it is read by the byte
   */
  static HttpHead read(InputStream in) throws IOException {
    return new HttpHead(status(readLine(in)), readHeaders(in));
  }

  private static int status(String line) throws ProtocolException {
    boolean right =
        line.matches("HTTP/1\\.[01] [2-5][0-9][0-9]( .*)?"); // 1xx is not asked for, so not due
    if (!right) {
      throw new ProtocolException("status line \"" + line + "\"");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  /** Headers, or the trailers of a body in chunks, and the empty line after them. */
  static Map<String, String> readHeaders(InputStream in) throws IOException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      int colon = line.indexOf(':');
      if (colon < 1 || headers.size() == MAX_HEADERS) {
        throw new ProtocolException("header line \"" + line + "\"");
      }
      String name = line.substring(0, colon);
      if (headers.put(name, line.substring(colon + 1).strip()) != null) {
        throw new ProtocolException("header " + name + " is there twice");
      }
    }
    return headers;
  }

  /** One line, without its CR LF. */
  static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("the answer ends in its head");
      }
      if (c == '\n' || line.length() == MAX_LINE) {
        throw new ProtocolException("a line without CR LF, or above " + MAX_LINE + " bytes");
      }
      line.append((char) c);
    }
    if (in.read() != '\n') {
      throw new ProtocolException("CR without LF");
    }
    return line.toString();
  }

  /** Whether the body comes in chunks, as one does whose length was not known when it began. */
  boolean chunked() throws ProtocolException {
    String coding = headers.get("Transfer-Encoding");
    String length = headers.get("Content-Length");
    if (coding == null ? length == null : length != null || !coding.equalsIgnoreCase("chunked")) {
      throw new ProtocolException(
          "a body with Content-Length " + length + " and Transfer-Encoding " + coding);
    }
    return coding != null;
  }
}
