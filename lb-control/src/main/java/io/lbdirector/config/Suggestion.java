package io.lbdirector.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds what a misspelled word was meant to be. */
public final class Suggestion {
  /** No word of ours is longer; comparing takes time and space for both lengths. */
  private static final int LONGEST = 40;

  private Suggestion() {}

  /** {@code ; did you mean `weight`?}, or nothing if no word comes close. */
  public static String of(String word, Collection<String> known) {
    if (word.length() > LONGEST) {
      return "";
    }
    return known.stream()
        .filter(k -> distance(word, k) <= Math.max(1, Math.min(word.length(), k.length()) / 3))
        .min(Comparator.comparingInt(k -> distance(word, k)))
        .map(k -> "; did you mean `" + k + "`?")
        .orElse("");
  }

  /** How many letters must be changed, added, removed or swapped to get from one to the other. */
  static int distance(String a, String b) {
    int[][] steps = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        steps[i][j] = i == 0 || j == 0 ? i + j : step(steps, a, b, i, j);
      }
    }
    return steps[a.length()][b.length()];
  }

  private static int step(int[][] steps, String a, String b, int i, int j) {
    int changed = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(changed, 1 + Math.min(steps[i - 1][j], steps[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, steps[i - 2][j - 2] + 1) : best;
  }
}
