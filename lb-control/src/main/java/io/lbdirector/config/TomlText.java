package io.lbdirector.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** The bytes of a file as text: strict UTF-8 with a cap on its size and no control characters. */
final class TomlText {
  /**
   * Largest file. One that uses every limit (32,767 backends, 4,096 tables, 65,536 binds) fits, if
   * it is not written for width.
   */
  static final int MAX_BYTES = 8 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private TomlText() {}

  /**
   * @return the text, with every line end as one {@code \n}
   * @throws TomlException if the bytes are too many, or not plain UTF-8 text
   */
  static String decode(byte[] bytes) throws TomlException {
    if (bytes.length > MAX_BYTES) {
      throw tooLong(bytes.length);
    }
    String text = decodeUtf8(bytes).replace("\r\n", "\n");
    if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
      throw new TomlException(
          1, "", "the file starts with a byte order mark; save it as plain UTF-8 without one");
    }
    rejectControlCharacters(text);
    return text;
  }

  static TomlException tooLong(long length) {
    String message = "the file has %d bytes, above %d; is it the right file?";
    return new TomlException(0, "", message.formatted(length, MAX_BYTES));
  }

  private static String decodeUtf8(byte[] bytes) throws TomlException {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    out.flip();
    if (result.isError()) {
      String message = "byte 0x%02x is not UTF-8; save the file as UTF-8";
      throw new TomlException(lineAt(out, out.length()), "", message.formatted(in.get()));
    }
    return out.toString();
  }

  private static void rejectControlCharacters(String text) throws TomlException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\n' && c != '\t' && (c < ' ' || c == 0x7f)) {
        String message = "control character U+%04X; remove it, or write it as an escape";
        throw new TomlException(lineAt(text, i), "", message.formatted((int) c));
      }
    }
  }

  private static int lineAt(CharSequence text, int position) {
    return 1 + (int) text.subSequence(0, position).chars().filter(c -> c == '\n').count();
  }
}
