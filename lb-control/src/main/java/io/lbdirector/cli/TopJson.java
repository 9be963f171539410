package io.lbdirector.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.lbdirector.cli.Rates.Rate;
import java.time.Duration;
import java.util.List;

/** An object a line. */
final class TopJson implements TopView {
  private final Console console;

  TopJson(Console console) {
    this.console = console;
  }

  @Override
  public void show(Rates rates) {
    JsonObject line = new JsonObject();
    line.addProperty("answered", true);
    line.addProperty("generation", rates.generation());
    line.addProperty("seconds", rates.seconds());
    line.add("total", speed(new JsonObject(), rates.total()));
    line.add("binds", array(rates.binds(), "bind", "table"));
    line.add("backends", array(rates.backends(), "address", "health"));
    line.add("verdicts", array(rates.odd(), "verdict", "meaning"));
    console.out().println(line);
  }

  @Override
  public void miss(String why, Duration age) {
    JsonObject line = new JsonObject();
    line.addProperty("answered", false);
    line.addProperty("error", why);
    console.out().println(line);
  }

  private static JsonArray array(List<Rate> rates, String name, String note) {
    JsonArray array = new JsonArray();
    for (Rate rate : rates) {
      JsonObject one = new JsonObject();
      one.addProperty(name, rate.name());
      one.addProperty(note, rate.note());
      array.add(speed(one, rate));
    }
    return array;
  }

  /** What is not known is left out. */
  private static JsonObject speed(JsonObject into, Rate rate) {
    if (rate.known()) {
      into.addProperty("packets_per_second", rate.packets());
      into.addProperty("bits_per_second", rate.bits());
    }
    return into;
  }

  @Override
  public boolean pause(Duration time) throws InterruptedException {
    console.pace().sleep(time);
    return false;
  }

  @Override
  public void close() {}
}
