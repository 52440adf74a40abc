package dev.clasp.client;

import dev.clasp.protocol.Value;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Writes that were sent on a connection that broke before they were answered. Nobody knows whether
 * the router carried them out, and to send them blindly would do it twice: what another client has
 * written since would be undone. So the router is asked for each address first (docs/qos.md), and
 * nothing else is sent meanwhile, so that the order stays. Loop.
 *
 * <ul>
 *   <li>The value is there, written by a session of ours: it was carried out.
 *   <li>A value of ours is there that was sent behind it, by a bundle or with a condition: it was
 *       carried out before, and is confirmed without a revision.
 *   <li>Another value is there, younger than our write: that one counts. Whether ours was carried
 *       out before it makes no difference to anybody any more; it is confirmed without a revision.
 *   <li>Everything else, also no answer or no right to read: it is sent.
 * </ul>
 */
final class Doubts {

  /** The last sessions of this client, that a value may be from. */
  private static final int SESSIONS = 16;

  /** The same while there are doubts: on a bad network none of many connections may settle one. */
  private static final int SESSIONS_IN_DOUBT = 1024;

  /** Beyond the round trip: by how much the clocks may disagree. */
  private static final long MARGIN_MICROS = 20_000;

  private final Reactor reactor;
  private final ClockExchanges clock;
  private final Completer completer;
  private final long limitNanos;
  private final Consumer<Request.Read> ask;
  private final ArrayDeque<String> sessions = new ArrayDeque<>();
  private final Map<Request.Read, Request.Write> open = new LinkedHashMap<>();

  /**
   * @param limitNanos of requests
   * @param ask sends a GET
   */
  Doubts(
      Reactor reactor,
      ClockExchanges clock,
      Completer completer,
      long limitNanos,
      Consumer<Request.Read> ask) {
    this.reactor = reactor;
    this.clock = clock;
    this.completer = completer;
    this.limitNanos = limitNanos;
    this.ask = ask;
  }

  /** A connection is there. */
  void opened(String session, List<Request.Write> writes) {
    sessions.add(session);
    while (sessions.size() > (writes.isEmpty() ? SESSIONS : SESSIONS_IN_DOUBT)) {
      sessions.remove();
    }
    for (Request.Write write : writes) {
      Request.Read read = Requests.read(write.address());
      open.put(read, write);
      // What follows from the answer is the loop's business.
      read.waitedForDirectly();
      var _ =
          read.future()
              .whenComplete((found, _) -> {
                if (open.remove(read) != null && found != null) {
                  found.ifPresent(parameter -> judge(write, parameter));
                }
                write.inDoubt(false);
              });
      ask.accept(read);
    }
  }

  /** Does an answer decide what is to be sent? */
  boolean isOpen() {
    return !open.isEmpty();
  }

  /** Nobody will answer what was asked before this number. */
  void passed(long before) {
    open.entrySet()
        .removeIf(entry -> {
          boolean over = entry.getKey().sequence() < before;
          if (over) {
            entry.getKey().settle();
            entry.getValue().inDoubt(false);
          }
          return over;
        });
  }

  /** The connection is lost: what was not decided stays in doubt. */
  void lost() {
    open.keySet().forEach(Request.Read::settle);
    open.clear();
  }

  private void judge(Request.Write write, Parameter found) {
    if (write.isCarriedOut() || !write.isInDoubt()) {
      // A newer value has taken its place meanwhile, and has to be sent.
      return;
    }
    if (found.writer().filter(sessions::contains).isPresent()) {
      if (isSame(found.value(), write.value())) {
        confirm(write, OptionalLong.of(found.revision()));
      } else if (write.aftermath().values().stream().anyMatch(v -> isSame(found.value(), v))
          || write.aftermath().moving() && isYounger(found, write)) {
        confirm(write, OptionalLong.empty());
      }
    } else if (found.writer().isPresent() && isYounger(found, write)) {
      confirm(write, OptionalLong.empty());
    }
  }

  private boolean isYounger(Parameter found, Request.Write write) {
    long written = clock.time() - (reactor.nanos() - (write.valueDeadline() - limitNanos)) / 1000;
    long margin = MARGIN_MICROS + clock.reading().roundTrip().toNanos() / 1000;
    return found.timestampMicros().isPresent()
        && found.timestampMicros().getAsLong() > written + margin;
  }

  /** A whole number may come back as a float. */
  private static boolean isSame(Value there, Value ours) {
    return there.equals(ours)
        || (there instanceof Value.Float(double number)
            && ours instanceof Value.Int(long whole)
            && number == whole);
  }

  private void confirm(Request.Write write, OptionalLong revision) {
    write.carriedOut();
    Ack answer = new Ack(Optional.of(write.address()), revision);
    for (Request.Write each : write.together()) {
      completer.complete(each, answer);
    }
  }
}
