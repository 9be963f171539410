package io.lbdirector.admin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/**
 * A body that comes in chunks. Ends after the last chunk and its trailers, and reads not a byte
 * more; never waits for more than the bytes that are there, if any are.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112: chunks</a>
 */
final class ChunkedBody extends InputStream {
  private final InputStream in;
  private int left;
  private boolean begun;
  private boolean ended;

  /**
   * @param in buffered, at the end of the head
   */
  ChunkedBody(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    if (!inChunk()) {
      return -1;
    }
    int c = in.read();
    taken(c < 0 ? -1 : 1);
    return c;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!inChunk()) {
      return -1;
    }
    return taken(in.read(buffer, offset, Math.min(length, left)));
  }

  private int taken(int count) throws EOFException {
    if (count < 0) {
      throw new EOFException("the answer ends " + left + " bytes before the end of a chunk");
    }
    left -= count;
    return count;
  }

  /** Goes on to the next chunk where one is at its end. */
  private boolean inChunk() throws IOException {
    if (left > 0 || ended) {
      return !ended;
    }
    if (begun && !HttpHead.readLine(in).isEmpty()) {
      throw new ProtocolException("a chunk longer than its size");
    }
    begun = true;
    left = chunkSize();
    if (left == 0) {
      HttpHead.readHeaders(in); // trailers, which say nothing to us
      ended = true;
    }
    return !ended;
  }

  private int chunkSize() throws IOException {
    String line = HttpHead.readLine(in);
    int extension = line.indexOf(';');
    return HttpReply.number((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
  }
}
