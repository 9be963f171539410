package io.lbdirector;

import io.lbdirector.doctor.Doctor;
import io.lbdirector.doctor.Report;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Looks whether this machine will do for a director, or for a backend.",
      "Changes nothing. Exit code 1 if something fails; warnings are no failure."
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "forwarding.toml that the director is to run with")
  private Path config;

  @Option(
      names = "--interface",
      paramLabel = "IF",
      description = "the one interface to look at, without a config")
  private String interfaceName;

  @Option(names = "--backend", description = "look as a backend; wants --interface")
  private boolean backend;

  @Option(
      names = "--output",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "one of ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private BackendCommand.Output output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requireThatTheyGoTogether();
    Report report = examine(Doctor.here(Places.BPFFS, Places::runner));
    if (output == BackendCommand.Output.json) {
      System.out.println(report.json());
    } else {
      System.out.print(report.text(Ansi.AUTO.enabled()));
    }
    return report.isHealthy() ? Main.DONE : Main.FAILED;
  }

  private void requireThatTheyGoTogether() {
    if (config != null && interfaceName != null) {
      throw refused("--config names the interfaces itself: leave out --interface");
    }
    if (backend && interfaceName == null) {
      throw refused("--backend wants --interface");
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private Report examine(Doctor doctor) {
    if (backend) {
      return doctor.backend(interfaceName);
    }
    if (config != null) {
      return doctor.director(config);
    }
    return interfaceName != null ? doctor.directorOn(interfaceName) : doctor.director();
  }
}
