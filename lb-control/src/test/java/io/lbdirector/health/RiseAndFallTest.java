package io.lbdirector.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RiseAndFallTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MINUTE = 60 * SECOND;

  /** A clock may begin anywhere, and overflow. */
  private static final long START = Long.MAX_VALUE - 90 * SECOND;

  private long now = START;

  @Test
  void shouldComeUpWithTheFirstGoodResultFromUnknown() {
    RiseAndFall verdict = new RiseAndFall(3, 3, Health.UNKNOWN);
    assertEquals("b?1 b?2 gU1 gU2", feed(verdict, "bbgg"));
  }

  @Test
  void shouldGoDownFromUnknownAfterFallBadResultsAndNotCountItAsAFall() {
    RiseAndFall verdict = new RiseAndFall(2, 3, Health.UNKNOWN);
    assertEquals("b?1 b?2 bD3 bD4 gD1 gU2", feed(verdict, "bbbbgg"));
  }

  @Test
  void shouldNotFallWhileGoodResultsComeBetween() {
    RiseAndFall verdict = new RiseAndFall(2, 3, Health.UP);
    assertEquals("bU1 bU2 gU1 bU1 bU2 bD3", feed(verdict, "bbgbbb"));
  }

  @Test
  void shouldStartDownIfKnownSoAndRiseUndamped() {
    RiseAndFall verdict = new RiseAndFall(2, 3, Health.DOWN);
    assertEquals("gD1 bD1 gD1 gU2", feed(verdict, "gbgg"));
  }

  @Test
  void shouldDoubleTheRiseWithEachFallUpToFourTimes() {
    RiseAndFall verdict = new RiseAndFall(3, 1, Health.UP);
    assertEquals(3, verdict.riseInForce(now));
    assertEquals("bD1", feed(verdict, "b"));
    assertEquals(6, verdict.riseInForce(now));
    assertEquals("gD1 gD2 gD3 gD4 gD5 gU6 bD1", feed(verdict, "ggggggb"));
    assertEquals(12, verdict.riseInForce(now));
    feed(verdict, "ggggggggggg");
    assertEquals(Health.DOWN, verdict.health());
    assertEquals("gU12 bD1", feed(verdict, "gb"));
    assertEquals(12, verdict.riseInForce(now));
  }

  @Test
  void shouldForgetFallsAMinuteAfterTheLast() {
    RiseAndFall verdict = new RiseAndFall(2, 1, Health.UP);
    feed(verdict, "bggggb");
    assertEquals(8, verdict.riseInForce(now + MINUTE - 1));
    assertEquals(2, verdict.riseInForce(now + MINUTE));
    now += MINUTE - 2 * SECOND;
    assertEquals("gD1 gU2", feed(verdict, "gg"));
    assertEquals("bD1", feed(verdict, "b"));
    assertEquals(4, verdict.riseInForce(now));
  }

  @Test
  void shouldFlapBoundedly() {
    RiseAndFall verdict = new RiseAndFall(1, 1, Health.UP);
    List<Long> falls = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      now += SECOND;
      // The worst that a backend can do: fail as soon as it is up.
      if (verdict.health() == Health.UP ? verdict.bad(now) : verdict.good(now)) {
        if (verdict.health() == Health.DOWN) {
          falls.add(now);
        }
      }
    }
    assertEquals(1200, falls.size(), 1); // 4 good ones and a bad one each, not a good and a bad
    for (int i = 2; i < falls.size(); i++) {
      assertEquals(5 * SECOND, falls.get(i) - falls.get(i - 1));
    }
  }

  @Test
  void shouldGoOnCountingWhileDown() {
    RiseAndFall verdict = new RiseAndFall(1000, 1000, Health.UP);
    for (int i = 0; i < 5000; i++) {
      assertEquals(i == 999, verdict.bad(now));
    }
    assertEquals(5000, verdict.inARow());
  }

  /**
   * Every sequence of results, against what the words of the rule say, worked out anew from all
   * that came before.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "2, 1, 1",
    "1, 2, 1",
    "2, 3, 1",
    "3, 2, 1", // a second between results
    "1, 1, 25",
    "2, 1, 25",
    "2, 2, 30",
    "1, 1, 59",
    "2, 1, 20",
    "1, 2, 60",
  })
  void shouldJudgeEverySequenceAsTheRuleSays(int rise, int fall, int seconds) {
    for (Health start : Health.values()) {
      for (int bits = 0; bits < 1 << 14; bits++) {
        judge(bits, start, rise, fall, seconds * SECOND);
      }
    }
  }

  private static void judge(int bits, Health start, int rise, int fall, long step) {
    RiseAndFall verdict = new RiseAndFall(rise, fall, start);
    Rule rule = new Rule(rise, fall, start);
    for (int i = 0; i < 14; i++) {
      boolean good = (bits >> i & 1) == 1;
      long at = START + i * step;
      Health before = verdict.health();
      boolean changed = good ? verdict.good(at) : verdict.bad(at);
      Health expected = rule.after(good, i * step);
      if (expected != verdict.health() || rule.force(i * step) != verdict.riseInForce(at)) {
        throw new AssertionError(
            "results "
                + Integer.toBinaryString(bits)
                + " from the right, start "
                + start
                + ": after "
                + (i + 1)
                + " "
                + verdict.health()
                + ", not "
                + expected);
      }
      assertEquals(before != verdict.health(), changed);
      assertEquals(rule.row(), verdict.inARow());
    }
  }

  /** The rule, without any cleverness: it remembers everything and looks through all of it. */
  private static final class Rule {
    private final int rise;
    private final int fall;
    private final List<Boolean> results = new ArrayList<>();
    private final List<Long> falls = new ArrayList<>();
    private Health health;

    Rule(int rise, int fall, Health start) {
      this.rise = rise;
      this.fall = fall;
      this.health = start;
    }

    Health after(boolean good, long at) {
      results.add(good);
      if (good && health == Health.UNKNOWN) {
        health = Health.UP;
      } else if (good && health == Health.DOWN && row() >= force(at)) {
        health = Health.UP;
      } else if (!good && health != Health.DOWN && row() >= fall) {
        if (health == Health.UP) {
          falls.add(at);
        }
        health = Health.DOWN;
      }
      return health;
    }

    int row() {
      boolean last = results.get(results.size() - 1);
      int row = 0;
      for (int i = results.size() - 1; i >= 0 && results.get(i) == last; i--) {
        row++;
      }
      return row;
    }

    /** Falls count until a minute has passed after one of them without another. */
    int force(long at) {
      int recent = 0;
      long next = at;
      for (int i = falls.size() - 1; i >= 0 && next - falls.get(i) < MINUTE; i--) {
        next = falls.get(i);
        recent++;
      }
      return recent == 0 ? rise : recent == 1 ? 2 * rise : 4 * rise;
    }
  }

  /** One result a second: what came, the health after it (?, U, D), and how many in a row. */
  private String feed(RiseAndFall verdict, String results) {
    List<String> story = new ArrayList<>();
    for (char result : results.toCharArray()) {
      now += SECOND;
      Health before = verdict.health();
      boolean changed = result == 'g' ? verdict.good(now) : verdict.bad(now);
      assertEquals(before != verdict.health(), changed);
      story.add(result + health(verdict) + verdict.inARow());
    }
    return String.join(" ", story);
  }

  private static String health(RiseAndFall verdict) {
    return verdict.health() == Health.UNKNOWN ? "?" : verdict.health().name().substring(0, 1);
  }
}
