package io.lbdirector.cli;

import io.lbdirector.cli.Cell.Tone;

/** What words of the daemon mean to a person in a hurry. */
final class Tones {
  private Tones() {}

  static Cell ofState(String state) {
    return new Cell(state, state.equals("active") ? Tone.PLAIN : Tone.WARN);
  }

  static Cell ofHealth(String health) {
    return new Cell(
        health,
        switch (health) {
          case "up" -> Tone.GOOD;
          case "down" -> Tone.BAD;
          default -> Tone.PLAIN;
        });
  }
}
