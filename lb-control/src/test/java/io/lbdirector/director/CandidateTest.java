package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.DIRECTOR6;
import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.os.IpFamily;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CandidateTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";

  private static Candidate candidate(String toml) {
    DirectorConfig config = config(toml);
    return Candidate.of(config, Overrides.NONE, new TableBuilder().build(config, Overrides.NONE));
  }

  private static Candidate web(String... backends) {
    return candidate(DIRECTOR + table("web", "203.0.113.1", backends));
  }

  @Test
  void shouldCountTheRowsWhosePrimaryIsAnother() {
    Candidate before = web(A, B, C);
    Candidate after = web(A, B);
    int ledByC = before.rows().get("web").primaryCounts()[indexOfC(before)];
    assertTrue(ledByC > 0 && ledByC < ForwardingTable.ROWS);
    assertEquals(ledByC, after.rowsMovedFrom(before));
    assertEquals(ledByC, before.rowsMovedFrom(after));
  }

  private static int indexOfC(Candidate candidate) {
    return candidate.rows().get("web").addresses().stream()
        .map(Object::toString)
        .toList()
        .indexOf(C);
  }

  @Test
  void shouldCountNoRowsOfTheSameTable() {
    assertEquals(0, web(A, B).rowsMovedFrom(web(B, A)));
  }

  @Test
  void shouldCountAllRowsOfATableThatGetsOrLosesItsLastHop() {
    ForwardingTable some = web(A).rows().get("web");
    ForwardingTable none =
        candidate(DIRECTOR + table("web", "203.0.113.1", A) + "state = \"inactive\"\n")
            .rows()
            .get("web");
    assertEquals(ForwardingTable.ROWS, Candidate.rowsMoved(some, none));
    assertEquals(ForwardingTable.ROWS, Candidate.rowsMoved(none, some));
    assertEquals(0, Candidate.rowsMoved(none, none));
  }

  @Test
  void shouldCountOnlyTablesThatBothHave() {
    Candidate renamed = candidate(DIRECTOR + table("other", "203.0.113.1", C));
    assertEquals(0, renamed.rowsMovedFrom(web(A, B)));
  }

  @Test
  void shouldTellWhichFamiliesPacketsGoTo() {
    assertEquals(Set.of(IpFamily.V4), web(A).families());
    assertEquals(
        Set.of(IpFamily.V6),
        candidate(DIRECTOR6 + table("web", "2001:db8:113::1", "2001:db8:1::1")).families());
  }
}
