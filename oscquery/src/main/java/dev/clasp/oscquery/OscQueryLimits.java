package dev.clasp.oscquery;

/**
 * What others may take of us. Immutable.
 *
 * @param connections at once, HTTP and WebSockets together
 * @param sessions WebSockets at once
 * @param nodes of the tree; what does not fit is left out and counted
 * @param listens addresses that one WebSocket may LISTEN to
 * @param events that wait for one WebSocket; more, and it is closed
 * @param message longest WebSocket message and longest datagram in bytes
 * @param pattern addresses that one OSC pattern may reach
 */
public record OscQueryLimits(
    int connections, int sessions, int nodes, int listens, int events, int message, int pattern) {

  public static final OscQueryLimits DEFAULT =
      new OscQueryLimits(256, 64, 200_000, 100_000, 4096, 65_507, 1000);

  /**
   * @throws IllegalArgumentException one is less than 1
   */
  public OscQueryLimits {
    for (int each : new int[] {connections, sessions, nodes, listens, events, message, pattern}) {
      if (each < 1) {
        throw new IllegalArgumentException("a limit must be at least 1, not " + each);
      }
    }
  }

  public OscQueryLimits withNodes(int value) {
    return new OscQueryLimits(connections, sessions, value, listens, events, message, pattern);
  }

  public OscQueryLimits withListens(int value) {
    return new OscQueryLimits(connections, sessions, nodes, value, events, message, pattern);
  }

  public OscQueryLimits withSessions(int value) {
    return new OscQueryLimits(connections, value, nodes, listens, events, message, pattern);
  }

  public OscQueryLimits withConnections(int value) {
    return new OscQueryLimits(value, sessions, nodes, listens, events, message, pattern);
  }
}
