package io.lbdirector.director;

import io.lbdirector.abi.Abi;
import io.lbdirector.bpf.KernelObject;
import io.lbdirector.bpf.KernelObject.OfLink;
import io.lbdirector.bpf.KernelObject.OfMap;
import io.lbdirector.bpf.KernelObject.OfProgram;
import io.lbdirector.bpf.MapSpec;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.PinFolder;
import io.lbdirector.dataplane.PinTree;
import io.lbdirector.dataplane.PinTree.Pin;
import io.lbdirector.director.BpfReport.BpfObjectReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Walks the pins and says what each is there for. */
final class BpfReports {
  private static final String LIVE = "live";
  private static final String SPARE = "spare";

  private final PinFolder folder;
  private final Serving serving;
  private final List<Pin> pins;

  private BpfReports(PinFolder folder, Serving serving) {
    this.folder = folder;
    this.serving = serving;
    this.pins = PinTree.of(folder);
  }

  /** While nothing is published, for pins come and go with it. */
  static BpfReport of(PinFolder folder, Serving serving) {
    BpfReports reports = new BpfReports(folder, serving);
    Path bpffs = folder.instance().getParent().getParent();
    return new BpfReport(
        folder.instance().toString(),
        folder.layoutName(),
        reports.pins.stream().map(reports::pin).toList(),
        PinTree.unpinned(bpffs).map(all -> all.stream().map(reports::unpinned).toList()));
  }

  private BpfObjectReport pin(Pin pin) {
    return report(pin.path().toString(), pin.object(), use(pin));
  }

  private BpfObjectReport unpinned(KernelObject object) {
    return report("", object, object instanceof OfLink link ? attachment(link) : "");
  }

  private static BpfObjectReport report(String pin, KernelObject object, String use) {
    if (object instanceof OfMap map) {
      MapSpec spec = map.spec();
      return new BpfObjectReport(
          pin,
          "map",
          map.id(),
          spec.name(),
          spec.type().toString().toLowerCase(Locale.ROOT),
          Optional.empty(),
          Optional.of(spec.maxEntries()),
          Optional.of(spec.keySize()),
          Optional.of(spec.valueSize()),
          Optional.of(map.frozen()),
          Optional.of(map.memory()),
          use);
    }
    if (object instanceof OfProgram program) {
      return smaller(
          pin,
          "program",
          program.id(),
          program.name(),
          program.type(),
          Optional.of(program.tag()),
          Optional.of(program.memory()),
          use);
    }
    OfLink link = (OfLink) object;
    return smaller(
        pin, "link", link.id(), "", link.type(), Optional.empty(), Optional.empty(), use);
  }

  private static BpfObjectReport smaller(
      String pin,
      String kind,
      int id,
      String name,
      String type,
      Optional<String> tag,
      Optional<Long> memory,
      String use) {
    return new BpfObjectReport(
        pin,
        kind,
        id,
        name,
        type,
        tag,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        memory,
        use);
  }

  private String use(Pin pin) {
    if (pin.object() instanceof OfLink link) {
      return attachment(link);
    }
    if (!pin.path().startsWith(folder.layoutName())) {
      return "other layout";
    }
    if (pin.object() instanceof OfProgram program) {
      return program(program);
    }
    return pin.path().getNameCount() == 2 ? "" : inner(pin.path());
  }

  /** The program that is on the interface is named if it is not the one that is pinned. */
  private String attachment(OfLink link) {
    if (link.ifindex() == 0) {
      return "its interface is gone";
    }
    String where = "on " + XdpLink.interfaceName(link.ifindex());
    return isPinned(link.programId()) ? where : where + ", program " + link.programId();
  }

  private boolean isPinned(int program) {
    Path own = Path.of(folder.layoutName());
    return pins.stream()
        .anyMatch(
            p ->
                p.object() instanceof OfProgram
                    && p.object().id() == program
                    && p.path().startsWith(own));
  }

  private String program(OfProgram program) {
    boolean attached =
        pins.stream()
            .anyMatch(p -> p.object() instanceof OfLink l && l.programId() == program.id());
    return attached ? "attached" : "not attached";
  }

  /**
   * @param path {@code layout-N/FOLDER/SLOT}
   */
  private String inner(Path path) {
    String name = path.getFileName().toString();
    if (!name.matches("\\d{1,9}")) {
      return name;
    }
    int slot = Integer.parseInt(name);
    return path.getName(1).toString().equals("tables")
        ? table(slot)
        : slot == Abi.slotOf(serving.live().generation()) ? LIVE : SPARE;
  }

  private String table(int slot) {
    if (slot == Abi.EMPTY_TABLE) {
      return "empty";
    }
    String names =
        serving.candidate().config().tables().stream()
            .map(DirectorConfig.Table::name)
            .filter(name -> slot == slotOf(name))
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? SPARE : "table " + names;
  }

  private int slotOf(String table) {
    return serving.live().tables().get(serving.candidate().rows().get(table).digest());
  }
}
