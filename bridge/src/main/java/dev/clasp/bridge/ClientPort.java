package dev.clasp.bridge;

import dev.clasp.client.BundleBuilder;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.ClientState;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import dev.clasp.transform.GestureStep;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A router through a client. */
final class ClientPort implements RouterPort {

  private static final Logger LOG = LoggerFactory.getLogger(ClientPort.class);

  /** Definitions in one message: with long texts it still fits. */
  private static final int ANNOUNCED_AT_ONCE = 40;

  private final ClaspClient client;
  private final boolean own;

  /**
   * @param own close the client with this
   */
  ClientPort(ClaspClient client, boolean own) {
    this.client = client;
    this.own = own;
  }

  @Override
  public CompletableFuture<OptionalLong> set(String address, Value value) {
    return client.set(address, value).thenApply(ack -> ack.revision());
  }

  @Override
  public CompletableFuture<OptionalLong> set(MappedSignal signal) {
    if (signal.hints().get("ttl") instanceof Value.Int(long seconds) && seconds >= 0) {
      Ttl ttl = new Ttl.Absolute((int) Math.min(seconds, Ttl.MAX_SECONDS));
      return client
          .set(signal.address(), signal.value(), SetOptions.CONFIRM.withTtl(ttl))
          .thenApply(ack -> ack.revision());
    }
    return set(signal.address(), signal.value());
  }

  @Override
  public CompletableFuture<OptionalLong> publish(MappedSignal signal) {
    Optional<GestureStep> step = signal.gesture();
    if (step.isPresent()) {
      return client
          .gesture(signal.address(), step.get().id(), step.get().phase(), signal.value())
          .thenApply(_ -> OptionalLong.empty());
    }
    CompletableFuture<Void> sent =
        signal.type() == SignalType.STREAM
            ? client.stream(signal.address(), signal.value())
            : signal.value().equals(Value.NULL)
                ? client.emit(signal.address())
                : client.emit(signal.address(), signal.value());
    return sent.thenApply(_ -> OptionalLong.empty());
  }

  @Override
  public CompletableFuture<OptionalLong> bundle(List<MappedSignal> signals, OptionalLong atMicros) {
    BundleBuilder bundle = new BundleBuilder();
    for (MappedSignal signal : signals) {
      if (signal.type() == SignalType.PARAM) {
        bundle.set(signal.address(), signal.value());
      } else if (signal.value().equals(Value.NULL)) {
        bundle.emit(signal.address());
      } else {
        bundle.emit(signal.address(), signal.value());
      }
    }
    atMicros.ifPresent(bundle::at);
    return client.bundle(bundle).thenApply(_ -> OptionalLong.empty());
  }

  @Override
  public AutoCloseable subscribe(
      List<String> patterns, Consumer<Signal> signals, Consumer<String> refused) {
    List<AddressPattern> wanted = widest(patterns);
    List<Subscription> open = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      // Overlapping subscriptions each bring what both match; the first one counts.
      List<AddressPattern> before = List.copyOf(wanted.subList(0, i));
      Subscription subscription =
          client.subscribe(
              wanted.get(i).text(),
              signal -> {
                if (before.stream().noneMatch(p -> p.matches(signal.address()))) {
                  signals.accept(signal);
                }
              });
      subscription
          .active()
          .whenComplete((_, failure) -> {
            if (failure != null && client.state() != ClientState.CLOSED) {
              refused.accept(subscription.pattern() + ": " + Failures.reason(failure));
            }
          });
      open.add(subscription);
    }
    return () -> open.forEach(Subscription::close);
  }

  /** Without those that another one includes. */
  private static List<AddressPattern> widest(List<String> patterns) {
    List<AddressPattern> widest = new ArrayList<>();
    for (String text : patterns) {
      AddressPattern pattern = AddressPattern.parse(text);
      if (widest.stream().noneMatch(other -> other.includes(pattern))) {
        widest.removeIf(pattern::includes);
        widest.add(pattern);
      }
    }
    return widest;
  }

  @Override
  public void announce(String namespace, Map<String, Value> meta) {
    announce(namespace, List.of(), meta);
  }

  /** In pieces that fit into a frame; each adds to those before. */
  @Override
  public void announce(String namespace, List<SignalDefinition> signals, Map<String, Value> meta) {
    int sent = 0;
    do {
      List<SignalDefinition> piece =
          signals.subList(sent, Math.min(signals.size(), sent + ANNOUNCED_AT_ONCE));
      sent += piece.size();
      try {
        client
            .announce(namespace, piece, meta)
            .whenComplete((_, failure) -> {
              if (failure != null) {
                LOG.debug("the router did not take the announcement of {}", namespace, failure);
              }
            });
      } catch (ClaspException e) {
        LOG.debug("{} cannot be announced", namespace, e);
      }
    } while (sent < signals.size());
  }

  @Override
  public boolean connected() {
    return client.state() == ClientState.CONNECTED;
  }

  @Override
  public AutoCloseable listen(Consumer<Change> listener) {
    return client.listen(event -> {
      switch (event) {
        case ClientEvent.Connected _ -> listener.accept(Change.CONNECTED);
        case ClientEvent.Disconnected _ -> listener.accept(Change.LOST);
        case ClientEvent.ReconnectGaveUp _, ClientEvent.Closed _ -> listener.accept(Change.ENDED);
        default -> {}
      }
    });
  }

  @Override
  public long timeMicros() {
    return client.time();
  }

  @Override
  public void close() {
    if (own) {
      client.close();
    }
  }
}
