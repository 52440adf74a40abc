package dev.clasp.webrtc;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.ClientState;
import dev.clasp.client.Registration;
import dev.clasp.client.Signal;
import dev.clasp.client.SubscribeOptions;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.webrtc.PeerException.Kind;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client as the way of the signals: subscribes to the own address under each new session id,
 * and tells the switchboard what comes. State on the loop.
 */
final class RouterLine implements SignalLine.Router {

  private static final Logger LOG = LoggerFactory.getLogger(PeerToPeer.class);

  private static final SubscribeOptions EVENTS =
      SubscribeOptions.DEFAULT.withTypes(SignalType.EVENT).withCapacity(4_096);

  private final ClaspClient client;
  private final Loop loop;
  private final CompletableFuture<Void> started = new CompletableFuture<>();

  /** Of the connection that is being joined or was; the second is empty until it has been. */
  private String joining = "";

  private volatile String session = "";

  private @Nullable Registration registration;
  private @Nullable Subscription announcements;
  private @Nullable Subscription signals;
  private boolean closed;

  RouterLine(ClaspClient client, Loop loop) {
    this.client = client;
    this.loop = loop;
  }

  /** Completes when others can reach us; fails when the router does not allow it. */
  CompletableFuture<Void> start(Switchboard switchboard) {
    loop.execute(() -> {
      registration = client.listen(event -> loop.execute(() -> event(switchboard, event)));
      Subscription all =
          client.subscribe(
              SignalCodec.ANNOUNCE,
              EVENTS,
              signal -> event(signal, value -> loop.execute(() -> switchboard.announced(value))));
      announcements = all;
      all.active()
          .whenComplete((_, failure) -> {
            if (failure != null) {
              LOG.info(
                  "the router does not show who is there ({}): peers must be known by their id",
                  failure.getMessage());
            }
            loop.execute(() -> {
              if (client.state() == ClientState.CONNECTED) {
                join(switchboard, client.session());
              }
            });
          });
    });
    return started;
  }

  private static void event(Signal signal, java.util.function.Consumer<Value> receiver) {
    switch (signal) {
      case Signal.Event event -> receiver.accept(event.value());
      case Signal.Change _, Signal.Stream _, Signal.Gesture _, Signal.TimelinePublished _ -> {}
    }
  }

  private void event(Switchboard switchboard, ClientEvent event) {
    switch (event) {
      case ClientEvent.Connected connected -> join(switchboard, connected.session());
      case ClientEvent.Disconnected _, ClientEvent.ReconnectGaveUp _, ClientEvent.Closed _ ->
          leave(switchboard);
      case ClientEvent.ErrorReceived error ->
          error
              .address()
              .ifPresent(address -> switchboard.refused(error.code(), error.message(), address));
      case ClientEvent.Connecting _,
          ClientEvent.Reconnecting _,
          ClientEvent.Dropped _,
          ClientEvent.CallbackFailed _,
          ClientEvent.Undecodable _ -> {}
    }
  }

  private void join(Switchboard switchboard, String id) {
    if (closed || id.isEmpty() || id.equals(joining)) {
      return;
    }
    leave(switchboard);
    joining = id;
    Subscription own;
    try {
      own =
          client.subscribe(
              SignalCodec.address(id),
              EVENTS,
              signal -> event(signal, value -> loop.execute(() -> switchboard.signalled(value))));
    } catch (ClaspException e) {
      started.completeExceptionally(e);
      return;
    }
    signals = own;
    own.active()
        .whenComplete((_, failure) ->
            loop.execute(() -> {
              if (!id.equals(joining)) {
                return;
              }
              if (failure == null) {
                session = id;
                switchboard.joined();
                started.complete(null);
              } else {
                LOG.warn("the router does not let peers reach us: {}", failure.getMessage());
                started.completeExceptionally(
                    new PeerException(
                        Kind.NOT_PERMITTED,
                        "the router does not let peers reach this client; its token needs"
                            + " read:/clasp/p2p/** and write:/clasp/p2p/** ("
                            + failure.getMessage()
                            + ")",
                        failure));
              }
            }));
  }

  private void leave(Switchboard switchboard) {
    if (joining.isEmpty()) {
      return;
    }
    joining = "";
    session = "";
    if (signals != null) {
      signals.close();
      signals = null;
    }
    switchboard.left();
  }

  @Override
  public String session() {
    return session;
  }

  @Override
  public CompletableFuture<Void> publish(String address, Value value) {
    try {
      return client.emit(address, value);
    } catch (ClaspException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Loop. The client stays open. */
  void close() {
    closed = true;
    session = "";
    joining = "";
    if (registration != null) {
      registration.close();
    }
    if (announcements != null) {
      announcements.close();
    }
    if (signals != null) {
      signals.close();
    }
    started.completeExceptionally(new PeerException(Kind.CLOSED, "closed by this side"));
  }
}
