package dev.clasp.router;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.router.spi.Connection;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A session's way out: one contiguous batch that is written once per loop turn while the connection
 * keeps up, and a bounded queue that conflates while it does not. Lane thread only.
 *
 * <p>The copy into the batch is the one copy that each receiver costs. It beats passing a
 * reference: small frames in one contiguous buffer leave in one system call (measured in
 * docs/performance.md). The batch array is borrowed from the lane only while it holds bytes, so an
 * idle session owns no buffer.
 */
final class Outbound {

  /** Drops within the window after which the receiver is told (router.md 11.3). */
  private static final int NOTICE_DROPS = 100;

  private static final long NOTICE_WINDOW_NANOS = 10_000_000_000L;

  private final Session session;
  private final Lane lane;
  private final Connection connection;
  private final Traffic traffic;
  private final Framing framing;

  /** Longest frame that the receiver takes. */
  private final int maxFrame;

  private final Router router;
  private final OutboundQueue queue;

  private byte @Nullable [] batch;
  private int length;

  /** The connection takes output and nothing waits: send straight into the batch. */
  private boolean direct = true;

  /** Inside {@link Connection#write}, which may report a change of writability. */
  private boolean writing;

  private boolean closed;
  private boolean sealed;
  private boolean graceRunning;

  /** Without {@link #run}. */
  private long messagesOut;

  /** Type and number of the messages at the end of the batch that are not counted yet. */
  private int runType;

  private int run;

  private long bytesOut;
  private long dropped;
  private int windowDrops;
  private long windowStart;
  private long lastNotice;

  Outbound(
      Session session,
      Lane lane,
      Connection connection,
      Traffic traffic,
      int maxFrame,
      Router router) {
    this.session = session;
    this.maxFrame = maxFrame;
    this.lane = lane;
    this.connection = connection;
    this.traffic = traffic;
    this.framing = connection.framing();
    this.router = router;
    this.queue = new OutboundQueue(router.config().queueMessages(), router.config().queueBytes());
    long now = router.clock().nanos();
    this.windowStart = now;
    this.lastNotice = now - NOTICE_WINDOW_NANOS;
  }

  /** Sends one message, now or when the connection takes more. */
  void send(Outgoing message) {
    if (message.frameLength() > maxFrame) {
      tooLong();
    } else if (direct) {
      int start = message.start(framing);
      int count = message.framedLength();
      byte[] b = reserve(count);
      System.arraycopy(message.buffer, start, b, length, count);
      length += count;
      count(message.messageType());
    } else if (!closed && !sealed) {
      enqueue(message.retain());
    }
  }

  /**
   * Sends a message that others want to send and that may be lost: false, and nothing is sent, if
   * it would fill the queue, so that it never does the session any harm.
   */
  boolean offer(Delivery message) {
    if (!direct && !queue.hasRoomFor(message.frame().length)) {
      return false;
    }
    lane.out.load(message);
    send(lane.out);
    return true;
  }

  /** Sends one message that was kept back or made apart from {@link Lane#out}. */
  void send(Delivery delivery) {
    if (delivery.frame().length > maxFrame) {
      tooLong();
    } else if (direct) {
      append(delivery);
    } else if (!closed && !sealed) {
      enqueue(delivery);
    }
  }

  /**
   * A small receiver would lose its place in the stream with a longer frame than it has room for
   * (clients.md 3.3), so it goes without.
   */
  private void tooLong() {
    if (!closed) {
      dropped++;
      lane.add(Counter.TOO_LONG, 1);
    }
  }

  /** Nothing more is sent; frees what waits. */
  void close() {
    closed = true;
    direct = false;
    queue.clear();
    byte[] b = batch;
    if (b != null) {
      batch = null;
      length = 0;
      lane.batches().recycle(b);
    }
  }

  /** What waits still goes out, and nothing after it. No stripe lock held. */
  void seal() {
    writeBatch();
    sealed = true;
    direct = false;
  }

  /** End of the loop turn. */
  void flush() {
    if (length > 0) {
      writeBatch();
    }
    if (!direct) {
      drain();
    }
    session.continueSnapshots();
  }

  /** The connection takes more, or no more. */
  void writabilityChanged() {
    // From inside a write: the state is looked at when the write returns.
    if (!writing) {
      drain();
      session.continueSnapshots();
    }
  }

  /** Sends what waits, as far as the connection takes it. */
  private void drain() {
    if (closed || !connection.writable()) {
      return;
    }
    for (Delivery next = queue.poll(); next != null; next = queue.poll()) {
      append(next);
      if (!connection.writable()) {
        return;
      }
    }
    direct = !sealed;
  }

  private void append(Delivery delivery) {
    byte[] frame = delivery.frame();
    int prefix = framing.prefixLength(frame.length);
    byte[] b = reserve(prefix + frame.length);
    framing.writePrefix(b, length, frame.length);
    System.arraycopy(frame, 0, b, length + prefix, frame.length);
    length += prefix + frame.length;
    count(frame[FrameDescriptor.payloadStart(frame[1])]);
  }

