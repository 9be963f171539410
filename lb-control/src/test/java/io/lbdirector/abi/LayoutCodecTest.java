package io.lbdirector.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.ServerLayout.Key;
import io.lbdirector.abi.VipLayout.Target;
import io.lbdirector.forwarding.Backend;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.MacAddress;
import io.lbdirector.forwarding.Prefix;
import io.lbdirector.forwarding.SipKey;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import io.lbdirector.forwarding.Vip;
import io.lbdirector.packet.Actors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is encoded reads back as it was, and the bytes stand where the wire and the kernel want. */
class LayoutCodecTest {
  private static final Prefix ANY = new Prefix(IpAddress.parse("::"), 0);
  private static final Prefix ANY4 = new Prefix(IpAddress.parse("0.0.0.0"), 0);

  private static final Optional<MacAddress> NONE = Optional.empty();

  private static final SipKey KEY = SipKey.parseHex("000102030405060708090a0b0c0d0e0f");

  @Test
  void shouldReadBackSettings() {
    Settings all =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.of(Actors.DIRECTOR6),
            true,
            Echo.PASS,
            OptionalInt.of(65_535),
            OptionalInt.of(40_000),
            true);
    for (Settings settings : List.of(Settings.NONE, all)) {
      assertEquals(settings, Settings.decode(settings.encode()));
    }
  }

  @Test
  void shouldReadBackVipsAndTheirTargets() {
    for (Vip vip :
        List.of(
            new Vip(Actors.VIP, 6, 443),
            new Vip(Actors.VIP6, 17, 65_535),
            Vip.echo(Actors.VIP),
            Vip.echo(Actors.VIP6))) {
      assertEquals(vip, VipLayout.decodeKey(VipLayout.encodeKey(vip)));
    }
    for (boolean ipip : new boolean[] {false, true}) {
      Target target =
          new Target(
              KEY,
              Set.of(HashField.SRC_ADDR, HashField.DST_PORT),
              Set.of(HashField.DST_ADDR),
              8192,
              131_072,
              ipip,
              8192);
      assertEquals(target, Target.decode(target.encode()));
    }
  }

  @Test
  void shouldPutServerIdsInNetworkOrderAndReadThemBack() {
    Key key = new Key(0x01020304, 0xfffe);
    assertEquals("04030201fffe0000", HexFormat.of().formatHex(key.encode()));
    assertEquals(key, Key.decode(key.encode()));
    assertEquals(65_535, ServerLayout.decode(ServerLayout.encode(65_535)));
  }

  @Test
  void shouldFlagOnlyTargetsThatLookForServerIds() {
    Target plain = new Target(KEY, Set.of(HashField.SRC_ADDR), Set.of(), 1, 2, false, 0);
    Target quic = new Target(KEY, Set.of(HashField.SRC_ADDR), Set.of(), 1, 2, false, 3);
    assertEquals("0000" + "00000000", HexFormat.of().formatHex(plain.encode(), 26, 32));
    assertEquals("0200" + "03000000", HexFormat.of().formatHex(quic.encode(), 26, 32));
    assertEquals(plain, Target.decode(plain.encode()));
  }

  @Test
  void shouldPutVipKeysInNetworkOrder() {
    assertEquals(
        "cb00710a 01bb 06 00".replace(" ", ""),
        HexFormat.of().formatHex(VipLayout.encodeKey(new Vip(Actors.VIP, 6, 443))));
  }

  @Test
  void shouldReadBackBackendsOfBothFamiliesAndNone() {
    for (IpAddress address : List.of(Actors.backend(7), Actors.backend6(7))) {
      assertEquals(Optional.of(address), BackendLayout.decode(BackendLayout.encode(address)));
    }
    assertEquals(Optional.empty(), BackendLayout.decode(BackendLayout.encodeNone()));
  }

  @Test
  void shouldReadBackRowsOfEveryLengthWithTheSameDigest() {
    List<Backend> pool =
        List.of(
            Backend.active(Actors.backend(1)),
            Backend.active(Actors.backend(2)),
            Backend.active(Actors.backend(3)),
            Backend.active(Actors.backend(4)));
    for (int hops = 1; hops <= 4; hops++) {
      ForwardingTable rows = TableRows.build(TableRules.rendezvous(KEY, hops), pool, b -> true);
      byte[] encoded = RowLayout.encode(rows, address -> address.byteAt(3) + 1000);
      ForwardingTable read =
          RowLayout.decode(encoded, index -> Optional.of(Actors.backend(index - 1000)));
      assertEquals(rows.digest(), read.digest());
    }
    ForwardingTable none = TableRows.build(TableRules.rendezvous(KEY, 2), List.of(), b -> true);
    byte[] encoded = RowLayout.encode(none, address -> 1);
    assertEquals(none.digest(), RowLayout.decode(encoded, i -> Optional.empty()).digest());
  }

  @Test
  void shouldRefuseRowsThatContradictThemselves() {
    ByteBuffer rows = ByteBuffer.allocate(RowLayout.TABLE_LENGTH).order(ByteOrder.nativeOrder());
    for (int row = 0; row < Abi.TABLE_ROWS; row++) {
      rows.putShort(row * RowLayout.LENGTH, (short) 1);
    }
    IllegalStateException noAddress =
        assertThrows(
            IllegalStateException.class,
            () -> RowLayout.decode(rows.array(), index -> Optional.empty()));
    assertTrue(noAddress.getMessage().contains("index 1"), noAddress.getMessage());

    rows.putShort(77 * RowLayout.LENGTH, (short) 0);
    IllegalStateException uneven =
        assertThrows(
            IllegalStateException.class,
            () -> RowLayout.decode(rows.array(), i -> Optional.of(Actors.backend(1))));
    assertTrue(uneven.getMessage().contains("row 77"), uneven.getMessage());
  }

  @Test
  void shouldDecodePortsAsEncoded() {
    for (Optional<MacAddress> gateway : List.of(Optional.of(Actors.GATEWAY_MAC), NONE)) {
      for (Optional<MacAddress> gateway6 : List.of(Optional.of(Actors.GATEWAY6_MAC), NONE)) {
        byte[] entry = PortLayout.encode(Actors.DIRECTOR_MAC, gateway, gateway6, 65_535);
        assertEquals(
            new PortLayout.Port(Actors.DIRECTOR_MAC, gateway, gateway6, 65_535),
            PortLayout.decode(entry));
      }
    }
    assertThrows(IllegalArgumentException.class, () -> PortLayout.decode(new byte[23]));
  }

  @Test
  void shouldMapIpv4IntoIpv6() {
    HexFormat hex = HexFormat.of();
    assertEquals(
        "00000000000000000000ffffcb00710a", hex.formatHex(AddressLayout.encode(Actors.VIP)));
    for (IpAddress address : List.of(Actors.VIP, Actors.VIP6, IpAddress.parse("::"))) {
      assertEquals(address, AddressLayout.decode(AddressLayout.encode(address)));
    }
    Prefix network = new Prefix(IpAddress.parse("10.0.1.0"), 24);
    ByteBuffer key = ByteBuffer.wrap(PrefixLayout.encode(network)).order(ByteOrder.nativeOrder());
    assertEquals(120, key.getInt());
    assertEquals("00000000000000000000ffff0a000100", hex.formatHex(key.array(), 4, 20));
    Prefix network6 = new Prefix(IpAddress.parse("2001:db8::"), 32);
    assertEquals(32, Abi.reading(PrefixLayout.encode(network6), 20).getInt(0));
    for (Prefix prefix : List.of(network, network6, Prefix.host(Actors.VIP), ANY, ANY4)) {
      assertEquals(prefix, PrefixLayout.decode(PrefixLayout.encode(prefix)));
    }
  }

  @Test
  void shouldReadPrefixesThatOthersWrote() {
    assertEquals(new Prefix(IpAddress.parse("10.0.0.0"), 8), prefix(104, "ffff0a010203"));
    assertEquals(new Prefix(IpAddress.parse("::"), 64), prefix(64, "ffff0a010203"));
  }

  /** The last bytes of its address are given; those before are zero. */
  private static Prefix prefix(int length, String lastBytes) {
    ByteBuffer key = Abi.zeroed(PrefixLayout.LENGTH).putInt(0, length);
    byte[] last = HexFormat.of().parseHex(lastBytes);
    return PrefixLayout.decode(key.put(PrefixLayout.LENGTH - last.length, last).array());
  }

  @Test
  void shouldAskAndReadAnswersInNetworkOrder() {
    byte[] question = ControlLayout.question(Actors.VIP, 0x0102030405060708L, 1);
    assertEquals(
        "20010000 0102030405060708 00000000 00000000000000000000ffffcb00710a 00000000"
                .replace(" ", "")
            + "00".repeat(16),
        HexFormat.of().formatHex(question));
    byte[] answer = question.clone();
    answer[1] = 2;
    answer[15] = 1;
    answer[ControlLayout.LENGTH + 7] = 9;
    answer[ControlLayout.LENGTH + 15] = 77;
    assertEquals(
        new ControlLayout.Answer(
            0x0102030405060708L, Actors.VIP, List.of(new ControlLayout.Counter(9, 77))),
        ControlLayout.decode(answer));
  }

  @Test
  void shouldRefuseAnswersThatAreNone() {
    byte[] question = ControlLayout.question(Actors.VIP6, 1, 1);
    byte[] promisesTwo = question.clone();
    promisesTwo[1] = 2;
    promisesTwo[15] = 2;
    byte[] data = promisesTwo.clone();
    data[0] = 1;
    for (byte[] wrong : List.of(new byte[35], question, promisesTwo, data)) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> ControlLayout.decode(wrong));
      assertTrue(refused.getMessage().startsWith("answer of a backend: "), refused.getMessage());
    }
  }
}
