package io.lbdirector.glb;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import io.lbdirector.config.Problem;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes over the config of a GLB director. Writes no file. */
public final class GlbImport {
  /** Documentation addresses: what stands in until the operator writes the real one. */
  private static final String SOURCE_IP = "192.0.2.1";

  private static final String SOURCE_IP6 = "2001:db8::1";
  private static final String INTERFACE = "eth0";
  private static final Pattern ON_LINE = Pattern.compile("\\bon line ([0-9]+)");

  private final Sources sources;
  private final Findings findings = new Findings();
  private final TomlWriter toml = new TomlWriter();

  private GlbImport(Sources sources) {
    this.sources = sources;
  }

  /**
   * What to read.
   *
   * @param table {@code forwarding_table.json}, as the operator or glb-healthcheck writes it
   * @param director {@code director.conf}
   * @param networkInterface which GLB's config does not tell
   * @param adminSocket for {@code [admin]}
   */
  public record Sources(
      Path table,
      Optional<Path> director,
      Optional<String> networkInterface,
      Optional<String> adminSocket) {}

  /**
   * What came of it.
   *
   * @param toml a {@code forwarding.toml} that {@link ConfigLoader} takes; it has secrets
   * @param config the same, read
   * @param leftOut keys that have no meaning here, a line each
   * @param warnings what to look at before the file is used, a line each
   */
  public record Imported(
      String toml, DirectorConfig config, List<String> leftOut, List<String> warnings) {}

  /**
   * @throws GlbException with everything that is wrong with the files
   */
  public static Imported read(Sources sources) throws GlbException {
    return new GlbImport(sources).read();
  }

  private Imported read() throws GlbException {
    Place tableFile = Place.of(sources.table().toString());
    ForwardingTableReader tables = new ForwardingTableReader(findings);
    open(sources.table()).ifPresent(tables::read);
    head(tables.backendAddresses());
    if (!tables.toml().isEmpty()) {
      toml.append(tables.toml());
    }
    Optional<DirectorConfig> config = load(tableFile);
    if (findings.hasProblem()) {
      throw new GlbException(findings.problems());
    }
    List<String> warnings = new ArrayList<>(findings.warnings());
    warnings.addAll(config.orElseThrow().warnings());
    return new Imported(toml.text(), config.orElseThrow(), findings.leftOut(), warnings);
  }

  /** The object in a file; empty if there is none, which has been reported. */
  private Optional<JsonSection> open(Path file) {
    Place root = Place.of(file.toString());
    try {
      JsonElement document = JsonText.parse(Files.readString(file), root, findings);
      boolean reported = document == JsonNull.INSTANCE && findings.hasProblemWithin(root);
      return reported ? Optional.empty() : JsonSection.of(document, root, findings);
    } catch (IOException e) {
      findings.problem(root, "cannot be read: " + why(e) + "; name a file that can");
      return Optional.empty();
    }
  }

  private static String why(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "it is not there";
    }
    if (failure instanceof AccessDeniedException) {
      return "permission denied";
    }
    return failure instanceof CharacterCodingException ? "it is not UTF-8" : failure.getMessage();
  }

  private void head(List<String> backendAddresses) {
    Place origin = Place.of(sources.director().orElse(sources.table()).toString());
    toml.comment(origin, "Taken over from GLB director by lbctl import glb. It holds secrets.");
    toml.comment(origin, "What each key means is in docs/forwarding.md.");
    toml.section(origin, "[director]");
    interfaces();
    Optional<DirectorConfReader> conf =
        sources
            .director()
            .flatMap(this::open)
            .map(section -> new DirectorConfReader(section, findings, toml));
    conf.ifPresentOrElse(DirectorConfReader::director, () -> withoutConf(origin, backendAddresses));
    if (backendAddresses.stream().anyMatch(address -> address.contains(":"))) {
      placeholder(origin, "source_ip6", SOURCE_IP6);
      findings.warning(
          origin,
          "has no IPv6 source address, which no key of GLB's tells: source_ip6 = \"%s\" stands in"
              .formatted(SOURCE_IP6));
    }
    toml.entry(origin, "hops", "2");
    admin(conf);
    conf.ifPresent(DirectorConfReader::finish);
  }

  private void interfaces() {
    Place option = Place.of("--interface");
    String name = sources.networkInterface().orElse(INTERFACE);
    String said = sources.networkInterface().isPresent() ? "" : "stands in: write your own";
    toml.entry(option, "interfaces", TomlWriter.quote(List.of(name)), said);
    if (sources.networkInterface().isEmpty()) {
      findings.warning(option, "is not given: interfaces = [\"" + INTERFACE + "\"] stands in");
    }
  }

  /** GLB hashes the client's address unless told otherwise. */
  private void withoutConf(Place origin, List<String> backendAddresses) {
    Place option = Place.of("--director");
    if (sources.director().isEmpty()) {
      findings.warning(
          option, "is not given: hash_fields = [\"src_addr\"], GLB's default, stands in");
    }
    if (backendAddresses.stream().anyMatch(address -> !address.contains(":"))) {
      placeholder(origin, "source_ip", SOURCE_IP);
      findings.warning(option, "is not given: source_ip = \"" + SOURCE_IP + "\" stands in");
    }
    toml.entry(origin, "hash_fields", "[\"src_addr\"]");
  }

  private void placeholder(Place origin, String key, String address) {
    toml.entry(origin, key, TomlWriter.quote(address), "stands in: write this director's own");
  }

  private void admin(Optional<DirectorConfReader> conf) {
    Optional<String> statsd = conf.flatMap(DirectorConfReader::statsd);
    if (sources.adminSocket().isEmpty() && statsd.isEmpty()) {
      return;
    }
    Place option = Place.of("--admin-socket");
    Place statsdPlace = conf.map(DirectorConfReader::statsdPlace).orElse(option);
    toml.section(statsd.isPresent() ? statsdPlace : option, "[admin]");
    sources.adminSocket().ifPresent(s -> toml.entry(option, "socket", TomlWriter.quote(s)));
    statsd.ifPresent(s -> toml.entry(statsdPlace, "statsd", TomlWriter.quote(s)));
  }

  /**
   * Reads the result as the daemon would; what is wrong with it is told in terms of GLB's files.
   */
  private Optional<DirectorConfig> load(Place tableFile) {
    try {
      byte[] bytes = toml.text().getBytes(StandardCharsets.UTF_8);
      return Optional.of(ConfigLoader.load(bytes, "forwarding.toml"));
    } catch (ConfigException e) {
      // What follows from a problem that is told already is not told again.
      List<Problem> fresh =
          e.problems().stream()
              .filter(problem -> !findings.hasProblemWithin(place(problem, tableFile)))
              .toList();
      fresh.forEach(p -> findings.problem(place(p, tableFile), inGlbsTerms(p.message())));
      return Optional.empty();
    }
  }

  private Place place(Problem problem, Place tableFile) {
    return problem.line() > 0 ? toml.origin(problem.line()) : tableFile;
  }

  /** Lines of a file that was never written mean nothing to anyone. */
  private String inGlbsTerms(String message) {
    return ON_LINE
        .matcher(message)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    "at " + toml.origin(Integer.parseInt(found.group(1))).path()));
  }
}
