package io.lbdirector.lab;

import com.google.gson.JsonObject;
import io.lbdirector.admin.AdminClient;
import io.lbdirector.admin.DaemonRefusedException;
import io.lbdirector.admin.DaemonUnreachableException;
import io.lbdirector.bpf.BpfFs;
import io.lbdirector.forwarding.IpAddress;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * An instance of {@code lbd} under a name that no other has, run by the launcher {@code bin/lbd} in
 * the namespace of the director, or of another host: one process, which can be started, killed and
 * started again. {@link #close} ends it and detaches it.
 */
final class Lbd implements AutoCloseable {
  static final Path LAUNCHER = Lab.ROOT.resolve("bin/lbd");

  private final Lab.Host host;
  private final String instance;
  private final Path config;
  private final Path socket;
  private final Path log;
  private final Path state;
  private final Path lock;
  private final Path note;
  private final ProcessBuilder builder;
  private Path launcher = LAUNCHER;
  private Process process;

  /**
   * @param folder for its config, socket, log and state; one instance in a folder
   */
  Lbd(Lab lab, Path folder) {
    this(lab, lab.director(), folder);
  }

  /** One on another host. */
  Lbd(Lab lab, Lab.Host host, Path folder) {
    this(
        lab,
        host,
        folder,
        newName(),
        folder.resolve("forwarding.toml"),
        folder.resolve("admin.sock"));
  }

  /** One with a config file that is there already, and names instance and socket itself. */
  Lbd(Lab lab, Path folder, String instance, Path config, Path socket) {
    this(lab, lab.director(), folder, instance, config, socket);
  }

  private Lbd(Lab lab, Lab.Host host, Path folder, String instance, Path config, Path socket) {
    this.host = host;
    this.instance = instance;
    this.config = config;
    this.socket = socket;
    this.log = folder.resolve("lbd.log");
    this.state = folder.resolve("state");
    this.lock = Path.of("/run/lb", "instance-" + instance + ".lock");
    this.note = Path.of("/run/lb", "instance-" + instance + ".json");
    List<String> command = List.of(LAUNCHER.toString(), "run", "--config", config.toString());
    this.builder =
        new ProcessBuilder(lab.on(host.name(), command.toArray(String[]::new)))
            .redirectOutput(Redirect.appendTo(log.toFile()))
            .redirectError(Redirect.appendTo(log.toFile()));
  }

  private static String newName() {
    int number = ThreadLocalRandom.current().nextInt(0x1000000, 0x10000000);
    return "test-" + Integer.toHexString(number);
  }

  String instance() {
    return instance;
  }

  Path config() {
    return config;
  }

  Path socket() {
    return socket;
  }

  /** Its pins. */
  Path pins() {
    return Path.of("/sys/fs/bpf/lb").resolve(instance);
  }

  /** The pin of the link to the director's interface. */
  Path link() {
    return pins().resolve("links/eth0/native");
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** A config for this instance, tables aside; {@code director} is added to that section. */
  String head(String... director) {
    return """
        [director]
        instance    = "%s"
        interfaces  = ["eth0"]
        source_ip   = "%s"
        hash_fields = ["src_addr", "src_port"]
        state_dir   = "%s"
        %s

        [admin]
        socket = "%s"

        """
        .formatted(instance, host.ipv4(), state, String.join("\n", director), socket);
  }

  void write(String toml) throws IOException {
    Files.writeString(config, toml);
  }

  /** From the next start on. */
  void launchBy(Path newLauncher) {
    builder.command().set(builder.command().indexOf(launcher.toString()), newLauncher.toString());
    launcher = newLauncher;
  }

  void setEnvironment(String name, String value) {
    builder.environment().put(name, value);
  }

  /** Starts it on this config, and waits until it says that it forwards. */
  void start(String toml) throws Exception {
    write(toml);
    start();
  }

  /** Starts it on the config that is there, and waits until it says that it forwards. */
  void start() throws Exception {
    launch();
    Await.until("lbd is ready; its log: " + log, this::isReadyOrDead);
    if (!isAlive()) {
      throw new AssertionError("lbd ended before it was ready: " + log());
    }
  }

  /** Starts it, and does not wait. */
  void launch() throws IOException {
    if (isAlive()) {
      throw new IllegalStateException("lbd runs already");
    }
    process = builder.start();
  }

  private boolean isReadyOrDead() {
    return !isAlive() || isReady();
  }

  /** Whether it answers, and says that it forwards. */
  boolean isReady() {
    try {
      admin().get("/readyz");
      return true;
    } catch (DaemonUnreachableException | DaemonRefusedException e) {
      return false;
    }
  }

  /** SIGTERM, and waits for the end. */
  void terminate() {
    process.destroy();
    Shell.awaitEnd(process, "lbd after SIGTERM");
  }

  /** SIGKILL, and waits for the end. */
  void kill() {
    process.destroyForcibly();
    Shell.awaitEnd(process, "lbd after SIGKILL");
  }

  void hangUp() {
    Shell.run(List.of("kill", "-HUP", Long.toString(pid())));
  }

  int exitValue() {
    return process.exitValue();
  }

  AdminClient admin() {
    return new AdminClient(socket);
  }

  JsonObject status() throws Exception {
    return admin().get("/v1/status").getAsJsonObject();
  }

  long generation() throws Exception {
    return status().get("generation").getAsLong();
  }

  Counters counters() throws Exception {
    return new Counters(admin().get("/v1/counters").getAsJsonObject());
  }

  /** SHA-256 of the rows that a table serves. */
  String digest(String table) throws Exception {
    return admin().get("/v1/tables/" + table).getAsJsonObject().get("digest").getAsString();
  }

  JsonObject reload(String toml) throws Exception {
    byte[] body = toml.getBytes(StandardCharsets.UTF_8);
    return admin().post("/v1/reload?name=test", body).getAsJsonObject();
  }

  /** Sets the state of a backend by hand; {@code "file"} undoes that. */
  JsonObject setState(String table, IpAddress backend, String state) throws Exception {
    byte[] body = "{\"state\": \"%s\"}".formatted(state).getBytes(StandardCharsets.UTF_8);
    String target = "/v1/tables/" + table + "/backends/" + backend + "/state";
    return admin().post(target, body).getAsJsonObject();
  }

  String log() throws IOException {
    return Files.exists(log) ? Files.readString(log) : "";
  }

  /** Lines of the log that contain {@code text}. */
  List<String> logLines(String text) throws IOException {
    return log().lines().filter(line -> line.contains(text)).toList();
  }

  /** Ends forwarding, and leaves nothing behind. */
  @Override
  public void close() throws IOException {
    try {
      if (isAlive()) {
        terminate();
      }
    } finally {
      BpfFs.unpinAll(pins());
      Files.deleteIfExists(lock);
      Files.deleteIfExists(note);
    }
  }

  /** Runs {@code lbd} with these arguments on a host, to its end. */
  static Shell.Result command(Lab lab, String host, String... arguments) {
    List<String> all = new ArrayList<>(List.of(LAUNCHER.toString()));
    all.addAll(List.of(arguments));
    return Shell.tryRun(lab.on(host, all.toArray(String[]::new)));
  }
}
