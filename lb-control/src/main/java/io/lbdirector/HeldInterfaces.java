package io.lbdirector;

import io.lbdirector.bpf.BpfException;
import io.lbdirector.bpf.XdpLink;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.dataplane.Attachments;
import io.lbdirector.dataplane.Attachments.Attached;
import io.lbdirector.director.PortState;
import io.lbdirector.os.Interfaces;
import io.lbdirector.os.OsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interfaces that the program is on. One that is removed takes its link along; when it is made
 * anew under its name, it is another to the kernel, and the program is put on it again.
 */
final class HeldInterfaces {
  private static final Logger LOG = LoggerFactory.getLogger(HeldInterfaces.class);

  private final List<XdpLink.Mode> modes;
  private final Map<String, Integer> indexes;
  private final Attachments attachments;
  private final Consumer<List<Attached>> listener;

  /** By name, in the config's order; replaced as a whole. */
  private volatile Map<String, Attached> attached = Map.of();

  /**
   * @param indexes of all interfaces of the config, as they were found at the start
   * @param listener told what the program is on, each time that this changes
   */
  HeldInterfaces(
      DirectorConfig.Mode mode,
      Map<String, Integer> indexes,
      Attachments attachments,
      Consumer<List<Attached>> listener) {
    this.modes = modes(mode);
    this.indexes = indexes;
    this.attachments = attachments;
    this.listener = listener;
  }

  private static List<XdpLink.Mode> modes(DirectorConfig.Mode mode) {
    return switch (mode) {
      case AUTO -> List.of(XdpLink.Mode.NATIVE, XdpLink.Mode.GENERIC);
      case NATIVE -> List.of(XdpLink.Mode.NATIVE);
      case GENERIC -> List.of(XdpLink.Mode.GENERIC);
    };
  }

  /**
   * Attaches to all of them. Those that the config no longer names are let go last: not before
   * others are held.
   *
   * @throws BpfException if the kernel refuses
   */
  void attach() {
    Map<String, Attached> all = new LinkedHashMap<>();
    indexes.forEach((name, index) -> all.put(name, attachments.attach(name, index, modes)));
    attachments.detachOthers(indexes.keySet());
    all.values().forEach(HeldInterfaces::log);
    attached = all;
    listener.accept(List.copyOf(all.values()));
  }

  /** Whether a port is another interface than the one of its name that is held. */
  boolean isMadeAnew(PortState port) {
    Attached held = attached.get(port.name());
    return held != null && held.ifindex() != port.ifindex();
  }

  /**
   * Attaches again where an interface was made anew; what the kernel refuses is logged.
   *
   * @return the indexes of those that the program is on again
   */
  List<Integer> attachAgain() {
    Map<String, Attached> now = new LinkedHashMap<>(attached);
    List<Integer> again = new ArrayList<>();
    for (Attached held : attached.values()) {
      try {
        int index = Interfaces.index(held.name());
        if (index != held.ifindex()) {
          Attached anew = attachments.attach(held.name(), index, modes);
          log(anew);
          now.put(held.name(), anew);
          again.add(index);
        }
      } catch (OsException | BpfException e) {
        LOG.atError()
            .addKeyValue("interface", held.name())
            .addKeyValue("reason", e.getMessage())
            .log("program not attached again");
      }
    }
    attached = now;
    listener.accept(List.copyOf(now.values()));
    return again;
  }

  private static void log(Attached attached) {
    LOG.atInfo()
        .addKeyValue("interface", attached.name())
        .addKeyValue("mode", attached.mode())
        .log(attached.adopted() ? "attachment taken over" : "program attached");
    attached
        .warning()
        .ifPresent(
            warning ->
                LOG.atWarn()
                    .addKeyValue("interface", attached.name())
                    .addKeyValue("warning", warning)
                    .log("attached, but not well"));
  }
}
