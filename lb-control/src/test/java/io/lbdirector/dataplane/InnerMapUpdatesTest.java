package io.lbdirector.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfMap;
import io.lbdirector.bpf.LeakCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class InnerMapUpdatesTest {
  private LoadedDirector director;
  private BpfMap tables;
  private BpfMap vips;
  private BpfMap table;
  private BpfMap binds;

  @BeforeEach
  void open() {
    director = new LoadedDirector();
    tables = director.plane().map(Abi.TABLES);
    vips = director.plane().vips(Abi.FAMILY_IPV4).outer();
    table = BpfMap.create(DataPlane.tableSpec("lb_table"));
    binds = BpfMap.create(DataPlane.vipsSpec(Abi.FAMILY_IPV4, "lb_vips", 1));
  }

  @AfterEach
  void close() {
    binds.close();
    table.close();
    director.close();
  }

  @Test
  void shouldHaveEveryMapInItsSlotWhenInstalled() {
    InnerMapUpdates updates = new InnerMapUpdates();
    updates.put(tables, 7, table);
    updates.put(tables, 9, table);
    updates.put(vips, 1, binds);

    updates.install();

    assertEquals(table.id(), tables.lookupInnerId(7));
    assertEquals(table.id(), tables.lookupInnerId(9));
    assertEquals(binds.id(), vips.lookupInnerId(1));
    updates.await();
  }

  @Test
  void shouldTellWhatTheKernelRefused() {
    int before = tables.lookupInnerId(7);
    InnerMapUpdates updates = new InnerMapUpdates();
    updates.put(tables, 7, binds); // no table
    updates.put(vips, 1, binds);

    assertThrows(BpfException.class, updates::install);

    assertEquals(before, tables.lookupInnerId(7));
    updates.await(); // nothing is left to tell
  }

  @Test
  void shouldDoNothingWithoutMaps() {
    InnerMapUpdates updates = new InnerMapUpdates();
    updates.install();
    updates.await();
  }
}
