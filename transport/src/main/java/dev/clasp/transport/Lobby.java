package dev.clasp.transport;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What the listeners of a router share: who may come in and who waits, what became of connections,
 * and who listens to those that carry frames. Thread-safe.
 */
public final class Lobby {

  private volatile ConnectionLimits limits;
  private final TrustedProxies proxies;
  private final LinkAcceptor acceptor;
  private final ConnectionCounts counts;
  private final Doorkeeper doorkeeper;
  private final WaitingRoom waiting;
  private final BodyBudget bodies = BodyBudget.ofAll();

  Lobby(ConnectionLimits limits, TrustedProxies proxies, LinkAcceptor acceptor) {
    this.limits = limits;
    this.proxies = proxies;
    this.acceptor = acceptor;
    this.counts = new ConnectionCounts(System::nanoTime);
    this.doorkeeper = new Doorkeeper(limits, System::nanoTime);
    this.waiting = new WaitingRoom(limits.maxUnauthenticated());
  }

  /** Who listens to new connections. */
  public LinkAcceptor acceptor() {
    return acceptor;
  }

  /**
   * Other numbers of connections and rates by address, from now on; what listeners are built with
   * (sizes, times, the rate of all) stays. Any thread.
   */
  public void relimit(ConnectionLimits next) {
    limits = next;
    doorkeeper.relimit(next);
    waiting.resize(next.maxUnauthenticated());
  }

  ConnectionLimits limits() {
    return limits;
  }

  ConnectionCounts counts() {
    return counts;
  }

  Doorkeeper doorkeeper() {
    return doorkeeper;
  }

  WaitingRoom waiting() {
    return waiting;
  }

  /** Memory for bodies of requests. */
  BodyBudget bodies() {
    return bodies;
  }

  /** Is the word of this peer taken for whom it speaks for? */
  boolean trusts(InetSocketAddress peer) {
    return proxies.trusts(peer);
  }

  TrustedProxies proxies() {
    return proxies;
  }

  /** A connection has its place among those that are not let in yet, maybe that of another one. */
  void enter(Visitor visitor) {
    counts.add(ConnectionCounter.ACCEPTED);
    if (!waiting.enter(visitor)) {
      counts.warn(
          ConnectionCounter.DISPLACED,
          visitor.peer(),
          "took the place of an older connection, because "
              + limits.maxUnauthenticated()
              + " have not said HELLO");
    }
  }

  /** Counts and reports a connection that may not come in. */
  void turnedAway(Refusal why, Visitor visitor) {
    counts.warn(why.counter(), visitor.peer(), "refused a connection: " + why.text());
  }

  /**
   * Somebody comes who is no connection of a transport, but a peer of a foreign protocol: counts
   * and has limits as a connection. Any thread.
   *
   * @param dismiss any thread: has to make room for others, unless it was let in meanwhile
   * @return empty if it may not come in, which has been counted
   */
  public Optional<Admission> admit(InetSocketAddress peer, Runnable dismiss) {
    Doorkeeper.Pass pass = doorkeeper.enter(peer.getAddress());
    Admission admission = new Admission(peer, pass, waiting, dismiss);
    Optional<Refusal> refusal = pass.refusal();
    if (refusal.isPresent()) {
      turnedAway(refusal.get(), admission);
      return Optional.empty();
    }
    enter(admission);
    return Optional.of(admission);
  }

  /** What became of connections, since the start. */
  public long count(ConnectionCounter counter) {
    return counts.of(counter);
  }

  /** Connections of every kind that are open now, those that were turned away not counted. */
  public int open() {
    return doorkeeper.open();
  }

  /** Of those, the ones that have not been let in. */
  public int unauthenticated() {
    return waiting.size();
  }
}
