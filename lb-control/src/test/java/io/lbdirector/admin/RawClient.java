package io.lbdirector.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A client that sends what it is told, right or wrong, and reads answers one by one. */
final class RawClient implements AutoCloseable {
  private final SocketChannel channel;
  private final InputStream in;
  private int leftOfChunk;

  RawClient(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
    in = new BufferedInputStream(Channels.newInputStream(channel));
  }

  RawClient send(String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(text);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    return this;
  }

  RawClient get(String target) throws IOException {
    return send("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  RawClient endOutput() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  HttpReply read() throws IOException {
    return HttpReply.read(in);
  }

  HttpHead head() throws IOException {
    return HttpHead.read(in);
  }

  /** What follows a head. */
  HttpReply read(HttpHead head) throws IOException {
    return HttpReply.read(head, in);
  }

  /** The head of an answer, its empty line included, names of headers in lower case. */
  String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      head.append((char) in.read());
    }
    String[] lines = head.toString().split("(?=\r\n)");
    for (int i = 1; i < lines.length; i++) {
      String[] parts = lines[i].split(":", 2);
      lines[i] = parts[0].toLowerCase() + (parts.length > 1 ? ":" + parts[1] : "");
    }
    return String.join("", lines);
  }

  /** One line that ends in LF, without it; what stands in chunks is joined. */
  String readChunkedLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = nextOfChunks(); c != '\n'; c = nextOfChunks()) {
      if (c < 0) {
        return "the end";
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private int nextOfChunks() throws IOException {
    if (leftOfChunk == 0) {
      leftOfChunk = Integer.parseInt(readLine().strip(), 16) + 2;
    }
    int c = in.read();
    if (leftOfChunk == 2) { // its CR LF: nothing was left before it but in the last one
      assertEquals("\n", "" + (char) in.read());
      leftOfChunk = 0;
      return -1;
    }
    leftOfChunk--;
    if (leftOfChunk == 2) {
      assertEquals("\r\n", "" + (char) in.read() + (char) in.read());
      leftOfChunk = 0;
    }
    return c;
  }

  /** One line, without LF. */
  String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return line.toString();
  }

  /** At most so many bytes, as many as are there once there is one; none at the end. */
  String readSome(int most) throws IOException {
    byte[] bytes = new byte[most];
    int count = in.read(bytes);
    return count < 0 ? "" : new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
  }

  /** All that comes until the server ends its output. */
  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
