package io.lbdirector.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that a program in C builds alike, row by row. */
class GoldenTablesTest {
  private static final Predicate<Backend> ALL_UP = b -> true;
  private static final List<Backend> FOUR = Pools.range("1.1.1.", 1, 4);
  private static final List<Backend> FIFTY = Pools.range("10.0.0.", 1, 50);
  private static final List<Backend> MANY = Pools.range("10.0.0.", 1, 250);

  /** A table, the largest load before health counts, and the digest of all rows. */
  private enum Case {
    FOUR_RENDEZVOUS(
        TableRules.rendezvous(Pools.S, 4),
        FOUR,
        16_480,
        "e654df5180861bc8d64a5464e8e9a88e94facb0f782cf69f2d3576844fcf6cda"),
    FOUR_BALANCED_WITHOUT_NEED(
        TableRules.balanced(Pools.S, 20, 4),
        FOUR,
        16_480,
        "e654df5180861bc8d64a5464e8e9a88e94facb0f782cf69f2d3576844fcf6cda"),
    FOUR_PAIRS(
        TableRules.rendezvous(Pools.S, 2),
        FOUR,
        16_480,
        "8e436f6d5b72e0b099103b0e4420d20c12cfab621988672af4eccf2db15665fc"),
    THREE_RENDEZVOUS(
        TableRules.rendezvous(Pools.T, 4),
        Pools.range("10.0.1.", 11, 13),
        22_170,
        "446442ea14624aaa86465b348c9a726e7002cd3d74a5278b69ba040af737d4b0"),
    FOUR_BALANCED(
        TableRules.balanced(Pools.S, 5, 4),
        FOUR,
        16_466,
        "04c32f230080a5f07d2aba2113fe66df89193254d78d4ec6e191e9bdd6010966"),
    FIFTY_RENDEZVOUS(
        TableRules.rendezvous(Pools.S, 4),
        FIFTY,
        1373,
        "de30a1697edb2dc55031ffae00ac9848dbefc32dc85b619934166784158a9fb8"),
    FIFTY_BALANCED(
        TableRules.balanced(Pools.S, 20, 4),
        FIFTY,
        1337,
        "551a1ce57e75195b8572fe059ec089a977958666ce9a8ae523c3451e83968323"),
    MANY_AT_TWO_PERCENT(
        TableRules.balanced(Pools.T, 20, 4),
        MANY,
        268,
        "14228fb00a4dfe73c60c561f2cb1059f11f41062cc5ca0ca849550c6e4e8dd49"),
    MANY_AT_ONE_PERCENT(
        TableRules.balanced(Pools.T, 10, 4),
        MANY,
        265,
        "9ceef65e43687cb1698141242b8ae427c312c35abb0b4e41ca927e44899c93db"),
    TWO_UNFIT(
        TableRules.balanced(Pools.T, 20, 4),
        MANY,
        268,
        "87febf2d004f84f943ceee91444d216c161b7edf5d72b75975892fc64482b2f5"),
    ONE_FILLING(
        TableRules.balanced(Pools.T, 20, 4),
        Pools.replaced(MANY, Pools.filling(MANY.get(6), 35)),
        268,
        "663f9f2024a8e4cd591fc8ea3097d110cb9fcd6ead454a171fa282899ca4e051"),
    FOUR_WEIGHTS(
        TableRules.balanced(Pools.S, 20, 4),
        Pools.weighted(FOUR, 1, 2, 10, 100),
        58_010,
        "402bde113aa17acfe8a5474b0659b0427d766db7c3807d0ce4ee5eea3d99dccb"),
    FOUR_WEIGHTS_RENDEZVOUS(
        TableRules.rendezvous(Pools.S, 4),
        Pools.weighted(FOUR, 1, 2, 10, 100),
        58_010,
        "402bde113aa17acfe8a5474b0659b0427d766db7c3807d0ce4ee5eea3d99dccb"),
    WEIGHTS_FAR_APART(
        TableRules.balanced(Pools.S, 20, 4),
        weightsFarApart(),
        60_993,
        "143262cbe82b16f6c2cbf1cd3b721dbf46ce838b35ecd0e32e52ba81f7ae6e5f"),
    BOTH_FAMILIES(
        TableRules.balanced(Pools.S, 20, 4),
        Pools.concat(Pools.range("10.0.0.", 1, 3), Pools.range("2001:db8::", 1, 3)),
        10_972,
        "b06d9914b8dfe3bf90c81d3fce3e32f9bc220f23d695c121d4c7cc23a45e32a4"),
    ONE(
        TableRules.balanced(Pools.S, 20, 4),
        Pools.active("192.0.2.1"),
        65_536,
        "f11cdbd5f34d883b80316230becb85a746de9247e89cbabf32c4585c28fd3d0c"),
    A_THOUSAND(
        TableRules.balanced(Pools.T, 20, 4),
        Pools.counted("10.0.0.0", 1, 1000),
        67,
        "9269a260666b144c687566a0d17d8a6fdc1da6a866f30b0cad1d49eadea505f9");

