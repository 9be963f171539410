package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.cli.CounterSample.Counted;
import io.lbdirector.cli.Rates.Rate;
import java.util.List;
import org.junit.jupiter.api.Test;

class RatesTest {
  private static final long SECOND = 1_000_000_000L;

  private static Counted count(String name, long packets) {
    return new Counted(name, "web", packets, 100 * packets);
  }

  private static CounterSample sample(long nanos, long generation, Counted... binds) {
    return new CounterSample(
        nanos, generation, count("", 10), List.of(binds), List.of(binds), List.of(binds));
  }

  private static Rate known(String name, double packets) {
    return new Rate(name, "web", true, packets, 800 * packets);
  }

  private static Rate unknown(String name) {
    return new Rate(name, "web", false, 0, 0);
  }

  @Test
  void shouldDivideByTheTimeThatWentBy() {
    Rates rates =
        Rates.between(sample(SECOND, 7, count("a", 10)), sample(3 * SECOND, 7, count("a", 15)));
    assertEquals(2, rates.seconds());
    assertEquals(List.of(known("a", 2.5)), rates.binds());
    assertEquals(List.of(known("a", 2.5)), rates.backends());
    assertEquals(known("", 0), rates.total());
  }

  @Test
  void shouldSortByRateAndKeepTheOrderOfEquals() {
    Rates rates =
        Rates.between(
            sample(0, 7, count("a", 0), count("b", 0), count("c", 0), count("d", 9)),
            sample(SECOND, 7, count("d", 0), count("a", 5), count("b", 9), count("c", 5)));
    assertEquals(List.of(known("b", 9), known("a", 5), known("c", 5), unknown("d")), rates.binds());
  }

  @Test
  void shouldNotKnowTheRateOfACounterThatBeganAnew() {
    CounterSample before = sample(0, 7, count("a", 10));
    for (Counted anew :
        List.of(
            count("a", 9), new Counted("a", "web", 11, 999), new Counted("a", "web", 9, 1001))) {
      Rates rates = Rates.between(before, sample(SECOND, 7, anew));
      assertEquals(List.of(unknown("a")), rates.binds());
      assertEquals(List.of(), rates.odd());
    }
  }

  @Test
  void shouldNotKnowTheRateOfWhatIsNewAndForgetWhatIsGone() {
    Rates rates =
        Rates.between(
            sample(0, 7, count("old", 10), count("both", 3)),
            sample(SECOND, 8, count("both", 4), count("new", 1_000_000)));
    assertEquals(List.of(known("both", 1), unknown("new")), rates.binds());
    assertEquals(7, rates.generationBefore());
    assertEquals(8, rates.generation());
  }

  @Test
  void shouldKeepOddVerdictsThatGrow() {
    Rates rates =
        Rates.between(
            sample(0, 7, count("still", 10), count("grows", 3)),
            sample(SECOND, 7, count("still", 10), count("grows", 4)));
    assertEquals(List.of(known("grows", 1)), rates.odd());
  }
}
