package io.lbdirector.bench.scale;

import io.lbdirector.bench.director.ConfigText;
import java.util.List;
import java.util.function.IntFunction;

/**
 * What there may be many of.
 *
 * @param name in the plural
 * @param rest that stays as it is, for captions
 * @param sizes from small to large
 */
record Dimension(String name, String rest, List<Integer> sizes, IntFunction<ConfigText> text) {
  private static final int FEW = 10;

  static final List<Dimension> ALL =
      List.of(
          new Dimension(
              "tables",
              "10 backends and a bind each",
              List.of(1, 10, 100, 1000),
              tables -> ConfigText.of(tables, FEW)),
          new Dimension(
              "binds",
              "one table of 10 backends",
              List.of(1, 100, 10_000, 65_536),
              binds -> ConfigText.of(1, FEW).withBinds(binds)),
          new Dimension(
              "backends",
              "one table with a bind",
              List.of(5, 50, 500, 5000),
              backends -> ConfigText.of(1, backends)));

  int smallest() {
    return sizes.get(0);
  }

  int largest() {
    return sizes.get(sizes.size() - 1);
  }

  /** With no more than so many sizes, the smallest ones. */
  Dimension upTo(int count) {
    return new Dimension(name, rest, sizes.subList(0, Math.min(count, sizes.size())), text);
  }
}
