package io.lbdirector.cli;

import java.time.Duration;

/** Block after block of text, for pipes and logs. */
final class TopText implements TopView {
  private final Console console;
  private final Screen screen;
  private boolean begun;
  private boolean missed;

  TopText(Console console) {
    this.console = console;
    this.screen = new Screen(console);
  }

  @Override
  public void show(Rates rates) {
    begin();
    if (missed) {
      screen.line("lbd answers again");
      missed = false;
    }
    new TopPage(Integer.MAX_VALUE, Screen.WIDTH, console.colour())
        .rates(rates)
        .lines()
        .forEach(screen::line);
  }

  @Override
  public void miss(String why, Duration age) {
    begin();
    screen.paragraph("no answer for " + Span.text(age) + ": " + why);
    missed = true;
  }

  private void begin() {
    if (begun) {
      screen.line("");
    }
    begun = true;
  }

  @Override
  public boolean pause(Duration time) throws InterruptedException {
    console.pace().sleep(time);
    return false;
  }

  @Override
  public void close() {}
}
