package io.lbdirector.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A page that is drawn over and over on the terminal's alternate screen, so that what stood there
 * before stands there again afterwards, however the command ends.
 */
final class TopScreen implements TopView {
  private static final Duration BETWEEN_KEYS = Duration.ofMillis(50);

  // xterm's control sequences, which all terminals of today know.
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l"; // no cursor, no wrap
  private static final String LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String ERASE_REST_OF_LINE = "\u001b[K";
  private static final String ERASE_BELOW = "\u001b[J";

  private final Console console;
  private final Optional<Tty> keys;
  private final LastWord lastWord;
  private Optional<Rates> shown = Optional.empty();
  private boolean left;

  TopScreen(Console console) {
    this.console = console;
    this.keys = keys();
    this.lastWord = LastWord.of(this::leave, ExitCode.DONE);
    console.out().print(ENTER);
    draw(page().notice(""));
  }

  /** Empty if there are none to be had: Ctrl-C still ends. */
  private static Optional<Tty> keys() {
    try {
      return Optional.of(Tty.takeKeys());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private TopPage page() {
    TerminalSize size = TerminalSize.of(console);
    return new TopPage(size.rows(), size.columns(), console.colour());
  }

  @Override
  public void show(Rates rates) {
    shown = Optional.of(rates);
    draw(page().rates(rates));
  }

  @Override
  public void miss(String why, Duration age) {
    TopPage page =
        page().notice("no answer for " + Span.text(age) + ": what follows is older").notice(why);
    shown.ifPresent(page::rates);
    draw(page);
  }

  private synchronized void draw(TopPage page) {
    if (!left) {
      String text = String.join(ERASE_REST_OF_LINE + "\n", page.lines());
      console.out().print(HOME + text + ERASE_REST_OF_LINE + ERASE_BELOW);
      console.out().flush();
    }
  }

  @Override
  public boolean pause(Duration time) throws InterruptedException {
    long end = console.pace().nanos() + time.toNanos();
    for (long left; (left = end - console.pace().nanos()) > 0; ) {
      if (hasSeenEnough()) {
        return true;
      }
      console.pace().sleep(Duration.ofNanos(Math.min(left, BETWEEN_KEYS.toNanos())));
    }
    return false;
  }

  private boolean hasSeenEnough() {
    try {
      return keys.isPresent() && keys.get().key() == 'q';
    } catch (IOException e) {
      return true; // the terminal is gone
    }
  }

  @Override
  public void close() {
    lastWord.close();
    leave();
  }

  private synchronized void leave() {
    if (left) {
      return;
    }
    left = true;
    console.out().print(LEAVE);
    console.out().flush();
    keys.ifPresent(TopScreen::giveBack);
  }

  private static void giveBack(Tty keys) {
    try {
      keys.close();
    } catch (IOException e) {
      // The terminal is gone, and with it what should be restored.
    }
  }
}