  /** One more message. What follows each other is mostly of one type, and counted together. */
  private void count(int messageType) {
    if (messageType != runType) {
      countRun();
      runType = messageType;
    }
    run++;
  }

  private void countRun() {
    if (run > 0) {
      traffic.sent(runType, run);
      messagesOut += run;
      run = 0;
    }
  }

  /** True when a long snapshot may go on: nothing waits and the connection takes more. */
  boolean flowing() {
    return direct;
  }

  /** Everything has been handed to the connection. */
  boolean idle() {
    return length == 0 && (direct || sealed && queue.messages() == 0);
  }

  int queued() {
    return queue.messages();
  }

  /** So much waits that the session's own requests should wait too. */
  boolean stuffed() {
    return queue.full();
  }

  long messagesOut() {
    return messagesOut + run;
  }

  long bytesOut() {
    return bytesOut;
  }

  long dropped() {
    return dropped;
  }

  /** The batch, with room for this many more bytes; writes a full one first. */
  private byte[] reserve(int count) {
    byte[] b = batch;
    if (b == null || length + count > b.length) {
      b = roomFor(count);
    }
    if (length == 0) {
      lane.markDirty(session);
    }
    return b;
  }

  private byte[] roomFor(int count) {
    int max = router.config().batchBytes();
    Batches batches = lane.batches();
    byte[] b = batch;
    if (b == null) {
      b = batches.take(count);
    } else if (length + count <= max) {
      byte[] small = b;
      b = batches.take(length + count);
      System.arraycopy(small, 0, b, 0, length);
      batches.recycle(small);
    } else {
      writeBatch();
      b = batches.take(max);
    }
    if (count > b.length) {
      batches.recycle(b);
      b = new byte[count];
    }
    batch = b;
    return b;
  }

  /** Writes the batch now; at the end of the loop turn it would be written anyway. */
  void writeBatch() {
    byte[] b = batch;
    if (b == null || length == 0) {
      return;
    }
    int count = length;
    length = 0;
    batch = null;
    bytesOut += count;
    traffic.add(Traffic.BYTES_OUT, count);
    lane.record(Distribution.BATCH_BYTES, count);
    countRun();
    writing = true;
    connection.write(b, 0, count);
    writing = false;
    lane.batches().recycle(b);
    if (!connection.writable()) {
      direct = false;
    }
  }

  private void enqueue(Delivery message) {
    Delivery delivery =
        message.kind() == DeliveryClass.EVENT && connection.mayLoseEvents()
            ? new Delivery(message.frame(), DeliveryClass.SAMPLE, message.address())
            : message;
    switch (queue.offer(delivery)) {
      case QUEUED -> {}
      case CONFLATED -> {
        lane.add(Counter.CONFLATED, 1);
        countDrop();
      }
      case DISPLACED, DROPPED -> countDrop();
      case FULL -> tooSlow();
    }
    if (queue.full() && !graceRunning) {
      graceRunning = true;
      lane.executor()
          .schedule(
              this::graceOver,
              router.pressure() == MemoryPressure.CRITICAL ? 0 : router.config().slowGraceNanos());
    }
  }

  private void graceOver() {
    graceRunning = false;
    endIfSlow();
  }

  /** Ends the session if as much waits for it as may. On the lane's thread. */
  void endIfSlow() {
    if (!closed && queue.full()) {
      tooSlow();
    }
  }

  /** Ends the session; later, because a stripe lock may be held now. */
  private void tooSlow() {
    CloseReason reason =
        new CloseReason(
            CloseReason.TRY_LATER, "receiver too slow: " + queue.messages() + " messages waiting");
    close();
    lane.add(Counter.SLOW_CLOSED, 1);
    lane.executor().execute(() -> connection.close(reason));
  }

  /**
   * Counts one loss; after 100 within 10 s, and at most once in 10 s, tells the receiver (router.md
   * 11.3).
   */
  private void countDrop() {
    dropped++;
    lane.add(Counter.DROPPED, 1);
    long now = router.clock().nanos();
    if (now - windowStart >= NOTICE_WINDOW_NANOS) {
      windowStart = now;
      windowDrops = 1;
      return;
    }
    windowDrops++;
    if (windowDrops >= NOTICE_DROPS && now - lastNotice >= NOTICE_WINDOW_NANOS) {
      lastNotice = now;
      lane.countError(ErrorCode.OVERFLOW);
      byte[] frame =
          FrameCodec.encode(
              new Message.Error(
                  ErrorCode.OVERFLOW,
                  "Buffer overflow: messages being dropped ("
                      + windowDrops
                      + " drops in last 10 seconds)",
                  Optional.empty(),
                  OptionalInt.empty()));
      if (queue.offer(new Delivery(frame, DeliveryClass.REPLY, null))
          == OutboundQueue.Outcome.FULL) {
        tooSlow();
      }
    }
  }
}
