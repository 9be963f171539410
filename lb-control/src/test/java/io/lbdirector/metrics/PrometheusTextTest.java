package io.lbdirector.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import io.lbdirector.admin.FakeDirector;
import io.lbdirector.director.DirectorControl.CheckReport;
import io.lbdirector.director.DirectorControl.HealthReport;
import io.lbdirector.director.DirectorControl.MetricsReport;
import io.lbdirector.director.DirectorControl.TableHealthReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrometheusTextTest {
  private static final Path DOCS = Path.of("../docs");
  private static final Pattern NAME = Pattern.compile("\\blb_[a-z_]+\\b");

  /** A line of the format: name, labels, number. */
  private static final Pattern SAMPLE =
      Pattern.compile("[a-z_]+(\\{([a-z_]+=\"[^\"]*\",?)*\\})? -?[0-9.E+-]+");

  private static MetricsReport report() {
    return new FakeDirector().metrics().toCompletableFuture().join();
  }

  private static String text(MetricsReport report) {
    return new String(PrometheusText.of(report), StandardCharsets.UTF_8);
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    Matcher name = NAME.matcher(text);
    while (name.find()) {
      names.add(name.group());
    }
    return names;
  }

  /** Names of samples, without what HELP and TYPE lines say of counters. */
  private static Set<String> exposed() {
    Set<String> names = new TreeSet<>();
    text(report())
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> names.add(line.split("[ {]")[0]));
    return names;
  }

  private static void assertHas(String line) {
    String text = text(report());
    assertTrue(text.lines().anyMatch(line::equals), line + " is not in\n" + text);
  }

  @Test
  void shouldTellWhatTheDirectorReports() {
    assertHas("lb_packets_total{normal=\"true\",verdict=\"tx_ipv4\"} 1234567.0");
    assertHas("lb_packets_total{normal=\"false\",verdict=\"drop_no_row\"} 3.0");
    assertHas("lb_bind_bytes_total{bind=\"tcp 203.0.113.10:80\",table=\"web\"} 1.23456789E9");
    assertHas("lb_backend_packets_total{backend=\"10.0.1.12\"} 234567.0");
    assertHas("lb_table_backends{state=\"draining\",table=\"web\"} 1.0");
    assertHas("lb_table_backends{state=\"inactive\",table=\"web\"} 0.0");
    assertHas("lb_table_backends{state=\"filling\",table=\"web\"} 1.0");
    assertHas("lb_table_backend_rows{backend=\"10.0.1.11\",table=\"web\"} 29500.0");
    assertHas("lb_table_busiest_ratio{table=\"web\"} 1.019");
    assertHas("lb_table_balance_relaxed{table=\"web\"} 0.0");
    assertHas(
        "lb_check_health{backend=\"10.0.1.13\",check=\"http :80/healthz\",table=\"web\"} 0.0");
    assertHas(
        "lb_check_health{backend=\"10.0.1.12\",check=\"http :80/healthz\",table=\"web\"} -1.0");
    assertHas(
        "lb_check_latency_seconds{backend=\"10.0.1.11\",check=\"http :80/healthz\",table=\"web\"}"
            + " 0.0031");
    assertHas("lb_reloads_total{outcome=\"refused\"} 2.0");
    assertHas("lb_ready 1.0");
    assertHas("lb_generation 7.0");
    assertHas("# TYPE lb_packets_total counter");
  }

  @Test
  void shouldBeOfTheFormatLineByLine() {
    String text = text(report());
    assertTrue(text.endsWith("\n"));
    text.lines()
        .filter(line -> !line.startsWith("# HELP ") && !line.startsWith("# TYPE "))
        .forEach(line -> assertTrue(SAMPLE.matcher(line).matches(), line));
  }

  @Test
  void shouldTellChecksApartThatReadTheSame() {
    CheckReport check =
        new CheckReport("10.0.1.11", "http :80/", "up", "", "", Optional.empty(), 1);
    MetricsReport one = report();
    HealthReport twice =
        new HealthReport(
            false, 0, List.of(new TableHealthReport("web", 50, 0, false, List.of(check, check))));
    String text =
        text(
            new MetricsReport(
                one.status(), one.tables(), one.counters(), twice, one.reloads(), ""));
    assertTrue(text.contains("check=\"http :80/\""), text);
    assertTrue(text.contains("check=\"http :80/ #2\""), text);
    assertFalse(text.contains("lb_last_reload_timestamp_seconds"), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"monitoring/grafana.json", "monitoring/alerts.yml", "monitoring.md"})
  void shouldHaveEveryMetricThatTheDocsName(String file) throws IOException {
    Set<String> named = names(Files.readString(DOCS.resolve(file)));
    assertTrue(named.size() > 8, named.toString());
    named.removeAll(exposed());
    assertEquals(Set.of(), named);
  }

  @Test
  void shouldDescribeEveryMetric() throws IOException {
    Set<String> left = exposed();
    left.removeAll(names(Files.readString(DOCS.resolve("monitoring.md"))));
    assertEquals(Set.of(), left);
  }

  @Test
  void shouldHaveADashboardThatIsJson() throws IOException {
    String json = Files.readString(DOCS.resolve("monitoring/grafana.json"));
    assertTrue(JsonParser.parseString(json).getAsJsonObject().getAsJsonArray("panels").size() > 10);
  }
}
