package io.lbdirector.glb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.DirectorConfig.Table;
import io.lbdirector.forwarding.Flow;
import io.lbdirector.forwarding.FlowHash;
import io.lbdirector.forwarding.ForwardingTable;
import io.lbdirector.forwarding.HashField;
import io.lbdirector.forwarding.IpAddress;
import io.lbdirector.forwarding.TableRows;
import io.lbdirector.forwarding.TableRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An imported config sends every flow where GLB sends it. */
class GlbRowsTest {
  private static final Path TABLE = Path.of("src/test/resources/glb/forwarding_table.json");
  private static final Path DIRECTOR = Path.of("src/test/resources/glb/director.conf");

  @TempDir Path folder;
  private DirectorConfig config;

  @BeforeEach
  void imported() throws GlbException {
    config = config(TABLE, DIRECTOR);
  }

  private static DirectorConfig config(Path table, Path director) throws GlbException {
    return GlbImport.read(
            new GlbImport.Sources(table, Optional.of(director), Optional.empty(), Optional.empty()))
        .config();
  }

  private static GlbModel model(int table) throws IOException {
    JsonObject file = JsonParser.parseString(Files.readString(TABLE)).getAsJsonObject();
    return new GlbModel(file.getAsJsonArray("tables").get(table).getAsJsonObject());
  }

  private static ForwardingTable build(Table table, int hops) {
    return TableRows.build(
        TableRules.rendezvous(table.seed(), hops), table.pool(), backend -> true);
  }

  private static List<String> row(ForwardingTable table, int row) {
    List<String> hops = new ArrayList<>();
    for (int hop = 0; hop < table.hopCount(); hop++) {
      hops.add(table.hop(row, hop).toString());
    }
    return hops;
  }

  @ParameterizedTest
  @CsvSource({
    "0x0000, 1.1.1.4 1.1.1.3 1.1.1.2 1.1.1.1",
    "0xffff, 1.1.1.1 1.1.1.2 1.1.1.4 1.1.1.3",
    "0xbb44, 1.1.1.4 1.1.1.1 1.1.1.2 1.1.1.3",
  })
  void shouldOrderBackendsByTheGoldenValues(String row, String order) throws IOException {
    List<String> expected = List.of(order.split(" "));
    int number = Integer.decode(row);
    assertEquals(expected, row(build(config.tables().get(0), 4), number));
    assertEquals(
        expected,
        model(0).order(number).stream().map(backend -> backend.get("ip").getAsString()).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void shouldBuildEveryRowAsGlbWithAtMostOneBackendOut(int index) throws IOException {
    Table table = config.tables().get(index);
    ForwardingTable rows = build(table, table.hops());
    GlbModel glb = model(index);
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      assertEquals(glb.row(row), row(rows, row), "row " + row);
    }
  }

  @Test
  void shouldDifferFromGlbOnlyWhereTheWarningSays() throws IOException {
    Table table = config.tables().get(1);
    ForwardingTable rows = build(table, table.hops());
    GlbModel glb = model(1);
    int different = 0;
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      if (!glb.row(row).equals(row(rows, row))) {
        List<JsonObject> order = glb.order(row);
        assertTrue(GlbModel.isOut(order.get(0)), "row " + row);
        assertTrue(!GlbModel.isPlain(order.get(1)), "row " + row);
        different++;
      }
    }
    assertNotEquals(0, different);
  }

  /** Where GLB's own tests say that this client's packets go, by the fields that are hashed. */
  @ParameterizedTest
  @CsvSource({
    "src_addr,          45678, 3.4.5.6 2.3.4.5",
    "src_addr,          45680, 3.4.5.6 2.3.4.5",
    "src_addr src_port, 45678, 1.2.3.4 2.3.4.5",
    "src_addr src_port, 45679, 1.2.3.4 3.4.5.6",
    "src_addr src_port, 45680, 2.3.4.5 3.4.5.6",
  })
  void shouldSendFlowsWhereGlbSendsThem(String fields, int port, String hops) throws Exception {
    Path tableFile = folder.resolve("table.json");
    Files.writeString(
        tableFile,
        """
        { "tables": [ {
          "hash_key": "12345678901234561234567890123456",
          "seed": "34567890123456783456789012345678",
          "binds": [ { "ip": "1.1.1.1", "proto": "tcp", "port": 80 } ],
          "backends": [ { "ip": "3.4.5.6", "state": "active", "healthy": true },
                        { "ip": "1.2.3.4", "state": "active", "healthy": true },
                        { "ip": "2.3.4.5", "state": "active", "healthy": true } ] } ] }
        """);
    String asked = String.join("\": true, \"", fields.split(" "));
    Path conf = folder.resolve("director.conf");
    Files.writeString(
        conf,
        """
        { "outbound_src_ip": "65.65.65.65", "outbound_gateway_mac": "02:00:00:00:00:01",
          "hash_fields": { "%s": true, "dst_port": false },
          "alt_hash_fields": { "src_addr": true } }
        """
            .formatted(asked));
    Table table = config(tableFile, conf).tables().get(0);
    Flow flow = Flow.tcp(IpAddress.parse("10.11.12.13"), port, IpAddress.parse("1.1.1.1"), 80);
    ForwardingTable rows = build(table, table.hops());
    int row = FlowHash.row(table.hashKey(), table.hashFields(), flow);
    assertEquals(List.of(hops.split(" ")), row(rows, row));
    assertEquals(Set.of(HashField.SRC_ADDR), table.altHashFields());
    int other = FlowHash.row(table.hashKey(), table.altHashFields(), flow);
    assertEquals(List.of("3.4.5.6", "2.3.4.5"), row(rows, other));
  }
}
