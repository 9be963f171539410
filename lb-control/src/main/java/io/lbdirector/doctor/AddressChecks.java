package io.lbdirector.doctor;

import static io.lbdirector.doctor.Finding.fine;
import static io.lbdirector.doctor.Finding.warning;

import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.os.AddressInfo;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A director's addresses: those it should have, and those it should not. */
final class AddressChecks {
  private AddressChecks() {}

  static void run(DirectorJob job, List<AddressInfo> addresses, Findings findings) {
    Set<IpAddress> own = addresses.stream().map(AddressInfo::address).collect(Collectors.toSet());
    source("source_ip", job.sourceIp(), own).ifPresent(findings::add);
    source("source_ip6", job.sourceIp6(), own).ifPresent(findings::add);
    if (!job.vips().isEmpty()) {
      findings.add(vips(job.vips(), own));
    }
  }

  private static Optional<Finding> source(
      String what, Optional<IpAddress> source, Collection<IpAddress> own) {
    return source.map(
        address ->
            own.contains(address)
                ? fine(what, "", address + " is on this machine")
                : warning(
                    what,
                    "",
                    address + " is on no interface of this machine",
                    "packets go all the same, but errors about them (too big) find nobody: ip addr"
                        + " add "
                        + address
                        + "/"
                        + address.length() * Byte.SIZE
                        + " dev lo"));
  }

  static Finding vips(Collection<Prefix> vips, Collection<IpAddress> own) {
    List<IpAddress> here =
        own.stream().filter(a -> vips.stream().anyMatch(vip -> vip.contains(a))).sorted().toList();
    return here.isEmpty()
        ? fine("vips", "", "none on this machine's interfaces")
        : warning(
            "vips",
            "",
            here.stream().map(IpAddress::toString).collect(Collectors.joining(", "))
                + " on this machine's interfaces",
            "what this machine itself sends there stays here, health checks through the tunnel"
                + " too: take it off");
  }
}
