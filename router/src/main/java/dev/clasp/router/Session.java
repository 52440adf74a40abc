package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.router.spi.Connection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What the router knows of a client from HELLO to the end of the connection. Lane thread only,
 * except the final fields and {@link #status}.
 */
final class Session {

  private final String id;
  private final byte[] idBytes;
  private final String name;
  private final Set<Feature> features;
  private final Lane lane;
  private final Connection connection;
  private final Outbound outbound;
  private final Flows flows;
  private final long connectedMicros;

  final Map<Integer, Subscription> subscriptions = new HashMap<>();

  /** Addresses whose lock this session holds. */
  final Set<Address> locks = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Bundles that wait for their time. */
  int scheduledBundles;

  private final ArrayDeque<SnapshotCursor> snapshots = new ArrayDeque<>(2);
  private boolean ended;

  long messagesIn;
  long bytesIn;

  /** Monotonic time of the last traffic in either direction. */
  long lastActiveNanos;

  private long messagesOutWhenLastSeen;

  Session(
      String id,
      String name,
      Set<Feature> features,
      Lane lane,
      Connection connection,
      Router router) {
    this.id = id;
    this.idBytes = id.getBytes(StandardCharsets.US_ASCII);
    this.name = name;
    this.features = features;
    this.lane = lane;
    this.connection = connection;
    this.outbound = new Outbound(this, lane, connection, router);
    this.flows = new Flows(lane, outbound, router);
    this.connectedMicros = router.clock().unixMicros();
    this.lastActiveNanos = router.clock().nanos();
  }

  String id() {
    return id;
  }

  /** The id in ASCII, shared by everything this session writes. */
  byte[] idBytes() {
    return idBytes;
  }

  String name() {
    return name;
  }

  Lane lane() {
    return lane;
  }

  Outbound outbound() {
    return outbound;
  }

  /** What its subscriptions with options hold back. */
  Flows flows() {
    return flows;
  }

  boolean ended() {
    return ended;
  }

  /** Ends the connection, saying why; the rest happens when it is closed. */
  void close(CloseReason reason) {
    connection.close(reason);
  }

  /** Nothing is sent or received any more. */
  void end() {
    ended = true;
    snapshots.clear();
    flows.end();
    outbound.close();
  }

  /** Starts a snapshot; it goes on as the connection takes it. */
  void snapshot(SnapshotCursor cursor) {
    snapshots.addLast(cursor);
    continueSnapshots();
  }

  void continueSnapshots() {
    for (SnapshotCursor cursor = snapshots.peekFirst();
        cursor != null && outbound.flowing();
        cursor = snapshots.peekFirst()) {
      if (cursor.advance(this)) {
        snapshots.remove(cursor);
      }
    }
  }

  /** Time since the last traffic in either direction, in nanoseconds. */
  long idleNanos(long now) {
    if (outbound.messagesOut() != messagesOutWhenLastSeen) {
      messagesOutWhenLastSeen = outbound.messagesOut();
      lastActiveNanos = now;
    }
    return now - lastActiveNanos;
  }

  /** A copy of what an administrator sees. Any thread; counters may lag. */
  SessionStatus status() {
    return new SessionStatus(
        id,
        name,
        features,
        connection.peer(),
        connection.transport(),
        connectedMicros,
        subscriptions.size(),
        messagesIn,
        outbound.messagesOut(),
        bytesIn,
        outbound.bytesOut(),
        outbound.queued(),
        outbound.dropped());
  }

  @Override
  public String toString() {
    return "session " + id + " (" + name + ", " + connection.peer() + ")";
  }
}
