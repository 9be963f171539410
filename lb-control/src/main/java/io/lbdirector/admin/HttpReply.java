package io.lbdirector.admin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP/1.1 response, read strictly: what is not plainly right is a {@link ProtocolException}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>, sections 4, 6, 7
 */
record HttpReply(int status, byte[] body) {
  private static final int MAX_LINE = 8 << 10;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_BODY = 64 << 20;

  /**
   * Reads one response, and not a byte more.
   *
   * @param in buffered, as it is read by the byte
   */
  static HttpReply read(InputStream in) throws IOException {
    int status = status(readLine(in));
    Map<String, String> headers = readHeaders(in);
    return new HttpReply(status, readBody(in, headers));
  }

  private static int status(String line) throws ProtocolException {
    boolean right =
        line.matches("HTTP/1\\.[01] [2-5][0-9][0-9]( .*)?"); // 1xx is not asked for, so not due
    if (!right) {
      throw new ProtocolException("status line \"" + line + "\"");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static Map<String, String> readHeaders(InputStream in) throws IOException {
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

  private static byte[] readBody(InputStream in, Map<String, String> headers) throws IOException {
    String coding = headers.get("Transfer-Encoding");
    String length = headers.get("Content-Length");
    if (coding != null && length == null && coding.equalsIgnoreCase("chunked")) {
      return readChunks(in);
    }
    if (coding == null && length != null) {
      return readExactly(in, number(length, 10));
    }
    throw new ProtocolException(
        "a body with Content-Length " + length + " and Transfer-Encoding " + coding);
  }

  private static byte[] readChunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
      if (body.size() + size > MAX_BODY) {
        throw new ProtocolException("a body above " + MAX_BODY + " bytes");
      }
      body.write(readExactly(in, size));
      if (!readLine(in).isEmpty()) {
        throw new ProtocolException("a chunk longer than its size, " + size);
      }
    }
    readHeaders(in); // trailers, which say nothing to us
    return body.toByteArray();
  }

  private static int chunkSize(InputStream in) throws IOException {
    String line = readLine(in);
    int extension = line.indexOf(';');
    return number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
  }

  private static int number(String digits, int radix) throws ProtocolException {
    try {
      int number = Integer.parseInt(digits, radix);
      if (Character.digit(digits.charAt(0), radix) >= 0 && number <= MAX_BODY) {
        return number;
      }
    } catch (NumberFormatException e) {
      // the same answer as for a number that is out of range
    }
    throw new ProtocolException("length \"" + digits + "\" is not 0 to " + MAX_BODY);
  }

  private static byte[] readExactly(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the answer ends after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  /** One line, without its CR LF. */
  private static String readLine(InputStream in) throws IOException {
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

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
