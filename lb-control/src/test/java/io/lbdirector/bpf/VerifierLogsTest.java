package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerifierLogsTest {

  @Test
  void shouldQuoteWhatStandsAfterTheLastInstruction() {
    assertEquals(
        "R3 invalid mem access 'scalar'",
        VerifierLogs.reason(
            List.of(
                "0: R1=ctx() R10=fp0",
                "; int lb_director(struct xdp_md *ctx) @ lb_director.bpf.c:20",
                "0: (61) r1 = *(u32 *)(r1 +0)",
                "from 3 to 5: R1=pkt(r=0)",
                "5: (71) r0 = *(u8 *)(r3 +0)",
                "R3 invalid mem access 'scalar'",
                "verification time 88 usec",
                "stack depth 0",
                "processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0",
                "")));
  }

  @Test
  void shouldQuoteTheLastTwoLinesOfALogWithoutInstructions() {
    assertEquals("b; c", VerifierLogs.reason(List.of("a", "b", "c")));
    assertEquals("", VerifierLogs.reason(List.of()));
  }
}
