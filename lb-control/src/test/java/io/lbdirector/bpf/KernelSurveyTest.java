package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.bpf.XdpLink.Mode;
import io.lbdirector.os.AttachedXdp;
import io.lbdirector.os.Netlink;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(LeakCheck.class)
class KernelSurveyTest {
  @Test
  void shouldKnowTheVersionOfTheLibrary() {
    assertTrue(KernelSurvey.libbpfVersion().matches("v1\\.\\d+.*"), KernelSurvey.libbpfVersion());
  }

  @Test
  void shouldSeeBatchesOfInnerMapsOnThisKernel() {
    assertTrue(KernelSurvey.hasBatchesOfInnerMaps());
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void shouldFindOutWhoHoldsAnInterface(Mode mode) {
    try (VethPair veth = VethPair.create();
        VethPair other = VethPair.create();
        BpfObject toys = ToyObjects.loadToys();
        BpfProgram program = toys.program("toy_count");
        XdpLink elsewhere = XdpLink.attach(program, other.ifindex(), mode);
        XdpLink link = XdpLink.attach(program, veth.ifindex(), mode);
        Netlink netlink = Netlink.open()) {
      assertEquals(Optional.of("toy_count"), KernelSurvey.programName(program.id()));
      assertTrue(program.isCompiled());
      AttachedXdp.Mode seen = AttachedXdp.Mode.valueOf(mode.name());
      assertEquals(
          List.of(new AttachedXdp(veth.ifindex(), seen, program.id())),
          netlink.attachedXdp().stream().filter(x -> x.ifindex() == veth.ifindex()).toList());
      assertEquals(OptionalInt.of(link.id()), KernelSurvey.xdpLinkId(program.id(), veth.ifindex()));
      assertEquals(
          OptionalInt.of(elsewhere.id()), KernelSurvey.xdpLinkId(program.id(), other.ifindex()));
      link.detach();
      assertEquals(OptionalInt.empty(), KernelSurvey.xdpLinkId(program.id(), veth.ifindex()));
    }
  }

  @Test
  void shouldHaveNoNameForAProgramThatIsGone() {
    int id;
    try (BpfObject toys = ToyObjects.loadToys();
        BpfProgram program = toys.program("toy_count")) {
      id = program.id();
    }
    assertEquals(Optional.empty(), KernelSurvey.programName(id));
  }
}
