package io.lbdirector.dataplane;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.bpf.KernelObject;
import io.lbdirector.bpf.KernelObject.OfLink;
import io.lbdirector.bpf.KernelObject.OfMap;
import io.lbdirector.bpf.KernelObject.OfProgram;
import io.lbdirector.bpf.KernelSurvey;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What is pinned, and what of ours is in the kernel without a pin. For those who only look. */
public final class PinTree {
  /** The names of all our maps and programs: libbpf puts something before those of variables. */
  private static final Predicate<String> OURS =
      Pattern.compile("(\\.data\\.)?lb_.*").asMatchPredicate();

  private PinTree() {}

  /**
   * @param path from the instance's folder on
   */
  public record Pin(Path path, KernelObject object) {}

  /**
   * Everything pinned for an instance, this layout's and others': links, then the program, then
   * maps by name and slot.
   *
   * @throws BpfException if this user may not open a pin
   */
  public static List<Pin> of(PinFolder pins) {
    return BpfFs.pins(pins.instance()).stream()
        .flatMap(path -> read(pins.instance(), path).stream())
        .sorted(
            Comparator.comparing((Pin pin) -> kind(pin.object()))
                .thenComparing(pin -> pin.path().getNameCount())
                .thenComparing(pin -> folder(pin.path()))
                .thenComparing(pin -> slot(pin.path()))
                .thenComparing(Pin::path))
        .toList();
  }

  private static Optional<Pin> read(Path root, Path path) {
    return KernelObject.pinned(path).map(object -> new Pin(root.relativize(path), object));
  }

  private static int kind(KernelObject object) {
    return object instanceof OfLink ? 0 : object instanceof OfProgram ? 1 : 2;
  }

  private static String folder(Path path) {
    return path.getParent().toString();
  }

  /** So that 10 comes after 9; what has no number comes first. */
  private static int slot(Path path) {
    String name = path.getFileName().toString();
    return name.matches("\\d{1,9}") ? Integer.parseInt(name) : -1;
  }

  /**
   * Maps, programs and links of ours that live though neither a pin in {@code bpffs} nor this
   * process leads to them: another process holds them, a pin in another bpffs, or an interface.
   *
   * @return empty if this user may not ask (CAP_SYS_ADMIN)
   */
  public static Optional<List<KernelObject>> unpinned(Path bpffs) {
    return KernelSurvey.named(OURS)
        .map(
            all -> {
              Held held = new Held();
              BpfFs.pins(bpffs).forEach(pin -> pinned(pin).ifPresent(held::add));
              KernelSurvey.ownHandles().forEach(held::add);
              all.forEach(held::follow);
              return all.stream().filter(object -> !held.has(object)).toList();
            });
  }

  /** Somebody else's pin may be shut to us, or of a kind that is no business of ours. */
  private static Optional<KernelObject> pinned(Path pin) {
    try {
      return KernelObject.pinned(pin);
    } catch (BpfException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** What something leads to. */
  private static final class Held {
    private final Set<Integer> maps = new HashSet<>();
    private final Set<Integer> programs = new HashSet<>();
    private final Set<Integer> links = new HashSet<>();

    void add(KernelObject object) {
      if (object instanceof OfMap map) {
        maps.add(map.id());
      } else if (object instanceof OfProgram program) {
        programs.add(program.id());
        maps.addAll(program.maps());
      } else if (object instanceof OfLink link) {
        links.add(link.id());
        programs.add(link.programId());
      }
    }

    /** A link that is held holds its program, and that its maps. */
    void follow(KernelObject object) {
      if (object instanceof OfProgram program && programs.contains(program.id())) {
        maps.addAll(program.maps());
      }
    }

    boolean has(KernelObject object) {
      Set<Integer> held =
          object instanceof OfMap ? maps : object instanceof OfProgram ? programs : links;
      return held.contains(object.id());
    }
  }
}
