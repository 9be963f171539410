package io.lbdirector.dataplane;

import io.lbdirector.abi.Abi;
import io.lbdirector.abi.NetLayout;
import io.lbdirector.abi.NetLayout.SpanList;
import io.lbdirector.abi.SpanLayout;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.abi.WideBindLayout;
import io.lbdirector.abi.WideBitsLayout;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.PortSpans;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.forwarding.WideBinds;
import io.lbdirector.forwarding.WideBinds.Net;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The wide binds of a generation, as they stand in the maps: bytes for one slot. */
final class WideImage {
  private final int slot;
  private final ByteBuffer spans;
  private final Map<PortSpans, SpanList> lists = new IdentityHashMap<>();
  private final Map<Prefix, byte[]> nets = new LinkedHashMap<>();
  private final byte[] binds;
  private final byte[] bits;

  /**
   * @param exact the exact entries beside them
   * @throws WideBinds.TooManySpansException if they do not fit
   */
  WideImage(int slot, Map<Bind, Target> wide, Map<Vip, Target> exact) {
    Map<Vip, Optional<Target>> ways = new HashMap<>();
    exact.forEach((vip, target) -> ways.put(vip, portless(target)));
    WideBinds decided =
        WideBinds.of(List.copyOf(wide.keySet()))
            .withPortless(wide.values().stream().map(WideImage::portless).toList(), ways);
    this.slot = slot;
    this.spans =
        ByteBuffer.allocate(decided.spanCount() * SpanLayout.LENGTH).order(ByteOrder.nativeOrder());
    decided.nets().forEach((prefix, net) -> nets.put(prefix, encode(net)));
    this.binds = encode(wide);
    this.bits = WideBitsLayout.encode(nets.keySet());
  }

  private static Optional<Target> portless(Target target) {
    return target.hashesPorts() ? Optional.empty() : Optional.of(target.withStats(0));
  }

  private static byte[] encode(Map<Bind, Target> wide) {
    ByteBuffer binds = ByteBuffer.allocate(wide.size() * WideBindLayout.LENGTH);
    wide.forEach((bind, target) -> binds.put(WideBindLayout.encode(bind, target)));
    return binds.array();
  }

  private byte[] encode(Net net) {
    return NetLayout.encode(
        lists.computeIfAbsent(net.tcp(), this::append),
        lists.computeIfAbsent(net.udp(), this::append),
        index(net.echo()));
  }

  private SpanList append(PortSpans list) {
    int first = SpanLayout.firstOf(slot) + spans.position() / SpanLayout.LENGTH;
    for (int span = 0; span < list.size(); span++) {
      SpanLayout.append(spans, list.port(span), index(list.bind(span)));
    }
    return new SpanList(first, list.size());
  }

  private int index(int place) {
    return place == PortSpans.NO_BIND ? 0 : WideBindLayout.firstOf(slot) + place;
  }

  /** From {@link SpanLayout#firstOf} on. */
  byte[] spans() {
    return spans.array();
  }

  /** From {@link WideBindLayout#firstOf} on. */
  byte[] binds() {
    return binds;
  }

  /** The entry of the slot. */
  byte[] bits() {
    return bits;
  }

  /** Key to value. */
  Map<ByteBuffer, ByteBuffer> nets(int family) {
    Map<ByteBuffer, ByteBuffer> entries = new LinkedHashMap<>();
    nets.forEach(
        (prefix, value) -> {
          if (prefix.address().isV4() == (family == Abi.FAMILY_IPV4)) {
            entries.put(ByteBuffer.wrap(NetLayout.encodeKey(prefix)), ByteBuffer.wrap(value));
          }
        });
    return entries;
  }
}
