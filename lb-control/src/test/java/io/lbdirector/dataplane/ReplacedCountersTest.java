package io.lbdirector.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.bpf.MapSpec;
import io.lbdirector.bpf.MapType;
import io.lbdirector.dataplane.CounterReader.Count;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Counters of layouts whose maps have other sizes. */
@ExtendWith(LeakCheck.class)
class ReplacedCountersTest {
  private static final Count NOTHING = new Count(0, 0);

  private LoadedDirector director;
  private ReplacedCounters old;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
  }

  @AfterEach
  void unload() {
    if (old != null) {
      old.close();
    }
    director.close();
  }

  /** A map of counters whose first CPU has {@code numbers} at index 3. */
  private void pin(int layout, String name, int entries, long... numbers) throws Exception {
    Path folder = director.pins().instance().resolve("layout-" + layout);
    Files.createDirectories(folder);
    int length = numbers.length * Long.BYTES;
    MapSpec spec = new MapSpec(MapType.PERCPU_ARRAY, name, Integer.BYTES, length, entries, 0);
    ByteBuffer value = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
    for (long number : numbers) {
      value.putLong(number);
    }
    try (BpfMap map = BpfMap.create(spec)) {
      map.updatePerCpu(Abi.key(2), new byte[length]);
      map.updateFirstCpu(Abi.key(3), value.array());
      map.pin(folder.resolve(name));
    }
  }

  private ReplacedCounters open() {
    BpfFs.unpinAll(director.pins().layout());
    old = ReplacedCounters.open(director.pins()).orElseThrow();
    return old;
  }

  @Test
  void shouldReadValuesAndMapsOfOtherSizes() throws Exception {
    pin(1, Abi.VERDICTS, 8, 5, 500, 7);
    pin(1, Abi.VIP_STATS, 4, 6);
    open();
    assertEquals("layout-1", old.layout());
    assertEquals(new Count(5, 500), old.verdict(3));
    assertEquals(new Count(6, 0), old.bind(3));
    assertEquals(List.of(NOTHING, NOTHING), List.of(old.verdict(2), old.verdict(8)));
    assertEquals(List.of(NOTHING, NOTHING), List.of(old.bind(4), old.backend(3)));
  }

  @Test
  void shouldTakeTheNewestOfOtherLayouts() throws Exception {
    pin(1, Abi.VERDICTS, 8, 1, 1);
    pin(12, Abi.VERDICTS, 8, 2, 2);
    pin(3, Abi.VERDICTS, 8, 3, 3);
    assertEquals("layout-12", open().layout());
  }

  @Test
  void shouldPassOverWhatCountsNothing() throws Exception {
    pin(1, Abi.VERDICTS, 8, 5, 500);
    Path folder = director.pins().instance().resolve("layout-1");
    try (BpfMap table = BpfMap.create(DataPlane.tableSpec("lb_vip_stats"))) {
      table.pin(folder.resolve(Abi.VIP_STATS));
    }
    open();
    assertEquals(NOTHING, old.bind(3));
    assertEquals(new Count(5, 500), old.verdict(3));
  }

  @Test
  void shouldGoOnFromASeed() {
    CounterSeeds seeds = new CounterSeeds(director.plane());
    seeds.verdict(Verdict.TX_FORWARDED, new Count(7, 700));
    seeds.bind(9, new Count(8, 800));
    seeds.backend(10, new Count(9, 900));
    CounterReader reader = new CounterReader(director.plane());
    assertEquals(new Count(7, 700), reader.verdicts().get(Verdict.TX_FORWARDED));
    assertEquals(new Count(8, 800), reader.binds(List.of(9)).of(9));
    assertEquals(new Count(9, 900), reader.backends(List.of(10)).of(10));
    assertTrue(director.plane().replacedCounters().isEmpty());
  }
}
