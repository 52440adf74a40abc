package dev.clasp.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** {@code memory}: bytes of the server for an idle connection, a subscription, a stored value. */
final class Memory {

  private static final int CONNECTIONS = 1000;
  private static final int SUBSCRIPTIONS = 10_000;
  private static final int VALUES = 50_000;

  private Memory() {}

  static List<Trial> trials() {
    return List.of(new Trial(Scenario.MEMORY, "", Memory::measure));
  }

  private static void measure(Rig rig, Figures figures) {
    if (rig.target().pid().isEmpty()) {
      throw new BenchException(
          "memory can only be measured of a process on this machine: name it with --pid");
    }
    if (rig.target().pid().getAsLong() == ProcessHandle.current().pid()) {
      rig.note(
          "memory: the server runs inside the load generator, so connections contain both their"
              + " ends");
    }
    Optional<HeapProbe> heap = HeapProbe.of(rig.target());
    ProcessProbe process = new ProcessProbe(rig.target().pid().getAsLong());
    Occupancy empty = Occupancy.of(rig, heap, process);
    List<LoadSession> sessions = openSessions(rig);
    Occupancy connected = Occupancy.of(rig, heap, process);
    int subscriptions = subscribe(rig, sessions);
    Occupancy subscribed = Occupancy.of(rig, heap, process);
    rig.close(sessions.subList(0, 1));
    int values = Filler.fill(rig, VALUES, i -> "/bench/m/value/" + i);
    Occupancy filled = Occupancy.of(rig, heap, process);
    connected.minus(empty, sessions.size()).report(figures, "connection");
    subscribed.minus(connected, subscriptions).report(figures, "subscription");
    filled.minus(subscribed, values).report(figures, "value");
    figures.add("connections", Unit.COUNT, Better.NEITHER, sessions.size());
    figures.add("subscriptions", Unit.COUNT, Better.NEITHER, subscriptions);
    figures.add("values", Unit.COUNT, Better.NEITHER, values);
    empty.report(figures, "empty server");
  }

  /** As many as the server takes, with room for one more. */
  private static List<LoadSession> openSessions(Rig rig) {
    try {
      rig.open(CONNECTIONS, _ -> LoadSession.Receiver.NONE);
    } catch (BenchException full) {
      if (rig.sessions().isEmpty()) {
        throw full;
      }
    }
    return new ArrayList<>(rig.sessions());
  }

  private static int subscribe(Rig rig, List<LoadSession> sessions) {
    int each = Math.max(1, Math.min(500, SUBSCRIPTIONS / sessions.size()));
    List<CompletableFuture<Void>> done = new ArrayList<>();
    int count = 0;
    for (LoadSession session : sessions) {
      for (int id = 1; id <= each; id++) {
        CompletableFuture<Void> subscribed = session.subscribe(id, "/bench/n/" + count++ + "/*");
        if (id == each) {
          done.add(subscribed);
        }
      }
    }
    done.forEach(rig::await);
    return count;
  }
}
