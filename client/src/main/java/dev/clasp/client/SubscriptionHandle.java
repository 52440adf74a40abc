package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A subscription, seen from inside. */
final class SubscriptionHandle implements Subscription, Answerable {

  private final int id;
  private final AddressPattern pattern;
  private final SubscribeOptions options;
  private final int mask;
  private final SignalSink sink;
  private final Consumer<SubscriptionHandle> onClose;
  private final byte[] frame;
  private final CompletableFuture<Subscription> active = new CompletableFuture<>();
  private final AtomicBoolean open = new AtomicBoolean(true);

  // Loop.
  private long joined;
  private long sequence;
  private boolean settled;

  /**
   * @param onClose told when the user closes it; any thread
   */
  SubscriptionHandle(
      int id,
      AddressPattern pattern,
      SubscribeOptions options,
      SignalSink sink,
      Consumer<SubscriptionHandle> onClose) {
    this.id = id;
    this.pattern = pattern;
    this.options = options;
    this.mask = options.typeMask();
    this.sink = sink;
    this.onClose = onClose;
    this.frame = FrameCodec.encode(new Message.Subscribe(id, pattern.text(), mask, options.wire()));
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public String pattern() {
    return pattern.text();
  }

  @Override
  public SubscribeOptions options() {
    return options;
  }

  @Override
  public CompletableFuture<Subscription> active() {
    return active.copy();
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      sink.ended(Optional.empty(), true);
      onClose.accept(this);
    }
  }

  /** The router or the client ends it; what is waiting is still delivered. */
  void end(Optional<ClaspException> failure) {
    if (open.compareAndSet(true, false)) {
      sink.ended(failure, false);
    }
  }

  /** To complete and to wait on; with what is chained to it, not on the loop. */
  CompletableFuture<Subscription> activePromise() {
    return active;
  }

  /** What {@link #active} says when it is closed before the router has taken it. */
  ClaspException closedEarly() {
    return ClaspException.of(
        Kind.CLOSED, "the subscription to " + pattern + " was closed before the router took it");
  }

  /** The SUBSCRIBE frame. */
  byte[] frame() {
    return frame;
  }

  boolean wants(SignalType type) {
    return (mask & type.maskBit()) != 0;
  }

  boolean matches(String address) {
    return pattern.matches(address);
  }

  /** Loop. Part of the state that it does not want to hear of. */
  boolean skips(Signal signal) {
    return options.skipInitial()
        && !settled
        && signal instanceof Signal.Change change
        && change.fromSnapshot();
  }

  SignalSink sink() {
    return sink;
  }

  /** Loop. When it began to receive, on the client's count of signals. */
  long joined() {
    return joined;
  }

  void joined(long count) {
    joined = count;
  }

  /** Loop. Of its SUBSCRIBE. */
  @Override
  public long sequence() {
    return sequence;
  }

  void sent(long value) {
    sequence = value;
  }

  /** Loop. True the first time: {@link #active} has its outcome. */
  boolean settle() {
    boolean first = !settled;
    settled = true;
    return first;
  }

  boolean isSettled() {
    return settled;
  }

  @Override
  public String toString() {
    return "Subscription[" + Integer.toUnsignedString(id) + " " + pattern + "]";
  }
}
