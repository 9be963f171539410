package io.lbdirector.admin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * One whole HTTP/1.1 response, read strictly: what is not plainly right is a {@link
 * ProtocolException}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>, section 6
 */
record HttpReply(int status, byte[] body) {
  private static final int MAX_BODY = 64 << 20;

  /**
   * Reads one response, and not a byte more.
   *
   * @param in buffered, as it is read by the byte
   */
  static HttpReply read(InputStream in) throws IOException {
    return read(HttpHead.read(in), in);
  }

  /**
   * Reads the rest of one response.
   *
   * @param head what was read of it
   */
  static HttpReply read(HttpHead head, InputStream in) throws IOException {
    return new HttpReply(
        head.status(),
        head.chunked()
            ? readChunks(in)
            : readExactly(in, number(head.headers().get("Content-Length"), 10)));
  }

  private static byte[] readChunks(InputStream in) throws IOException {
    byte[] body = new ChunkedBody(in).readNBytes(MAX_BODY + 1);
    if (body.length > MAX_BODY) {
      throw new ProtocolException("a body above " + MAX_BODY + " bytes");
    }
    return body;
  }

  /** A length that is told, of a body or a chunk. */
  static int number(String digits, int radix) throws ProtocolException {
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

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
