package io.lbdirector.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "glb",
    description = {
      "Writes GLB director's config as a forwarding.toml with the same rows.",
      "Here --output is the file to write; for output in JSON, --output json stands",
      "before import."
    },
    modelTransformer = ImportGlbCommand.OwnOutput.class)
final class ImportGlbCommand implements Callable<Integer> {
  private static final String OUTPUT = "--output";

  /**
   * What {@link #OUTPUT} is called until the option of that name which all commands have is out.
   */
  private static final String OUTPUT_FILE = "--output-file";

  @ParentCommand private ImportCommand parent;

  @Option(
      names = "--table",
      paramLabel = "FILE",
      required = true,
      description = "GLB's forwarding_table.json.")
  private Path table;

  @Option(
      names = "--director",
      paramLabel = "FILE",
      description = "GLB's director.conf: source, gateway, hash fields.")
  private Path director;

  @Option(
      names = "--interface",
      paramLabel = "IF",
      description = "Where to attach; without it eth0 stands in.")
  private String networkInterface;

  @Option(
      names = "--admin-socket",
      paramLabel = "PATH",
      description = "The daemon's admin socket, if not the default.")
  private String adminSocket;

  @Option(names = "--force", description = "Replaces the file if it is there.")
  private boolean force;

  @Option(
      names = OUTPUT_FILE,
      paramLabel = "FILE",
      required = true,
      description = "The file to write, mode 0600: it holds secrets.")
  private Path output;

  @Override
  public Integer call() {
    RootCommand lbctl = parent.lbctl();
    return new GlbImportRun(output, force, lbctl.json(), lbctl.screen())
        .run(table, director, networkInterface, adminSocket);
  }

  /** Puts the file in place of the format: picocli knows no way to override an inherited option. */
  static final class OwnOutput implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      OptionSpec file = spec.findOption(OUTPUT_FILE);
      spec.remove(file);
      spec.remove(spec.findOption(OUTPUT));
      return spec.add(OptionSpec.builder(file).names(OUTPUT).build());
    }
  }
}
