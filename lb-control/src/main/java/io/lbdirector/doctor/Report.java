package io.lbdirector.doctor;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.lbdirector.doctor.Finding.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All findings, as people and as programs read them. */
public record Report(List<Finding> findings) {
  private static final int WIDTH = 80;
  private static final int INDENT = 9;
  private static final String RESET = "\u001b[0m";

  public Report {
    findings = List.copyOf(findings);
  }

  /** Whether nothing fails; warnings are allowed. */
  public boolean isHealthy() {
    return count(Level.FAILING) == 0;
  }

  private long count(Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  /**
   * A finding a line, or more where one does not fit; remedies below, after an arrow.
   *
   * @param colour whether the levels are coloured
   */
  public String text(boolean colour) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      append(text, finding, colour);
    }
    return text.append("%n%s%n".formatted(summary())).toString();
  }

  private String summary() {
    long warnings = count(Level.WARNING);
    return "%d fine, %d warning%s, %d failing"
        .formatted(count(Level.FINE), warnings, warnings == 1 ? "" : "s", count(Level.FAILING));
  }

  private static void append(StringBuilder text, Finding finding, boolean colour) {
    String subject = finding.of().isEmpty() ? finding.what() : finding.what() + " " + finding.of();
    String level = name(finding.level());
    String before = paint(level, finding.level(), colour) + " ".repeat(INDENT - level.length());
    for (String line : wrap(subject + ": " + finding.found(), WIDTH - INDENT)) {
      text.append(before).append(line).append('\n');
      before = " ".repeat(INDENT);
    }
    if (!finding.remedy().isEmpty()) {
      before = " ".repeat(INDENT) + "-> ";
      for (String line : wrap(finding.remedy(), WIDTH - before.length())) {
        text.append(before).append(line).append('\n');
        before = " ".repeat(INDENT + 3);
      }
    }
  }

  private static String paint(String text, Level level, boolean colour) {
    String start =
        switch (level) {
          case FINE -> "\u001b[32m";
          case WARNING -> "\u001b[33m";
          case FAILING -> "\u001b[31m";
        };
    return colour ? start + text + RESET : text;
  }

  /** Lines of at most {@code width}, but for a word that is longer than that. */
  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : printable(text).split("\\s+")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Names of files and programs come from elsewhere: nothing in them steers a terminal. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}&&[^\\n]]", "?");
  }

  private static String name(Level level) {
    return level.name().toLowerCase(Locale.ROOT);
  }

  /** One object; its keys, and the words in {@code level} and {@code what}, stay the same. */
  public String json() {
    JsonObject report = new JsonObject();
    report.addProperty("fine", count(Level.FINE));
    report.addProperty("warning", count(Level.WARNING));
    report.addProperty("failing", count(Level.FAILING));
    JsonArray all = new JsonArray();
    findings.forEach(finding -> all.add(json(finding)));
    report.add("findings", all);
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(report);
  }

  private static JsonObject json(Finding finding) {
    JsonObject json = new JsonObject();
    json.addProperty("level", name(finding.level()));
    json.addProperty("what", finding.what());
    json.addProperty("of", finding.of());
    json.addProperty("found", finding.found());
    json.addProperty("remedy", finding.remedy());
    return json;
  }
}
