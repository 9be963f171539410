package io.lbdirector.bench.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bench.harness.VoidRunException;
import io.lbdirector.bpf.BpfObject;
import io.lbdirector.bpf.BpfProgram;
import io.lbdirector.forwarding.IpAddress;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Needs root: it loads programs. */
class DriverTest {
  private static final Traffic IPV4 = Traffic.to(IpAddress.parse("203.0.113.1"), 4, 1024);
  private static final Traffic IPV6 = Traffic.to(IpAddress.parse("2001:db8:113::1"), 4, 1024);
  private static final int GROWTH = Treatment.WRAPPED.growth();

  private BpfObject reference;
  private BpfProgram stub;
  private BpfProgram floor;

  @BeforeEach
  void load() {
    reference = BenchObjects.open("bench_reference");
    reference.load();
    stub = reference.program("bench_stub");
    floor = reference.program("bench_floor");
  }

  @AfterEach
  void close() {
    floor.close();
    stub.close();
    reference.close();
  }

  private static long[] run(Traffic traffic, Contestant contestant) {
    try (Driver driver = Driver.load("test", traffic, contestant)) {
      driver.run(1); // so that flows go on from one run to the next
      return driver.run(3);
    }
  }

  private static String voidBecause(Contestant contestant) {
    return assertThrows(VoidRunException.class, () -> run(IPV4, contestant)).getMessage();
  }

  @Test
  void shouldTimeEveryBatchOfProgramsThatDoAsTheySay() {
    for (Traffic traffic : new Traffic[] {IPV4, IPV6}) {
      for (Contestant contestant :
          new Contestant[] {Contestant.stub(stub), Contestant.floor(floor, Treatment.WRAPPED)}) {
        long[] nanos = run(traffic, contestant);
        assertEquals(3, nanos.length);
        assertTrue(Arrays.stream(nanos).allMatch(n -> n > 0), Arrays.toString(nanos));
      }
    }
  }

  @Test
  void shouldVoidTheRunOfProgramThatDoesNotGrowThePacket() {
    String message = voidBecause(Contestant.floor(stub, Treatment.WRAPPED));
    assertTrue(message.contains("grown by exactly 40 bytes is 1, not 16385"), message);
  }

  @Test
  void shouldVoidTheRunOfProgramThatGrowsThePacketUnasked() {
    String message = voidBecause(Contestant.stub(floor));
    assertTrue(message.contains("grown by exactly 0 bytes is 1, not 16385"), message);
  }

  @Test
  void shouldVoidTheRunOfProgramThatReturnsAnotherAction() {
    Contestant contestant = new Contestant("stub", stub, 0, Contestant.PASS, Optional.empty());
    String message = voidBecause(contestant);
    assertTrue(message.contains("action for the last packet is 3, not 2"), message);
  }

  @Test
  void shouldVoidTheRunOfProgramThatCountsOtherwise() {
    Contestant contestant = new Contestant("stub", stub, 0, Contestant.TX, Optional.of(() -> 7));
    String message = voidBecause(contestant);
    assertTrue(message.contains("counted as expected is 0, not 16385"), message);
  }
}
