package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.failing;
import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Mode;
import io.lbdirector.config.Problem;
import io.lbdirector.doctor.BpfKernel.Role;
import io.lbdirector.doctor.Network.Device;
import io.lbdirector.os.LinkInfo;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Goes through the checks of a director, or of a backend. */
public final class Doctor {
  private final Machine machine;
  private final Findings findings = new Findings();

  Doctor(Machine machine) {
    this.machine = machine;
  }

  /**
   * One that looks at the machine it runs on, in the calling thread's network namespace.
   *
   * @param bpffs where the BPF file system belongs
   * @param runner pid of the lbd that runs an instance
   */
  public static Doctor here(Path bpffs, Function<String, OptionalLong> runner) {
    return new Doctor(new Machine(new LinuxHost(runner), new LinuxBpf(bpffs), new LinuxNetwork()));
  }

  /** The machine alone, as a director. */
  public Report director() {
    new KernelChecks(machine, Role.DIRECTOR).run(findings);
    findings.attempt("pins", "", () -> findings.add(new InstanceChecks(machine).leftovers()));
    return findings.report();
  }

  /** As a director that runs with a config. One that is no good is a finding. */
  public Report director(Path config) {
    Optional<DirectorConfig> loaded = load(config);
    if (loaded.isEmpty()) {
      return director();
    }
    return director(DirectorJob.of(loaded.get()));
  }

  /** As a director on one interface, of which nothing else is known. */
  public Report directorOn(String interfaceName) {
    return director(DirectorJob.on(interfaceName));
  }

  private Report director(DirectorJob job) {
    Network network = machine.network();
    new KernelChecks(machine, Role.DIRECTOR).run(findings);
    List<LinkInfo> links = network.links();
    for (String name : job.interfaces()) {
      InterfaceChecks.find(name, links, findings).ifPresent(link -> port(link, job));
    }
    if (job.isRouted()) {
      findings.attempt("routes", "", () -> new EgressChecks(machine, job, findings).run(links));
    }
    AddressChecks.run(job, network.addresses(), findings);
    findings.attempt("pins", "", () -> new InstanceChecks(machine).run(job, findings));
    return findings.report();
  }

  private void port(LinkInfo link, DirectorJob job) {
    Network network = machine.network();
    String name = link.name();
    device(link, job.mode());
    if (!job.isRouted()) {
      findings.add(MtuCheck.of(link, job.overhead(), job.backends(), network::route));
    }
    findings.attempt(
        "attached",
        name,
        () -> {
          AttachedCheck check = new AttachedCheck(machine.bpf());
          findings.add(check.ofDirector(name, network.attachedXdp(link.ifindex()), job));
        });
    if (link.up() && link.mac().isPresent() && !job.isRouted()) {
      findings.attempt(
          "gateway",
          name,
          () -> GatewayCheck.run(network.port(link, job.gateways()), job, findings));
    }
  }

  /** As a backend, which gets directors' packets on one interface. */
  public Report backend(String interfaceName) {
    new KernelChecks(machine, Role.BACKEND).run(findings);
    InterfaceChecks.find(interfaceName, machine.network().links(), findings)
        .ifPresent(
            link -> {
              Device device = device(link, Mode.AUTO);
              BackendChecks.flowHash(interfaceName, device).ifPresent(findings::add);
              new BackendChecks(machine).run(link, findings);
            });
    return findings.report();
  }

  private Device device(LinkInfo link, Mode mode) {
    Device device = machine.network().device(link);
    int cpus = CpuList.count(machine.host().read("/sys/devices/system/cpu/online").orElse("0"));
    InterfaceChecks.device(link, device, mode, cpus, findings);
    return device;
  }

  private Optional<DirectorConfig> load(Path file) {
    try {
      DirectorConfig config = ConfigLoader.load(file);
      findings.add(
          config.warnings().isEmpty()
              ? fine("config", "", file + " is good")
              : warning(
                  "config", "", String.join("; ", config.warnings()), "see docs/forwarding.md"));
      return Optional.of(config);
    } catch (ConfigException e) {
      String problems =
          e.problems().stream().map(Problem::toString).collect(Collectors.joining("; "));
      findings.add(failing("config", "", problems, "lbctl check " + file + " until it is good"));
      return Optional.empty();
    }
  }
}
