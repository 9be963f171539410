package io.lbdirector.glb;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.lbdirector.forwarding.PaperSipHash;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A table as GLB builds it from its own JSON, told from GLB's description and with nothing of ours:
 * two columns, the second taken to the front if the first is out and the second's state is active.
 */
final class GlbModel {
  private final byte[] seed;
  private final List<JsonObject> candidates;

  /**
   * @param table one of {@code tables} in {@code forwarding_table.json}
   */
  GlbModel(JsonObject table) {
    seed = HexFormat.of().parseHex(table.get("seed").getAsString());
    candidates =
        StreamSupport.stream(table.getAsJsonArray("backends").spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .filter(backend -> !state(backend).equals("inactive"))
            .toList();
  }

  private static String state(JsonObject backend) {
    return backend.get("state").getAsString();
  }

  static boolean isOut(JsonObject backend) {
    return state(backend).equals("draining") || !backend.get("healthy").getAsBoolean();
  }

  static boolean isPlain(JsonObject backend) {
    return state(backend).equals("active") && !isOut(backend);
  }

  /** All candidates of a row by their hashes. */
  List<JsonObject> order(int row) {
    byte[] rowSeed = PaperSipHash.hash(seed, ByteBuffer.allocate(4).putInt(row).array());
    return candidates.stream()
        .sorted(Comparator.comparing(backend -> score(rowSeed, backend.get("ip").getAsString())))
        .toList();
  }

  private BigInteger score(byte[] rowSeed, String ip) {
    try {
      byte[] address = InetAddress.getByName(ip).getAddress();
      ByteBuffer message = ByteBuffer.allocate(rowSeed.length + address.length);
      return new BigInteger(1, PaperSipHash.hash(seed, message.put(rowSeed).put(address).array()));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Primary and secondary. */
  List<String> row(int row) {
    List<JsonObject> order = order(row);
    boolean swapped = isOut(order.get(0)) && state(order.get(1)).equals("active");
    List<JsonObject> two =
        swapped ? List.of(order.get(1), order.get(0)) : List.of(order.get(0), order.get(1));
    return two.stream().map(backend -> backend.get("ip").getAsString()).toList();
  }
}
