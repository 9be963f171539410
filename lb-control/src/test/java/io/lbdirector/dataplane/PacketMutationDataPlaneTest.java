package io.lbdirector.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.BpfProgram.TestRun;
import io.lbdirector.bpf.LeakCheck;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Damaged packets of every kind, against a parser that was written apart: what leaves is that, byte
 * for byte, and each is counted once. {@code -Dlb.frames=N} sends more, {@code -Dlb.seed=N} repeats
 * a run. Needs CAP_BPF, CAP_NET_ADMIN.
 */
@ExtendWith(LeakCheck.class)
class PacketMutationDataPlaneTest {
  private static final int FRAMES = Integer.getInteger("lb.frames", 250_000);

  /** For one director: far from as many datagrams as it remembers. */
  private static final int BATCH = 50_000;

  private static final int HEADERS = 140;
  private static final HexFormat HEX = HexFormat.of();

  private final long seed = Long.getLong("lb.seed", ThreadLocalRandom.current().nextLong());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final List<byte[]> bases =
      PacketCases.all()
          .flatMap(c -> Stream.concat(c.before().stream(), Stream.of(c.frame())))
          .filter(NeedsKernel::canRun)
          .toList();

  @Test
  void shouldTreatEveryFrameAsTheModelDoes() {
    System.out.println("PacketMutationDataPlaneTest: seed " + seed);
    Map<Verdict, CounterReader.Count> seen = new EnumMap<>(Verdict.class);
    for (int sent = 0; sent < FRAMES; sent += BATCH) {
      sendAll(Math.min(BATCH, FRAMES - sent), sent / BATCH % 2 == 0)
          .forEach((verdict, count) -> seen.merge(verdict, count, CounterReader.Count::plus));
    }
    System.out.println("PacketMutationDataPlaneTest: " + seen);
    assertEquals(FRAMES, seen.values().stream().mapToLong(CounterReader.Count::packets).sum());
    assertTrue(seen.size() >= 11, "too tame, seed " + seed + ": " + seen);
  }

  private Map<Verdict, CounterReader.Count> sendAll(int frames, boolean shortWay) {
    Map<Verdict, CounterReader.Count> expected = new EnumMap<>(Verdict.class);
    PacketModel model = new PacketModel();
    try (PacketWorld world = new PacketWorld()) {
      if (!shortWay) {
        world.director().closeShortWay();
      }
      for (int i = 0; i < frames; i++) {
        byte[] frame = mutated(bases.get(random.nextInt(bases.size())));
        Verdict verdict = check(world, model, frame);
        CounterReader.Count one = new CounterReader.Count(1, frame.length);
        expected.merge(verdict, one, CounterReader.Count::plus);
      }
      Map<Verdict, CounterReader.Count> counted =
          new EnumMap<>(new CounterReader(world.director().plane()).verdicts());
      counted.values().removeIf(count -> count.packets() == 0);
      assertEquals(expected, counted, "seed " + seed);
    }
    return expected;
  }

  private Verdict check(PacketWorld world, PacketModel model, byte[] frame) {
    PacketModel.Answer answer = model.of(frame);
    TestRun out = world.director().send(frame);
    byte[] expected = answer.forwarded().map(f -> wrapped(world, frame, f)).orElse(frame);
    if (out.result() != action(answer.verdict()) || !Arrays.equals(expected, out.packet())) {
      String text = "seed " + seed + ", " + answer + ", frame " + HEX.formatHex(frame);
      assertEquals(action(answer.verdict()), out.result(), text);
      assertEquals(HEX.formatHex(expected), HEX.formatHex(out.packet()), text);
    }
    return answer.verdict();
  }

  private static byte[] wrapped(PacketWorld world, byte[] frame, PacketModel.Forwarded f) {
    return world.wrapped(frame, f.innerLength(), f.flow(), f.named(), f.port(), f.trafficClass());
  }

  private static int action(Verdict verdict) {
    return verdict == Verdict.TX_FORWARDED
        ? LoadedDirector.TX
        : verdict.name().startsWith("PASS") ? LoadedDirector.PASS : LoadedDirector.DROP;
  }

  /** Up to three bytes changed within the headers; one in eight is also cut, or made longer. */
  private byte[] mutated(byte[] base) {
    byte[] frame = base.clone();
    for (int changes = random.nextInt(4); changes > 0; changes--) {
      int at = 12 + random.nextInt(Math.min(frame.length, HEADERS) - 12);
      boolean bit = random.nextBoolean();
      frame[at] = (byte) (bit ? frame[at] ^ 1 << random.nextInt(8) : random.nextInt(256));
    }
    return random.nextInt(8) > 0 ? frame : Arrays.copyOf(frame, 14 + random.nextInt(300));
  }
}
