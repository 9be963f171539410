package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;

import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.dataplane.PinnedLink;
import io.lbdirector.doctor.BpfKernel.Pins;
import io.lbdirector.os.AttachedXdp;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Whose XDP program is on an interface. */
final class AttachedCheck {
  private final BpfKernel bpf;
  private final List<Pins> pins;

  AttachedCheck(BpfKernel bpf) {
    this.bpf = bpf;
    this.pins = bpf.pins();
  }

  /**
   * @param attached the programs on the interface
   */
  Finding ofDirector(String name, List<AttachedXdp> attached, DirectorJob job) {
    if (attached.isEmpty()) {
      return fine("attached", name, "nothing yet");
    }
    AttachedXdp program = attached.get(0);
    Optional<String> holder = holder(program);
    if (holder.isEmpty()) {
      return failing("attached", name, describe(program), removal(name, program));
    }
    String found = describe(program) + ", by instance " + holder.get();
    if (!holder.get().equals(job.instance().orElse(holder.get()))) {
      return failing(
          "attached",
          name,
          found,
          "lbd detach --instance " + holder.get() + ", or name this instance so");
    }
    return isAskedFor(program.mode(), job.mode())
        ? fine("attached", name, found)
        : failing(
            "attached",
            name,
            found,
            "another mode is configured: lbd detach --instance " + holder.get() + ", then start");
  }

  private static boolean isAskedFor(AttachedXdp.Mode found, Mode configured) {
    return switch (configured) {
      case AUTO -> true;
      case NATIVE -> found == AttachedXdp.Mode.NATIVE;
      case GENERIC -> found == AttachedXdp.Mode.GENERIC;
    };
  }

  /** The instance that has pinned the link. */
  private Optional<String> holder(AttachedXdp program) {
    return pins.stream()
        .filter(p -> p.links().stream().anyMatch(link -> holds(link, program)))
        .map(Pins::instance)
        .findFirst();
  }

  static boolean holds(PinnedLink link, AttachedXdp program) {
    return link.ifindex() == program.ifindex() && link.programId() == program.programId();
  }

  /** {@code native, program 12 (lb_director), link 7}. */
  String describe(AttachedXdp program) {
    OptionalInt link = bpf.linkId(program.programId(), program.ifindex());
    return "%s, program %d%s, %s"
        .formatted(
            program.mode(),
            program.programId(),
            bpf.programName(program.programId()).map(name -> " (" + name + ")").orElse(""),
            link.isPresent() ? "link " + link.getAsInt() : "no link");
  }

  /** How to take off what is no lbd's. */
  String removal(String name, AttachedXdp program) {
    OptionalInt link = bpf.linkId(program.programId(), program.ifindex());
    return link.isPresent()
        ? "another program has the interface: end what holds it (bpftool link show id "
            + link.getAsInt()
            + ")"
        : "another program has the interface: ip link set dev " + name + " xdp off";
  }
}
