package io.lbdirector.director;

import io.lbdirector.forwarding.BackendState;
import io.lbdirector.forwarding.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What can be asked of a running director. Every call returns at once; the answer comes on the
 * director's own thread, so a caller that does more than hand it on moves to a thread of its own.
 *
 * <p>The records are the JSON of the admin socket, key for key: camel case here is snake case
 * there. No secret (hash key, seed) is in any of them.
 */
public interface DirectorControl {

  /**
   * Makes a new config live.
   *
   * @param toml text of a {@code forwarding.toml}, UTF-8
   * @param name what to call it in messages
   * @param confirm how long to wait for {@link #confirm} before the config that was live returns,
   *     also over a restart; empty: it needs none
   * @return completes once packets use the new generation; fails with {@link RefusedException} if
   *     the file is bad or the kernel refuses, and then nothing has changed; with {@link
   *     StartingException} while the director starts, as do the questions below
   */
  CompletionStage<ReloadReport> reload(byte[] toml, String name, Optional<Duration> confirm);

  /** What {@link #reload} would change; fails as it does, and changes nothing. */
  CompletionStage<PlanReport> plan(byte[] toml, String name);

  /**
   * Makes the config live that was live before the last reload, with the states and the health of
   * today. Fails with {@link RefusedException} if there was none, as {@link #reload} does.
   */
  CompletionStage<ReloadReport> rollback();

  /** Keeps a config that waits for it. Fails with {@link RefusedException} if none does. */
  CompletionStage<StatusReport> confirm();

  /**
   * Sets the state of a backend in a table by hand, in place of the file's. It stays so over
   * reloads and restarts until it is undone.
   *
   * @param order empty: as the file says again
   * @param by who asks, for {@code status}
   * @return completes once packets follow it; fails with {@link NotFoundException} if there is no
   *     such table or backend, with {@link RefusedException} if the kernel or the disk refuses
   */
  CompletionStage<StateReport> setState(
      String table, IpAddress backend, Optional<StateOrder> order, String by);

  CompletionStage<StatusReport> status();

  CompletionStage<HealthReport> health();

  /**
   * Asks a backend, over the network, what it did with packets for the addresses that a table
   * serves.
   *
   * @return fails with {@link NotFoundException} if there is no such table or backend, or its
   *     backends do not count: those of {@code ipip}
   */
  CompletionStage<OutcomesReport> outcomes(String table, IpAddress backend);

  /** What the kernel holds for this instance. */
  CompletionStage<BpfReport> bpf();

  /** Everything that is measured, of one moment. */
  CompletionStage<MetricsReport> metrics();

  /**
   * Tells of events until it is closed.
   *
   * @param after id of the last event that the listener knows; those since are told again, as far
   *     as they are remembered
   * @param listener called in order, on any thread, never by two at once; must not wait
   */
  EventSubscription events(long after, Consumer<Event> listener);

  CompletionStage<List<TableReport>> tables();

  /** Empty if no table has that name. */
  CompletionStage<Optional<TableReport>> table(String name);

  CompletionStage<List<BackendReport>> backends();

  CompletionStage<CountersReport> counters();

  /** Whether packets are being forwarded; answers from any thread at once. */
  Readiness readiness();

