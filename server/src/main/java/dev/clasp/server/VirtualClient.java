package dev.clasp.server;

import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Qos;
import dev.clasp.router.Lane;
import dev.clasp.router.Router;
import dev.clasp.router.RouterConnection;
import dev.clasp.router.spi.Connection;
import dev.clasp.router.spi.LaneExecutor;
import dev.clasp.security.Action;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * A client of the router inside the process, on behalf of a peer that does not speak CLASP. It says
 * HELLO and sends frames as every other client does, so that everything that holds for clients
 * (rights, limits, locks, strategies, statistics) holds for the peer too.
 *
 * <p>What the router sends is told to the peer in a task of its own, once in each turn of the loop:
 * the router may send under a lock. What the router does not want at the moment waits here; a value
 * that waits is replaced by the next for the same address.
 *
 * <p>On the thread of the lane, except where said otherwise.
 */
public final class VirtualClient {

  /** Bytes of the router that wait to be told, above which it keeps back the rest. */
  private static final int HIGH_WATER = 64 << 10;

  /** Bytes that wait for the router. */
  private static final int BACKLOG = 1 << 20;

  private final LaneExecutor executor;
  private final VirtualPeer peer;
  private final RouterConnection connection;

  /** Frames of the router that the peer has not been told yet. */
  private byte[] inbox = new byte[256];

  /** What they were in the turn before, to be used again. */
  private byte[] spare = new byte[256];

  private int inboxLength;
  private boolean tellScheduled;
  private boolean kept;

  /** Frames for the router while it wants none: by address if a newer one may replace it. */
  private final Map<Object, byte[]> backlog = new LinkedHashMap<>(0);

  private int backlogBytes;
  private boolean reading = true;
  private boolean touched;
  private boolean ended;

  @SuppressWarnings("this-escape") // The router asks it only what is set by then.
  private VirtualClient(Router router, Lane lane, LaneExecutor executor, VirtualPeer peer) {
    this.executor = executor;
    this.peer = peer;
    this.connection = router.open(lane, new Side());
  }

  /**
   * Connects; say {@link #hello} next.
   *
   * @param executor of the lane
   */
  public static VirtualClient open(
      Router router, Lane lane, LaneExecutor executor, VirtualPeer peer) {
    return new VirtualClient(router, lane, executor, peer);
  }

  /**
   * Says who it is. What is sent behind it waits for the answer. Said again, it begins a new
   * session in the place of the old one, without its subscriptions.
   */
  public void hello(String name, Set<Feature> features, Optional<String> token) {
    send(new Message.Hello(1, features, name, token, Optional.empty()), Qos.FIRE);
  }

  /**
   * Sends a message; call {@link #readComplete} when there is nothing more to send.
   *
   * @return false if it was dropped because the router wants nothing and too much waits
   * @throws EncodeException no frame can carry it
   */
  public boolean send(Message message, Qos qos) {
    byte[] frame = FrameCodec.encode(message, qos);
    if (ended) {
      return true;
    }
    if (!reading || !backlog.isEmpty()) {
      return keep(message, frame);
    }
    touched = true;
    connection.frame(frame, 0, frame.length);
    return true;
  }

  private boolean keep(Message message, byte[] frame) {
    Object key =
        message instanceof Message.SetValue set && !set.lock() && !set.unlock()
            ? set.address()
            : frame;
    byte[] older = backlog.get(key);
    int more = frame.length - (older == null ? 0 : older.length);
    if (backlogBytes + more > BACKLOG) {
      return false;
    }
    backlogBytes += more;
    backlog.put(key, frame);
    return true;
  }

  private void catchUp() {
    while (reading && !ended && !backlog.isEmpty()) {
      var first = backlog.entrySet().iterator();
      byte[] frame = first.next().getValue();
      first.remove();
      backlogBytes -= frame.length;
      touched = true;
      connection.frame(frame, 0, frame.length);
    }
    readComplete();
  }

  /** Everything that the peer had to say for now has been sent. */
  public void readComplete() {
    if (touched && !ended) {
      touched = false;
      connection.readComplete();
    }
  }

  /** The peer takes more, or no more. */
  public void writabilityChanged() {
    if (!ended) {
      connection.writabilityChanged();
    }
  }

  /** The peer is there, although it sends nothing. */
  public void alive() {
    connection.alive();
  }

  /**
   * Addresses that match and for which it has the right; see {@link RouterConnection#addresses}.
   */
  public List<String> addresses(AddressPattern pattern, Action right, int limit) {
    return ended ? List.of() : connection.addresses(pattern, right, limit);
  }

  public boolean ended() {
    return ended;
  }

  /** Ends the session now. Idempotent. */
  public void close(CloseReason reason) {
    if (ended) {
      return;
    }
    ended = true;
    backlog.clear();
    backlogBytes = 0;
    connection.closed(reason);
    peer.ended(reason);
  }

  private void tell() {
    tellScheduled = false;
    if (inboxLength == 0 || ended) {
      return;
    }
    byte[] frames = inbox;
    int length = inboxLength;
    inbox = spare;
    spare = frames;
    inboxLength = 0;
    for (int at = 0; at < length && !ended; ) {
      FrameCodec.Frame frame = FrameCodec.decode(frames, at, length - at);
      peer.received(frame.message());
      at += frame.length();
    }
    if (!ended) {
      peer.flush();
    }
    readComplete();
    if (kept && !ended && peer.writable()) {
      kept = false;
      connection.writabilityChanged();
    }
  }

  /** What the router sees. */
  private final class Side implements Connection {

    @Override
    public Framing framing() {
      return Framing.BARE;
    }

    @Override
    public String peer() {
      return peer.peer();
    }

    @Override
    public String transport() {
      return peer.transport();
    }

    @Override
    public boolean greetedWithValues() {
      return false;
    }

    @Override
    public boolean hearsGoodbye() {
      // Peers of other protocols would take it for an answer.
      return false;
    }

    @Override
    public Optional<Object> circle() {
      return peer.circle();
    }

    @Override
    public void established() {
      peer.established();
    }

    @Override
    public void write(byte[] framed, int offset, int length) {
      if (ended) {
        return;
      }
      if (inboxLength + length > inbox.length) {
        inbox = Arrays.copyOf(inbox, Math.max(2 * inbox.length, inboxLength + length));
      }
      System.arraycopy(framed, offset, inbox, inboxLength, length);
      inboxLength += length;
      if (!tellScheduled) {
        tellScheduled = true;
        executor.execute(VirtualClient.this::tell);
      }
    }

    @Override
    public boolean writable() {
      boolean writable = inboxLength < HIGH_WATER && peer.writable();
      kept |= !writable;
      return writable;
    }

    @Override
    public void reading(boolean enabled) {
      reading = enabled;
      peer.reading(enabled);
      if (enabled && !backlog.isEmpty()) {
        // Not inside of what the router is doing.
        executor.execute(VirtualClient.this::catchUp);
      }
    }

    @Override
    public void close(CloseReason reason) {
      try {
        executor.execute(() -> {
          tell();
          VirtualClient.this.close(reason);
        });
      } catch (RejectedExecutionException e) {
        // The loop has stopped, and the client with it.
        return;
      }
    }
  }
}
