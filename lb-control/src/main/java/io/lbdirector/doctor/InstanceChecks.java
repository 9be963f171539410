package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.dataplane.PinnedLink;
import io.lbdirector.doctor.BpfKernel.Pins;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Instances of lbd: the one that is asked about, and what others left behind. */
final class InstanceChecks {
  private final Host host;
  private final List<Pins> pins;

  InstanceChecks(Machine machine) {
    this.host = machine.host();
    this.pins = machine.bpf().pins();
  }

  void run(DirectorJob job, Findings findings) {
    job.stateDir().ifPresent(f -> findings.add(folder("state_dir", f)));
    job.socket().ifPresent(socket -> findings.add(folder("socket", socket.getParent())));
    job.instance().ifPresent(name -> findings.add(runner(name)));
    findings.add(leftovers());
  }

  private Finding folder(String what, Path folder) {
    return host.canWrite(folder)
        ? fine(what, "", folder + " can be written")
        : failing(
            what,
            "",
            folder + " cannot be written",
            "make it, writable for lbd's user (systemd: StateDirectory=, RuntimeDirectory=)");
  }

  private Finding runner(String instance) {
    OptionalLong pid = host.runner(instance);
    if (pid.isPresent()) {
      return fine("lbd", instance, "runs, pid " + pid.getAsLong());
    }
    return pins.stream().anyMatch(p -> p.instance().equals(instance) && isAttached(p))
        ? warning(
            "lbd",
            instance,
            "does not run, while its program forwards",
            "start it: no drain, reload or change of gateway is followed")
        : fine("lbd", instance, "does not run");
  }

  private static boolean isAttached(Pins pins) {
    return pins.links().stream().anyMatch(InstanceChecks::isAlive);
  }

  private static boolean isAlive(PinnedLink link) {
    return link.ifindex() != 0;
  }

  /** Pins that no interface and no lbd has any use for: they hold memory. */
  Finding leftovers() {
    List<String> left =
        pins.stream()
            .filter(p -> !isAttached(p) && host.runner(p.instance()).isEmpty())
            .map(Pins::instance)
            .toList();
    return left.isEmpty()
        ? fine("pins", "", "none left behind")
        : warning(
            "pins",
            "",
            "left behind, attached to nothing: instance " + String.join(", ", left),
            left.stream()
                .map(name -> "lbd detach --instance " + name)
                .collect(Collectors.joining("; ")));
  }
}
