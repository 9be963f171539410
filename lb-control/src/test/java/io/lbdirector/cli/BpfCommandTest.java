package io.lbdirector.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.admin.FakeDirector;
import io.lbdirector.director.BpfReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BpfCommandTest {
  private static final String PINS =
      """
      pinned in    /sys/fs/bpf/lb/default/
      maps in      layout-7/
      memory       1.15 MB

      PIN                 TYPE           ID  ENTRIES   MEMORY  USE
      links/eth0/native   xdp link        3                    on eth0
      program             xdp program    34           28.6 kB  attached
      lb_tables           array_of_maps  51    4,096  65.5 kB
      tables/12           array          77   65,536  1.04 MB  table web
      layout-6/lb_tables  array_of_maps  23    1,024  16.3 kB  other layout
      """;

  @TempDir Path folder;
  private LbctlRunner lbctl;

  @BeforeEach
  void serve() throws IOException {
    lbctl = new LbctlRunner(folder);
  }

  @AfterEach
  void stop() throws IOException {
    lbctl.close();
  }

  @Test
  void shouldShowWhatIsPinned() throws IOException {
    lbctl.assertPrints(PINS, "bpf");
    LbctlPageTest.assertShown(PINS);
  }

  @Test
  void shouldShowWhatNoPinLeadsTo() {
    lbctl.director.bpfAnswer =
        bpf ->
            new BpfReport(
                bpf.folder(),
                bpf.layout(),
                bpf.pins(),
                Optional.of(List.of(FakeDirector.map("", 9, "lb_live", "array", 1, ""))));
    lbctl.assertPrints(
        PINS
            + """

            without a pin here, and not this daemon's; bpftool shows who holds them:
            NAME     TYPE   ID  ENTRIES  MEMORY  USE
            lb_live  array   9        1    16 B
            """,
        "bpf");
  }

  @Test
  void shouldSayThatItCouldNotAsk() {
    lbctl.director.bpfAnswer =
        bpf -> new BpfReport(bpf.folder(), bpf.layout(), bpf.pins(), Optional.empty());
    lbctl.run("bpf");
    assertTrue(
        lbctl
            .out()
            .endsWith("\nnot asked what lives without a pin: only root may, and lbd is not\n"),
        lbctl.out());
  }
}
