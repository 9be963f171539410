package io.lbdirector.dataplane;

import static io.lbdirector.packet.Actors.CLIENT;
import static io.lbdirector.packet.Actors.CLIENT6;
import static io.lbdirector.packet.Actors.VIP;
import static io.lbdirector.packet.Actors.VIP6;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.abi.LiveLayout.Echo;
import io.lbdirector.abi.LiveLayout.Settings;
import io.lbdirector.abi.Verdict;
import io.lbdirector.bpf.LeakCheck;
import io.lbdirector.forwarding.Bind;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.Protocol;
import io.lbdirector.packet.Actors;
import io.lbdirector.packet.Frame;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code tcp_mss} writes into SYNs, byte for byte. Needs CAP_BPF, CAP_NET_ADMIN. */
@ExtendWith(LeakCheck.class)
class MssDataPlaneTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final int CLAMP = 1200;
  private static final int SYN = 0x02;
  private static final int CHECKSUM_AT = 16;

  private LoadedDirector director;

  @BeforeEach
  void load() {
    director = new LoadedDirector();
    clamp(OptionalInt.of(CLAMP));
  }

  @AfterEach
  void unload() {
    director.close();
  }

  private void clamp(OptionalInt mss) {
    Settings settings =
        new Settings(
            Optional.of(Actors.DIRECTOR),
            Optional.empty(),
            false,
            Echo.FORWARD,
            OptionalInt.empty(),
            mss,
            false);
    DesiredState.Table table =
        LoadedDirector.table(
            "web",
            LoadedDirector.rows(1, List.of(Actors.backend(1))),
            Bind.exact(VIP, Protocol.TCP, 443),
            Bind.exact(VIP6, Protocol.TCP, 443));
    director.publish(new DesiredState(settings, List.of(table)));
  }

  /** Of a segment, header length in words and options as given, its checksum right. */
  private static Frame segment(boolean v4, int flags, int words, byte[] options, int payload) {
    IpAddress client = v4 ? CLIENT : CLIENT6;
    IpAddress vip = v4 ? VIP : VIP6;
    byte[] tcp =
        ByteBuffer.allocate(20 + options.length + payload)
            .putShort((short) 40000)
            .putShort((short) 443)
            .putInt(7)
            .putInt(0)
            .put((byte) (words << 4))
            .put((byte) flags)
            .putShort((short) 64000)
            .putInt(0)
            .put(options)
            .array();
    ByteBuffer pseudo = ByteBuffer.allocate((v4 ? 12 : 40) + tcp.length);
    pseudo.put(client.toBytes()).put(vip.toBytes());
    if (v4) {
      pseudo.putShort((short) 6).putShort((short) tcp.length);
    } else {
      pseudo.putInt(tcp.length).putInt(6);
    }
    pseudo.put(tcp);
    ByteBuffer.wrap(tcp).putShort(CHECKSUM_AT, Frame.checksum(pseudo.array()));
    return Frame.ip(client, vip, 6, tcp);
  }

  private static Frame syn(boolean v4, String options) {
    byte[] bytes = HEX.parseHex(options);
    return segment(v4, SYN, 5 + bytes.length / 4, bytes, 0);
  }

  /** Without its outer headers, to compare in hexadecimal. */
  private String forwarded(Frame frame) {
    byte[] in = frame.toBytes();
    assertEquals(Verdict.TX_FORWARDED, director.verdictOf(in));
    byte[] out = director.send(in).packet();
    int inner = frame.ipPacket().length;
    return HEX.formatHex(out, out.length - inner, out.length);
  }

  private static String inner(Frame frame) {
    return HEX.formatHex(frame.ipPacket());
  }

  @ParameterizedTest(name = "IPv4 {0}: {1} becomes {2}")
  @CsvSource({
    "true, 020405b4, 020404b0",
    "false, 020405a0, 020404b0",
    "true, 020405b40402080a0102030405060708010303ff, 020404b00402080a0102030405060708010303ff",
    "true, 01020405b4010101, 01020404b0010101",
    "true, 0101020405b40101, 0101020404b00101",
    "true, 010101020405b400, 010101020404b000",
    "false, 030307020405b400, 030307020404b000",
    "true, 0302020405b40000, 0302020404b00000",
    "true, 0402020405b40000, 0402020404b00000",
    "true, 02040218, 02040218",
    "true, 020404b0, 020404b0",
    "true, 020404b1, 020404b0",
    "true, 0204ffff, 020404b0",
  })
  void shouldLowerWhatIsAnnounced(boolean v4, String options, String expected) {
    assertEquals(inner(syn(v4, expected)), forwarded(syn(v4, options)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "00020405b4000000", // behind the end of the options
    "02030405", // not as long as an MSS option is
    "0500020405b40000", // no length
    "0501020405b40000",
    "05ff020405b40000", // longer than the header
    "0101010101010102", // cut short
    "0101010101010204",
    "01010101010204ff",
  })
  void shouldLeaveWhatIsNoSuchOption(String options) {
    assertEquals(inner(syn(true, options)), forwarded(syn(true, options)));
  }

  @Test
  void shouldFindItBehindTheMostOptionsThereCanBe() {
    String nothing = "01".repeat(36);
    assertEquals(
        inner(syn(true, nothing + "020404b0")), forwarded(syn(true, nothing + "020405b4")));
  }

  @Test
  void shouldLeaveOtherSegmentsAlone() {
    byte[] mss = HEX.parseHex("020405b4");
    for (int flags : new int[] {0x10, 0x18, 0x04, 0x01, 0x00}) {
      Frame frame = segment(true, flags, 6, mss, 100);
      assertEquals(inner(frame), forwarded(frame));
    }
  }

  @Test
  void shouldLeaveAHeaderAloneThatIsLongerThanThePacketOrTooShort() {
    byte[] mss = HEX.parseHex("020405b4");
    for (int words : new int[] {4, 5, 7, 15}) {
      Frame frame = segment(true, SYN, words, mss, 0);
      assertEquals(inner(frame), forwarded(frame));
    }
  }

  @Test
  void shouldNotLookAtPadding() {
    byte[] in = segment(true, SYN, 6, new byte[0], 0).toBytes();
    byte[] padded = Arrays.copyOf(in, in.length + 4);
    System.arraycopy(HEX.parseHex("020405b4"), 0, padded, in.length, 4);
    byte[] out = director.send(padded).packet();
    assertEquals(
        HEX.formatHex(padded, 14, padded.length),
        HEX.formatHex(out, out.length - padded.length + 14, out.length));
  }

  @Test
  void shouldClampBehindTagsAndOptions() {
    byte[] tagged = syn(true, "020405b4").withTags(0x81000007).toBytes();
    byte[] out = director.send(tagged).packet();
    String expected = inner(syn(true, "020404b0"));
    assertEquals(expected, HEX.formatHex(out, out.length - expected.length() / 2, out.length));
    Frame options = syn(true, "020405b4").withOptions(new byte[40]);
    assertEquals(inner(syn(true, "020404b0").withOptions(new byte[40])), forwarded(options));
  }

  @Test
  void shouldLeaveAllAloneWhenOff() {
    clamp(OptionalInt.empty());
    Frame frame = syn(true, "020405b4");
    assertEquals(inner(frame), forwarded(frame));
  }

  @Test
  void shouldKeepChecksumsRightWhateverTheBytes() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      int before = random.nextInt(37);
      byte[] options = new byte[40];
      Arrays.fill(options, (byte) 1);
      options[before] = 2;
      options[before + 1] = 4;
      int mss = random.nextInt(0x10000);
      ByteBuffer.wrap(options).putShort(before + 2, (short) mss);
      byte[] lowered = options.clone();
      ByteBuffer.wrap(lowered).putShort(before + 2, (short) Math.min(mss, CLAMP));
      boolean v4 = random.nextBoolean();
      String expected = inner(syn(v4, HEX.formatHex(lowered)));
      int number = i;
      assertEquals(
          expected, forwarded(syn(v4, HEX.formatHex(options))), () -> number + ", seed " + seed);
    }
  }
}