    final TableRules rules;
    final List<Backend> pool;
    final int largestLoad;
    final String digest;

    Case(TableRules rules, List<Backend> pool, int largestLoad, String digest) {
      this.rules = rules;
      this.pool = pool;
      this.largestLoad = largestLoad;
      this.digest = digest;
    }

    Predicate<Backend> up() {
      Set<String> unfit = this == TWO_UNFIT ? Set.of("10.0.0.7", "10.0.0.9") : Set.of();
      return b -> !unfit.contains(b.address().toString());
    }
  }

  private static List<Backend> weightsFarApart() {
    List<Backend> pool = new ArrayList<>();
    FIFTY.forEach(b -> pool.add(RandomPools.weighted(b, 100)));
    pool.addAll(Pools.weighted(Pools.range("10.0.0.", 51, 52), 10, 65_535));
    return pool;
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void shouldGiveTheGoldenDigest(Case golden) {
    assertGolden(golden, TableRows.build(golden.rules, golden.pool, golden.up()));
  }

  /** From a pool in which one is missing, one too many, and one has another weight. */
  @ParameterizedTest
  @EnumSource(Case.class)
  void shouldGiveTheGoldenDigestAfterChanges(Case golden) {
    List<Backend> other = new ArrayList<>(golden.pool);
    other.set(0, Backend.active(IpAddress.parse("192.0.2.200")));
    if (other.size() > 1) {
      other.set(1, RandomPools.weighted(other.get(1), 7));
    }
    RowOrder order = RowOrder.of(golden.rules.seed(), other).changedTo(golden.pool);
    assertGolden(golden, TableRows.build(golden.rules, order, golden.pool, golden.up()));
  }

  private static void assertGolden(Case golden, ForwardingTable table) {
    assertEquals(golden.largestLoad, table.balance().orElseThrow().largestLoad());
    assertEquals(golden.digest, table.digest());
    assertEquals(ForwardingTable.ROWS, IntStream.of(table.primaryCounts()).sum());
  }

  /** Rows that are listed for debugging beside the digests: of 10.0.0.1 to .50, last octets. */
  @ParameterizedTest
  @CsvSource({
    "0x0, 30 47 14 16, 47 30 14 16",
    "0x1, 32 16 21 44, 32 16 21 44",
    "0x5, 28 13 21 32, 13 28 21 32",
    "0xa87, 32 5 10 12, 5 32 10 12",
    "0xffff, 23 1 48 13, 23 1 48 13"
  })
  void shouldGiveTheGoldenRowsOfFiftyBackends(String text, String rendezvous, String balanced) {
    int row = Integer.decode(text);
    assertEquals(rendezvous, lastOctets(Case.FIFTY_RENDEZVOUS, row));
    assertEquals(balanced, lastOctets(Case.FIFTY_BALANCED, row));
  }

  private static String lastOctets(Case golden, int row) {
    ForwardingTable table = TableRows.build(golden.rules, golden.pool, ALL_UP);
    return String.join(
        " ", IntStream.range(0, 4).mapToObj(hop -> "" + table.hop(row, hop).byteAt(3)).toList());
  }

  @Test
  void shouldExchangeTheGoldenNumberOfRows() {
    TableRules rules = Case.FIFTY_BALANCED.rules;
    Balance balance = TableRows.build(rules, FIFTY, ALL_UP).balance().orElseThrow();
    assertEquals(261, balance.rowsExchanged());
    int last = 0;
    ForwardingTable before = TableRows.build(Case.FIFTY_RENDEZVOUS.rules, FIFTY, ALL_UP);
    ForwardingTable after = TableRows.build(rules, FIFTY, ALL_UP);
    for (int row = 0; row < ForwardingTable.ROWS; row++) {
      last = before.hopIndex(row, 0) == after.hopIndex(row, 0) ? last : row;
    }
    assertEquals(0xa87, last);
  }
}
