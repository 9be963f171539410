package io.lbdirector.config;

import io.lbdirector.config.DirectorConfig.Director;
import io.lbdirector.config.DirectorConfig.TableBackend;
import io.lbdirector.config.DirectorConfig.TableBind;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.BindPrecedence;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.WideBinds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What the parts of a config must be to each other, across tables. */
final class CrossChecks {
  /** Two generations of tables share the slots of lb_tables. */
  private static final int MAX_TABLES = 4096;

  /** Two generations of addresses share the indexes of lb_backends, of which 0 is not used. */
  private static final int MAX_BACKENDS = 32_767;

  /** Two generations of binds share the ids of lb_vip_stats. */
  private static final int MAX_BINDS = 65_536;

  private final List<TableReader.Result> tables;
  private final List<Placed<TableBind>> binds;
  private final List<Placed<TableBackend>> backends;

  CrossChecks(List<TableReader.Result> tables) {
    this.tables = tables;
    this.binds = tables.stream().flatMap(t -> t.binds().stream()).toList();
    this.backends = tables.stream().flatMap(t -> t.backends().stream()).toList();
  }

  void tables() {
    if (tables.size() > MAX_TABLES) {
      String message = "the file has %d tables, above %d; binds with one pool can share a table";
      Section firstTooMany = tables.get(MAX_TABLES).section();
      firstTooMany.problem("", message.formatted(tables.size(), MAX_TABLES));
    }
    Map<String, Section> names = new HashMap<>();
    for (TableReader.Result table : tables) {
      table.name().ifPresent(name -> distinctName(names, name, table.section()));
    }
  }

  private static void distinctName(Map<String, Section> names, String name, Section section) {
    Section first = names.putIfAbsent(name, section);
    if (first != null) {
      section.problem(
          "name", "name is taken by the table on line " + first.line() + "; choose another");
    }
  }

  void binds() {
    List<Bind> plain = binds.stream().map(b -> b.value().bind()).toList();
    for (BindPrecedence.Tie tie : BindPrecedence.ties(plain)) {
      Section first = binds.get(tie.first()).section();
      String message = "%s and %s on line %d (%s) match the same packets; remove or narrow one";
      binds
          .get(tie.second())
          .section()
          .problem(
              "",
              message.formatted(
                  plain.get(tie.second()), plain.get(tie.first()), first.line(), first.label()));
    }
    if (plain.size() > MAX_BINDS) {
      String message = "the file has %d binds, above %d; split it over two instances";
      binds.get(MAX_BINDS).section().problem("", message.formatted(plain.size(), MAX_BINDS));
    } else {
      limitSpans(plain);
    }
  }

  private void limitSpans(List<Bind> plain) {
    try {
      WideBinds.of(plain);
    } catch (WideBinds.TooManySpansException e) {
      String message =
          "with %s the binds of the file come to more than %d spans of ports, because each prefix"
              + " repeats those of the prefixes around it; have fewer prefixes within prefixes, or"
              + " fewer port ranges on the outer ones";
      Placed<TableBind> last = binds.get(e.bind());
      last.section().problem("", message.formatted(last.value().bind(), WideBinds.MAX_SPANS));
    }
  }

  void backends(Director director) {
    limitAddresses();
    Set<Prefix> vips =
        binds.stream().map(b -> b.value().bind().prefix()).collect(Collectors.toSet());
    Set<Integer> lengths = vips.stream().map(Prefix::length).collect(Collectors.toSet());
    for (Placed<TableBackend> backend : backends) {
      IpAddress address = addressOf(backend);
      if (director.sourceIp().filter(address::equals).isPresent()
          || director.sourceIp6().filter(address::equals).isPresent()) {
        backend
            .section()
            .problem(
                "ip",
                "ip = \"" + address + "\" is the director's own source address; use the backend's");
      }
      if (isVip(address, vips, lengths)) {
        String message = "ip = \"%s\" is a VIP of this file; use the backend's own address";
        backend.section().problem("ip", message.formatted(address));
      }
    }
  }

  private void limitAddresses() {
    Set<IpAddress> addresses = new HashSet<>();
    Section firstTooMany = null;
    for (Placed<TableBackend> backend : backends) {
      addresses.add(addressOf(backend));
      if (addresses.size() > MAX_BACKENDS && firstTooMany == null) {
        firstTooMany = backend.section();
      }
    }
    if (firstTooMany != null) {
      String message = "the file has %d backend addresses, above %d; split it over two instances";
      firstTooMany.problem("", message.formatted(addresses.size(), MAX_BACKENDS));
    }
  }

  private static boolean isVip(IpAddress address, Set<Prefix> vips, Set<Integer> lengths) {
    return lengths.stream()
        .filter(length -> length <= 8 * address.length())
        .anyMatch(length -> vips.contains(new Prefix(Prefix.mask(address, length), length)));
  }

  /** Backends of a family need an outer source address of that family. */
  void sources(Section director) {
    source(director, true, "source_ip", "\"192.0.2.1\"");
    source(director, false, "source_ip6", "\"2001:db8::1\"");
  }

  private void source(Section director, boolean v4, String key, String example) {
    Optional<Placed<TableBackend>> needs =
        backends.stream().filter(b -> addressOf(b).isV4() == v4).findFirst();
    if (needs.isPresent() && !director.has(key)) {
      String message = "%s is missing, but %s is %s; add %s = %s with this machine's address";
      director.problem(
          "",
          message.formatted(key, needs.get().section().label(), Values.family(v4), key, example));
    }
  }

  private static IpAddress addressOf(Placed<TableBackend> backend) {
    return backend.value().backend().address();
  }
}
