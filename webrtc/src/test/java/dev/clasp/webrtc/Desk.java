package dev.clasp.webrtc;

import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * A switchboard with everything around it faked, and a router that several of them share. The
 * router does what ours does: it sets {@code from} and answers 404.
 */
final class Desk implements SignalLine.Router {

  /** Delivers signals between desks, in order, when the test says so. */
  static final class FakeRouter {
    final Map<String, Desk> desks = new HashMap<>();
    private final Queue<Runnable> onTheWay = new ArrayDeque<>();

    void deliver() {
      for (Runnable each = onTheWay.poll(); each != null; each = onTheWay.poll()) {
        each.run();
      }
    }
  }

  /** What was published, with its address. */
  record Published(String address, Value value) {}

  final FakeRouter network;
  final ManualLoop loop;
  final FakeConnections connections = new FakeConnections();
  final List<PeerEvent> events = new ArrayList<>();
  final List<Published> published = new ArrayList<>();
  final List<String> asked = new ArrayList<>();
  final ReceiveBudget budget = new ReceiveBudget();

  /** The answer of the application to the next questions. */
  CompletableFuture<Boolean> admits = CompletableFuture.completedFuture(true);

  final Switchboard board;
  String session;

  Desk(String session, FakeRouter network, ManualLoop loop, RoutingMode mode) {
    this.session = session;
    this.network = network;
    this.loop = loop;
    network.desks.put(session, this);
    Settings settings =
        new Settings(
            List.of(),
            mode,
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            peer -> {
              asked.add(peer);
              return admits;
            },
            events::add);
    Deliveries deliveries = new Deliveries(settings.listener(), loop::execute, budget);
    board =
        new Switchboard(new Surroundings(settings, loop, this, budget, deliveries), connections);
  }

  static Desk alone() {
    return new Desk("me", new FakeRouter(), new ManualLoop(), RoutingMode.PREFER_PEER);
  }

  @Override
  public String session() {
    return session;
  }

  @Override
  public CompletableFuture<Void> publish(String address, Value value) {
    published.add(new Published(address, value));
    if (address.equals(SignalCodec.ANNOUNCE)) {
      network.desks.values().stream()
          .filter(desk -> !desk.session.equals(session))
          .forEach(desk -> network.onTheWay.add(() -> desk.board.announced(value)));
    } else {
      String target = address.substring(SignalCodec.address("").length());
      Value verified = with(value, "from", Value.of(session));
      network.onTheWay.add(() -> {
        Desk desk = network.desks.get(target);
        if (desk != null) {
          desk.board.signalled(verified);
        } else {
          board.refused(404, "Target session not found: " + target, address);
        }
      });
    }
    return CompletableFuture.completedFuture(null);
  }

  static Value with(Value map, String name, Value value) {
    Map<String, Value> entries = new LinkedHashMap<>(((Value.Map) map).entries());
    entries.put(name, value);
    return Value.of(entries);
  }

  /** Delivers everything that is on its way. */
  void settle() {
    loop.run();
    while (!network.onTheWay.isEmpty()) {
      network.deliver();
      loop.run();
    }
  }

  /** Lets time pass step by step, so that answers get their way in between. */
  void pass(Duration time) {
    for (int i = 0; i < 20; i++) {
      loop.pass(time.dividedBy(20));
      settle();
    }
  }

  // --- what others send --------------------------------------------------------------------------

  Desk receives(PeerSignal signal) {
    board.signalled(SignalCodec.encode(signal));
    loop.run();
    return this;
  }

  Desk offered(String peer, String correlation) {
    return receives(new PeerSignal.Offer(peer, correlation, FakeConnections.SDP));
  }

  // --- what this one does ------------------------------------------------------------------------

  CompletableFuture<Peer> connect(String peer) {
    CompletableFuture<Peer> promise = new CompletableFuture<>();
    board.connect(peer, promise);
    loop.run();
    return promise;
  }

  CompletableFuture<Route> send(String peer, String text) {
    return send(peer, text.getBytes(java.nio.charset.StandardCharsets.UTF_8), true);
  }

  CompletableFuture<Route> send(String peer, byte[] data, boolean reliable) {
    CompletableFuture<Route> promise = new CompletableFuture<>();
    board.send(peer, data, reliable, promise);
    loop.run();
    return promise;
  }

  /** Connected to a peer that only exists in this test. Returns the correlation id. */
  String connectedTo(String peer) {
    connect(peer);
    connections.last().described();
    String correlation = lastSignal("offer").correlation();
    receives(new PeerSignal.Answer(peer, correlation, FakeConnections.SDP));
    connections.last().listener.remoteSet();
    connections.last().opened();
    loop.run();
    return correlation;
  }

  // --- what it has sent --------------------------------------------------------------------------

  List<PeerSignal> signals() {
    return published.stream()
        .filter(each -> !each.address().equals(SignalCodec.ANNOUNCE))
        .map(each -> SignalCodec.decode(each.value()))
        .toList();
  }

  /** The types of signals, in order. */
  List<String> types() {
    return signals().stream().map(each -> each.getClass().getSimpleName()).toList();
  }

  /** The last signal of this type. */
  PeerSignal.OfAttempt lastSignal(String type) {
    return published.stream()
        .map(Published::value)
        .filter(value -> Value.of(type).equals(((Value.Map) value).entries().get("type")))
        .map(value -> (PeerSignal.OfAttempt) SignalCodec.decode(value))
        .reduce((_, last) -> last)
        .orElseThrow(() -> new AssertionError("no " + type + " in " + published));
  }

  /** What the listener was told, without announcements. */
  List<String> told() {
    loop.run();
    return events.stream()
        .filter(event -> !(event instanceof PeerEvent.Announced))
        .map(event ->
            switch (event) {
              case PeerEvent.Received received ->
                  "Received "
                      + new String(received.data(), java.nio.charset.StandardCharsets.UTF_8)
                      + " "
                      + received.route();
              case PeerEvent.Announced _,
                  PeerEvent.Connected _,
                  PeerEvent.Failed _,
                  PeerEvent.Disconnected _,
                  PeerEvent.Undelivered _ ->
                  event.getClass().getSimpleName();
            })
        .toList();
  }
}
