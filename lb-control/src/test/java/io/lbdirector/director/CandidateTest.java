package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.DIRECTOR6;
import static io.lbdirector.director.ConfigText.config;
import static io.lbdirector.director.ConfigText.table;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.config.DirectorConfig;
import io.lbdirector.os.IpFamily;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CandidateTest {
  private static final String A = "10.0.1.1";
  private static final String B = "10.0.1.2";
  private static final String C = "10.0.1.3";

  private static Candidate candidate(String toml) {
    DirectorConfig config = config(toml);
    Pools pools = Pools.at(Instant.EPOCH, config, Overrides.NONE, Map.of());
    return Candidate.of(
        ConfigText.source(toml),
        config,
        Overrides.NONE,
        pools,
        Map.of(),
        new TableBuilder().build(config, pools, Map.of()));
  }

  private static Candidate web(String... backends) {
    return candidate(DIRECTOR + table("web", "203.0.113.1", backends));
  }

  @Test
  void shouldTellWhichFamiliesPacketsGoTo() {
    assertEquals(Set.of(IpFamily.V4), web(A).families());
    assertEquals(
        Set.of(IpFamily.V6),
        candidate(DIRECTOR6 + table("web", "2001:db8:113::1", "2001:db8:1::1")).families());
  }
}