  /** A question that came before anything was live; the answer comes with the start's end. */
  final class StartingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartingException() {
      super("lbd is starting; ask again in a moment");
    }
  }

  /** A name of nothing that is there. Nothing has changed. */
  final class NotFoundException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotFoundException(String message) {
      super(message);
    }
  }

  /** A change that was refused. Nothing has changed. */
  final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ProblemReport> problems;

    /**
     * @param problems what is wrong, at least one
     */
    public RefusedException(String summary, List<ProblemReport> problems, Throwable cause) {
      super(summary, cause);
      this.problems = List.copyOf(problems);
    }

    public List<ProblemReport> problems() {
      return problems;
    }
  }

  /**
   * One thing wrong with a request.
   *
   * @param line 1-based line of the file; 0 if it is of no line
   * @param key path of the key; empty if it is of no key
   * @param message the whole sentence, file and line included
   */
  record ProblemReport(int line, String key, String message) {}

  /**
   * What a reload did. See {@link PlanReport} for what the two share.
   *
   * @param generation live now
   * @param changed false if the file asks for what was live already, but for names perhaps, and
   *     nothing was published
   * @param tablesBuilt tables whose rows were written anew; the others were taken over as they
   *     stood
   * @param confirmBy ISO 8601, UTC: when the config before returns unless this one is confirmed;
   *     empty if it needs no confirmation
   * @param warnings sentences for the operator
   */
  record ReloadReport(
      long generation,
      boolean changed,
      int tablesBuilt,
      long rowsMoved,
      long rowsMinimum,
      long rowsRescued,
      long rowsLost,
      Optional<Double> trafficPercent,
      List<TableChange> tables,
      String confirmBy,
      List<String> warnings) {}

  /**
   * What a reload would do.
   *
   * @param changed whether it would publish anything
   * @param rowsMoved rows, over all tables, whose primary would be another backend than now
   * @param rowsMinimum how many have to move, whatever the rows are, for every backend to lead as
   *     many as it then does
   * @param rowsRescued those of the moved in which the old primary stays a hop, so that second
   *     chance keeps its connections
   * @param rowsLost those in which it does not
   * @param trafficPercent an estimate, 0 to 100: the share of the packets of the last seconds that
   *     went by rows that move; empty if there were none to go by
   * @param tables those that change in any way
   */
  record PlanReport(
      boolean changed,
      long rowsMoved,
      long rowsMinimum,
      long rowsRescued,
      long rowsLost,
      Optional<Double> trafficPercent,
      List<TableChange> tables,
      List<String> warnings) {}

  /**
   * How one table changes.
   *
   * @param change {@code added}, {@code removed} or {@code changed}
   * @param encapsulation {@code gue} or {@code ipip}; {@code gue to ipip} or the other way where it
   *     changes
   * @param statesChanged backends that it has before and after, in another state
   * @param rowsMoved as for the plan, of this table; 0 for one that is added or removed
   */
  record TableChange(
      String table,
      String change,
      String encapsulation,
      List<String> backendsAdded,
      List<String> backendsRemoved,
      List<String> statesChanged,
      List<String> bindsAdded,
      List<String> bindsRemoved,
      long rowsMoved,
      long rowsMinimum,
      long rowsRescued,
      long rowsLost) {}

  /**
   * Health of everything that is checked.
   *
   * @param frozen whether verdicts stay as they are, since no interface has a carrier
   * @param stalledSeconds how late the checks are; 0 if they are in time
   */
  record HealthReport(boolean frozen, long stalledSeconds, List<TableHealthReport> tables) {}

  /**
   * @param maxDownPercent above this share of proven down backends all count as up
   * @param down backends that are proven down
   * @param panic whether they count as up all the same, since they are too many
   */
  record TableHealthReport(
      String table, int maxDownPercent, int down, boolean panic, List<CheckReport> checks) {}

  /**
   * One check of one backend.
   *
   * @param check as {@code http :80/healthz}, {@code tcp :80 via tunnel}, {@code tunnel}
   * @param health {@code up}, {@code down} or {@code unknown}: of this check alone
   * @param since ISO 8601, UTC
   * @param lastResult in words; empty before the first
   * @param latencyMicros of the last good result; empty before the first
   * @param inARow equal results
   */
  record CheckReport(
      String backend,
      String check,
      String health,
      String since,
      String lastResult,
      Optional<Long> latencyMicros,
      int inARow) {}

  /**
   * What a backend did with packets for the addresses that a table serves, in its own words.
   *
   * @param answered false if it did not answer, and then nothing is known
   * @param outcomes outcome to packets and bytes since its program was loaded
   */
  record OutcomesReport(
      String table, String backend, boolean answered, Map<String, Counter> outcomes) {}

  /**
   * @param reloads outcome ({@code published}, {@code unchanged}, {@code refused}) to how many, and
   *     how long they took
   * @param lastPublished ISO 8601, UTC; empty if this daemon has published nothing
   */
  record MetricsReport(
      StatusReport status,
      List<TableReport> tables,
      CountersReport counters,
      HealthReport health,
      Map<String, ReloadStats> reloads,
      String lastPublished) {}

  record ReloadStats(long count, double seconds) {}

  /**
   * Something that happened.
   *
   * @param id grows by one with each event, and with a restart by more
   * @param at ISO 8601, UTC
   * @param type {@code generation}, {@code refused}, {@code state}, {@code health}, {@code panic},
   *     {@code readiness}, {@code confirm}, {@code share}
   * @param message for people
   * @param details for programs: texts, numbers, flags
   */
  record Event(long id, String at, String type, String message, Map<String, Object> details) {}

  /** Ends with {@link #close}; a listener may still be called once meanwhile. */
  interface EventSubscription extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * A state that is asked for by hand.
   *
   * @param share percent of its rows that a filling backend is to lead, 1 to 99; with {@code over}
   *     it begins there; empty: {@code over}, else the table's {@code slow_start}, else all of them
   * @param over how long the share takes to grow, or to shrink if it is to drain; empty: at once
   */
  record StateOrder(BackendState state, OptionalInt share, Optional<Duration> over) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    /**
     * @throws IllegalArgumentException if the three do not go together, saying why
     */
    public StateOrder {
      boolean fills = state == BackendState.FILLING;
      if (share.isPresent() && (!fills || share.getAsInt() < 1 || share.getAsInt() > 99)) {
        throw new IllegalArgumentException("a share is 1 to 99 percent, of a filling backend");
      }
      if (over.isPresent() && !fills && state != BackendState.DRAINING) {
        throw new IllegalArgumentException("only filling and draining take time");
      }
      if (over.isPresent()
          && (over.get().compareTo(SHORTEST) < 0 || over.get().compareTo(LONGEST) > 0)) {
        throw new IllegalArgumentException("a share takes 1 second to 1 day");
      }
    }

    /** At once. */
    public static StateOrder of(BackendState state) {
      return new StateOrder(state, OptionalInt.empty(), Optional.empty());
    }
  }

  /**
   * What became of a backend whose state was set by hand.
   *
   * @param changed false if its table's rows stay as they are, and nothing was published
   * @param state in force; empty if the config has no such backend
   * @param sharePercent of its rows, in force, 1 to 99; empty if it has all, or does not fill
   * @param fileState what the file says; empty if the config has no such backend
   * @param rowsMoved rows whose primary is another backend than before
   */
  record StateReport(
      long generation,
      boolean changed,
      String table,
      String backend,
      String state,
      Optional<Integer> sharePercent,
      String fileState,
      long rowsMoved,
      List<String> warnings) {}

  /**
   * A state that was set by hand, and not undone yet.
   *
   * @param sharePercent what a filling backend keeps to; with {@code overSeconds} where it began
   * @param overSeconds how long the share takes from there to its end
   * @param fileState what the file says; empty if the config has no such backend now
   * @param setAt ISO 8601, UTC
   * @param setBy who asked
   */
  record OverrideReport(
      String table,
      String backend,
      String state,
      Optional<Integer> sharePercent,
      Optional<Long> overSeconds,
      String fileState,
      String setAt,
      String setBy) {}

  /**
   * The director at a glance.
   *
   * @param version of the software
   * @param generation live now; 0 if none is
   * @param config name of the file that asked last for what is live
   * @param startedAt ISO 8601, UTC: start of the daemon
   * @param publishedAt ISO 8601, UTC: when this daemon published the live generation, or took it
   *     over
   * @param adopted whether the live generation was there before the daemon
   * @param confirmBy ISO 8601, UTC: when the config before returns unless this one is confirmed;
   *     empty if it needs no confirmation
   * @param warnings what an operator should know, a sentence each
   */
  record StatusReport(
      String version,
      String instance,
      long pid,
      long generation,
      String config,
      String startedAt,
      String publishedAt,
      boolean adopted,
      boolean ready,
      String readyReason,
      int tables,
      int binds,
      int backends,
      List<InterfaceReport> interfaces,
      List<OverrideReport> overrides,
      String confirmBy,
      List<String> warnings) {}

  /**
   * One interface that the program is attached to.
   *
   * @param mode {@code native} or {@code generic}
   * @param gateway next hop to IPv4 backends; empty while unknown, and for a configured MAC
   * @param gatewayMac as the frames carry it; empty while unknown
   * @param gatewayState what is known of it now: a neighbour state of the kernel, {@code
   *     configured}, or {@code unknown}; {@code unused} if no packets go to IPv4 backends
   * @param gateway6 the same for IPv6 backends, as are the two that follow
   */
  record InterfaceReport(
      String name,
      int ifindex,
      String mode,
      boolean up,
      int mtu,
      String mac,
      String gateway,
      String gatewayMac,
      String gatewayState,
      String gateway6,
      String gateway6Mac,
      String gateway6State) {}

  /**
   * One forwarding table.
   *
   * @param encapsulation {@code gue} or {@code ipip}
   * @param digest SHA-256 of the rows in force, 64 hexadecimal digits
   * @param slot in lb_tables
   * @param hops per row
   */
  record TableReport(
      String name,
      String algorithm,
      String encapsulation,
      int hops,
      List<String> hashFields,
      String digest,
      int slot,
      BalanceReport balance,
      List<BindReport> binds,
      List<TableBackendReport> backends) {}

  /**
   * One bind, with its share of the counters.
   *
   * @param bind as {@code tcp 203.0.113.10:443}
   */
  record BindReport(String bind, String table, long packets, long bytes) {}

  /**
   * A backend within a table.
   *
   * @param state {@code active}, {@code filling}, {@code draining} or {@code inactive}, in force
   * @param sharePercent of its rows, in force, 1 to 99; empty if it has all, or does not fill
   * @param fileState what the file says; another than {@code state} if that was set by hand
   * @param health {@code up}, {@code down} or {@code unknown}
   * @param quicId server id that names it in QUIC connection ids; empty if it has none
   * @param rows how many of the 65,536 rows it leads
   * @param rowsPercent the same, in percent of all
   * @param duePercent what its weight is due among the backends that may lead rows; 0 if it may not
   */
  record TableBackendReport(
      String address,
      String state,
      Optional<Integer> sharePercent,
      String fileState,
      String health,
      int weight,
      Optional<Integer> quicId,
      int rows,
      double rowsPercent,
      double duePercent) {}

  /**
   * A backend address, over all tables.
   *
   * @param packets sent to it as first hop since its index was given out
   */
  record BackendReport(
      String address, int index, List<String> tables, String health, long packets, long bytes) {}

  /**
   * Packets and bytes.
   *
   * @param verdicts verdict to what became of packets; their sum is the packets in
   */
  record CountersReport(
      long generation,
      Counter total,
      Map<String, VerdictCounter> verdicts,
      List<BindReport> binds,
      List<BackendReport> backends) {}

  record Counter(long packets, long bytes) {}

  /**
   * @param meaning one sentence
   * @param normal whether a count above zero is part of ordinary work
   */
  record VerdictCounter(long packets, long bytes, boolean normal, String meaning) {}

  /**
   * @param reason why not, or "forwarding"
   */
  record Readiness(boolean ready, String reason) {}
}
