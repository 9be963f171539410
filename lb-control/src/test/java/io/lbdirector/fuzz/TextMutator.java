package io.lbdirector.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Damages texts: as an editor does, line by line and word by word, and as a disk does. The same
 * seed gives the same texts.
 */
public final class TextMutator {
  private static final int MOST_CHANGES = 4;
  private static final List<String> WORDS =
      List.of(
          "\"",
          "\"\"\"",
          "'",
          "[",
          "]",
          "[[",
          "]]",
          "{",
          "}",
          "=",
          ",",
          "#",
          ".",
          "\\",
          "\\u0000",
          "\\uD800",
          "-1",
          "0",
          "65536",
          "9223372036854775808",
          "1e309",
          "nan",
          "true",
          "null",
          "1979-05-27",
          "\0",
          "\u00ff",
          "\ud83d\ude00",
          "\r",
          "\t",
          "0.0.0.0/0",
          "::/0",
          "::ffff:10.0.0.1",
          "/",
          "-");

  private final Random random;
  private final List<String> seeds;

  /**
   * @param texts to begin with; also what lines are taken from
   */
  public TextMutator(long seed, List<String> texts) {
    this.random = new Random(seed);
    this.seeds = List.copyOf(texts);
  }

  /** The next damaged text. */
  public String next() {
    String text = any(seeds);
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      text = change(text);
    }
    return text;
  }

  private String change(String text) {
    return switch (random.nextInt(8)) {
      case 0 -> text.substring(0, random.nextInt(text.length() + 1));
      case 1 -> insert(text, any(WORDS));
      case 2 -> insert(text, Character.toString((char) random.nextInt(0x80)));
      case 3 -> cut(text);
      case 4 -> replaceWord(text);
      case 5 -> withLines(text, lines -> lines.remove(random.nextInt(lines.size())));
      case 6 -> withLines(text, lines -> lines.add(random.nextInt(lines.size()), any(lines)));
      default ->
          withLines(
              text,
              lines -> lines.set(random.nextInt(lines.size()), any(any(seeds).lines().toList())));
    };
  }

  private interface Edit {
    void of(List<String> lines);
  }

  private static String withLines(String text, Edit edit) {
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\n", -1)));
    edit.of(lines);
    return String.join("\n", lines);
  }

  private String insert(String text, String more) {
    int at = random.nextInt(text.length() + 1);
    return text.substring(0, at) + more + text.substring(at);
  }

  private String cut(String text) {
    int from = random.nextInt(text.length() + 1);
    int to = Math.min(text.length(), from + random.nextInt(20));
    return text.substring(0, from) + text.substring(to);
  }

  private String replaceWord(String text) {
    List<String> words = Arrays.stream(text.split("\\b")).collect(Collectors.toList());
    words.set(random.nextInt(words.size()), random.nextBoolean() ? any(WORDS) : any(words));
    return String.join("", words);
  }

  private String any(List<String> some) {
    return some.isEmpty() ? "" : some.get(random.nextInt(some.size()));
  }
}
