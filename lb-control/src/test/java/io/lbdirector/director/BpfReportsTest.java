package io.lbdirector.director;

import static io.lbdirector.director.ConfigText.DIRECTOR;
import static io.lbdirector.director.ConfigText.table;
import static io.lbdirector.director.RunningDirector.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.bpf.MapSpec;
import io.lbdirector.bpf.MapType;
import io.lbdirector.director.BpfReport.BpfObjectReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The pins of a director over a data plane in this kernel. Needs root. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
final class BpfReportsTest {
  private static final String VIP = "203.0.113.10";
  private static final String ONE = DIRECTOR + table("web", VIP, "10.0.1.1", "10.0.1.2");
  private static final String OTHER = DIRECTOR + table("web", VIP, "10.0.1.1", "10.0.1.3");

  private final RunningDirector running = RunningDirector.start(ONE);
  private final String layout = running.plane().pins().layoutName() + "/";

  @AfterEach
  void end() {
    running.close();
  }

  private BpfReport report() {
    return await(running.director().bpf());
  }

  private Map<String, BpfObjectReport> pins() {
    return report().pins().stream()
        .collect(Collectors.toMap(BpfObjectReport::pin, Function.identity()));
  }

  @Test
  void shouldTellOfEveryPinWhatTheKernelDoes() {
    Path folder = running.plane().pins().instance();
    Map<String, BpfObjectReport> pins = pins();
    assertEquals(BpfFs.pins(folder).size(), pins.size());
    pins.keySet().forEach(pin -> assertTrue(Files.exists(folder.resolve(pin)), pin));

    BpfObjectReport program = pins.get(layout + "program");
    assertEquals("program", program.kind());
    assertEquals("lb_director", program.name());
    assertEquals("xdp", program.type());
    assertEquals(running.plane().program().id(), program.id());
    assertEquals(Optional.of(running.plane().program().tag()), program.tag());
    assertEquals("not attached", program.use());

    BpfObjectReport tables = pins.get(layout + Abi.TABLES);
    assertEquals("array_of_maps", tables.type());
    assertEquals(Optional.of(false), tables.frozen());
    assertEquals("", tables.use());
  }

  @Test
  void shouldSayWhatInnerMapsAreThereFor() {
    int slot = await(running.director().table("web")).get().slot();
    BpfObjectReport rows = pins().get(layout + "tables/" + slot);
    assertEquals("table web", rows.use());
    assertEquals(Optional.of(true), rows.frozen());
    assertEquals(Optional.of(Abi.TABLE_ROWS), rows.entries());
    long bytes = (long) Abi.TABLE_ROWS * rows.valueBytes().get();
    assertTrue(rows.memoryBytes().get() >= bytes, rows.toString());
    assertEquals("empty", pins().get(layout + "tables/0").use());
    assertEquals("empty", pins().get(layout + "vips4/empty").use());
    assertEquals("live", pins().get(layout + "vips4/1").use());
    assertFalse(pins().containsKey(layout + "vips4/0"));
    running.reload(OTHER, "other");
    assertEquals("live", pins().get(layout + "vips4/0").use());
  }

  @Test
  void shouldKnowWhatIsOfAnotherLayout() {
    MapSpec spec = new MapSpec(MapType.ARRAY, "lb_live", Integer.BYTES, Long.BYTES, 1, 0);
    Path folder = running.plane().pins().instance().resolve("layout-1");
    try (BpfMap map = BpfMap.create(spec)) {
      folder.toFile().mkdir();
      map.pin(folder.resolve("lb_live"));
      assertEquals("other layout", pins().get("layout-1/lb_live").use());
      assertEquals(Optional.of(Long.BYTES), pins().get("layout-1/lb_live").valueBytes());
    }
  }

  /** Other tests may have objects of ours in this kernel, so only these are looked at. */
  @Test
  void shouldFindWhatNeitherAPinNorTheDaemonLeadsTo() throws Exception {
    List<BpfObjectReport> all = report().unpinned().orElseThrow();
    List<Integer> own = report().pins().stream().map(BpfObjectReport::id).toList();
    assertTrue(all.stream().noneMatch(o -> o.kind().equals("map") && own.contains(o.id())));
    assertTrue(all.stream().noneMatch(o -> o.kind().equals("program") && own.contains(o.id())));
    Path vips = running.plane().pins().instance().resolve(layout + "vips4/1");
    int id = pins().get(layout + "vips4/1").id();
    BpfFs.unpin(vips); // its outer map still holds it
    assertTrue(
        report().unpinned().orElseThrow().stream()
            .anyMatch(o -> o.id() == id && o.kind().equals("map") && o.pin().isEmpty()));
  }
}
