package dev.clasp.bench;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.SignalType;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkClient;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A session of the load generator: HELLO is done, SUBSCRIBE is at hand, and everything else goes
 * raw to and from a {@link Receiver}. Loop thread unless said otherwise.
 */
final class LoadSession implements FrameListener, Outlet {

  /** Receives what a session brings, on its loop. */
  interface Receiver {

    /** Ignores everything. */
    Receiver NONE = (type, b, payload, end) -> {};

    /**
     * A message that is neither PONG nor ERROR; its bytes are valid during the call.
     *
     * @param type code of its type
     * @param payload where it starts in {@code b}
     * @param end where it ends
     */
    void message(int type, byte[] b, int payload, int end);

    /** Everything of one socket read has been handed over. */
    default void readComplete() {}

    /** The connection takes more. */
    default void writable() {}

    /**
     * The server refused something.
     *
     * @return true if that was expected; otherwise the run fails
     */
    default boolean error(Message.Error error) {
      return false;
    }

    /**
     * The connection ended although nobody here closed it.
     *
     * @return true if that was expected; otherwise the run fails
     */
    default boolean closed(CloseReason reason) {
      return false;
    }
  }

  private final Rig rig;
  private final FrameLink link;
  private final CompletableFuture<LoadSession> opened;
  private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();

  private Receiver receiver;
  private byte[] out = new byte[1024];
  private int length;
  private boolean closing;

  /** Those who wait for a PONG, in the order of their PINGs. */
  private final ArrayDeque<CompletableFuture<Void>> pongs = new ArrayDeque<>(2);

  private LoadSession(
      Rig rig, FrameLink link, Receiver receiver, CompletableFuture<LoadSession> opened) {
    this.rig = rig;
    this.link = link;
    this.receiver = receiver;
    this.opened = opened;
  }

  /**
   * Any thread. Connects and says HELLO.
   *
   * @return completes, on the loop, with WELCOME; the SNAPSHOT that follows goes to the receiver
   */
  static CompletableFuture<LoadSession> open(
      Rig rig, EventLoops loops, DialOptions options, Receiver receiver) {
    CompletableFuture<LoadSession> opened = new CompletableFuture<>();
    LinkClient.connect(
            rig.uri(),
            loops,
            options,
            link -> {
              LoadSession session = new LoadSession(rig, link, receiver, opened);
              // Later: while this is called, the link cannot send yet.
              link.loop().execute(() -> session.hello(rig.token()));
              return session;
            })
        .whenComplete((link, failure) -> {
          if (failure != null) {
            opened.completeExceptionally(failure);
          }
        });
    return opened;
  }

  private void hello(Optional<String> token) {
    EnumSet<Feature> features = EnumSet.allOf(Feature.class);
    features.remove(Feature.FEDERATION);
    append(
        FrameCodec.encode(new Message.Hello(1, features, "clasp bench", token, Optional.empty())));
    flush();
  }

  /** Any thread. */
  EventLoop loop() {
    return link.loop();
  }

  FrameLink link() {
    return link;
  }

  void receiver(Receiver value) {
    receiver = value;
  }

  // --- sending -----------------------------------------------------------------------------------

  /** Adds a frame to what {@link #flush} sends. */
  void append(byte[] frame) {
    reserve(frame.length);
    System.arraycopy(frame, 0, out, length, frame.length);
    length += frame.length;
  }

  @Override
  public void append(FrameTemplate template, long number) {
    reserve(template.length());
    template.write(out, length, number);
    length += template.length();
  }

  @Override
  public void flush() {
    if (length > 0) {
      int count = length;
      length = 0;
      link.write(out, 0, count);
    }
  }

  @Override
  public boolean writable() {
    return link.writable();
  }

  private void reserve(int count) {
    if (length + count > out.length) {
      out = Arrays.copyOf(out, Math.max(length + count, 2 * out.length));
    }
  }

  /** Any thread. Subscribes to all types; completes when the server has handled it. */
  CompletableFuture<Void> subscribe(int id, String pattern) {
    return onLoop(
        FrameCodec.encode(
            new Message.Subscribe(
                id, pattern, SignalType.ALL_MASK, Message.SubscribeOptions.NONE)));
  }

  /** Any thread. Completes when the server has handled everything that was sent before. */
  CompletableFuture<Void> settle() {
    return onLoop(new byte[0]);
  }

  /** Sends frames and a PING behind them; completes with the PONG. */
  private CompletableFuture<Void> onLoop(byte[] frames) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop()
        .execute(() -> {
          append(frames);
          append(FrameCodec.encode(new Message.Ping()));
          flush();
          if (closed.isDone()) {
            done.completeExceptionally(new BenchException("the connection has ended"));
          } else {
            pongs.add(done);
          }
        });
    return done;
  }

  /**
   * Any thread. Ends the connection.
   *
   * @return completes when it has ended
   */
  CompletableFuture<CloseReason> close() {
    loop()
        .execute(() -> {
          closing = true;
          link.close(new CloseReason(CloseReason.NORMAL, ""));
        });
    return closed;
  }

  // --- receiving ---------------------------------------------------------------------------------

  @Override
  public void frame(byte[] b, int offset, int count) {
    int payload;
    int end;
    try {
      end = offset + FrameDescriptor.frameLength(b, offset, count);
      payload = offset + FrameDescriptor.payloadStart(b[offset + 1]);
    } catch (DecodeException e) {
      rig.fail(new BenchException("the server sent something that is no frame: " + e.getMessage()));
      return;
    }
    int type = payload < end ? b[payload] & 0xFF : 0;
    if (type == MessageType.PUBLISH || type == MessageType.SET || type == MessageType.ACK) {
      receiver.message(type, b, payload, end);
    } else {
      rare(type, b, payload, end);
    }
  }

  private void rare(int type, byte[] b, int payload, int end) {
    switch (type) {
      case MessageType.WELCOME -> opened.complete(this);
      case MessageType.PONG -> {
        CompletableFuture<Void> waiting = pongs.poll();
        if (waiting != null) {
          waiting.complete(null);
        }
      }
      case MessageType.ERROR -> refused(b, payload, end);
      default -> receiver.message(type, b, payload, end);
    }
  }

  private void refused(byte[] b, int payload, int end) {
    try {
      if (MessageCodec.decode(b, payload, end - payload) instanceof Message.Error error) {
        BenchException failure =
            new BenchException(
                "the server answered ERROR "
                    + error.code()
                    + ": "
                    + error.message()
                    + error.address().map(address -> " (" + address + ")").orElse(""));
        if (!opened.completeExceptionally(failure) && !receiver.error(error)) {
          rig.fail(failure);
        }
      }
    } catch (DecodeException e) {
      rig.fail(new BenchException("the server sent a broken ERROR: " + e.getMessage()));
    }
  }

  @Override
  public void readComplete() {
    receiver.readComplete();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (writable) {
      receiver.writable();
    }
  }

  @Override
  public void closed(CloseReason reason) {
    BenchException failure =
        new BenchException(
            "the server closed the connection: "
                + reason.code()
                + (reason.text().isEmpty() ? "" : " " + reason.text()));
    opened.completeExceptionally(failure);
    boolean wasOpen = !opened.isCompletedExceptionally();
    closed.complete(reason);
    pongs.forEach(waiting -> waiting.completeExceptionally(failure));
    pongs.clear();
    if (wasOpen && !closing && !receiver.closed(reason)) {
      rig.fail(failure);
    }
  }
}
