package dev.clasp.bench;

import java.util.List;
import java.util.Optional;

/** {@code idle}: what ten thousand connections cost that do nothing. */
final class Idle {

  private static final int CONNECTIONS = 10_000;

  private Idle() {}

  static List<Trial> trials() {
    return List.of(new Trial(Scenario.IDLE, CONNECTIONS + " connections", Idle::measure));
  }

  private static void measure(Rig rig, Figures figures) {
    if (rig.target().pid().isEmpty()) {
      throw new BenchException(
          "memory can only be measured of a process on this machine: name it with --pid");
    }
    Optional<HeapProbe> heap = HeapProbe.of(rig.target());
    ProcessProbe process = new ProcessProbe(rig.target().pid().getAsLong());
    Occupancy empty = Occupancy.of(rig, heap, process);
    rig.open(CONNECTIONS, _ -> LoadSession.Receiver.NONE);
    Occupancy connected = Occupancy.of(rig, heap, process);
    int open = rig.sessions().size();
    connected.minus(empty, open).report(figures, "connection");
    connected.report(figures, "server");
    figures.add("connections", Unit.COUNT, Better.NEITHER, open);
  }
}
