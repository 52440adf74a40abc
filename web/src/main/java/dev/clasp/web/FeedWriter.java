package dev.clasp.web;

import dev.clasp.transport.HttpBody;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes a feed into the body of an answer, as fast as the peer takes it and no faster: an event
 * stream (WHATWG HTML, server-sent events), or the present values as lines of JSON. Thread-safe.
 *
 * <p>One turn at a time, on a virtual thread of its own: whoever wakes it goes on at once.
 */
final class FeedWriter {

  /** Written at once. */
  private static final int PIECE = 32 << 10;

  /** Heartbeats without a sign that the peer reads, after which it is given up. */
  private static final int PATIENCE = 8;

  private static final byte[] GAP =
      ("event: gap\ndata: {\"detail\":\"events since the last one may be missing; values are"
              + " not\"}\n\n")
          .getBytes(StandardCharsets.US_ASCII);

  /** What is written. */
  enum Form {
    EVENTS,
    LINES
  }

  private final Feed feed;
  private final HttpBody body;
  private final Form form;
  private final WebClock clock;
  private final long heartbeatNanos;
  private final Runnable onEnd;
  private final AtomicInteger wanted = new AtomicInteger();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile @Nullable Problem stop;
  private volatile boolean beat;
  private volatile @Nullable Runnable nextBeat;
  private int stuck;

  private FeedWriter(
      Feed feed, HttpBody body, Form form, WebClock clock, long heartbeatNanos, Runnable onEnd) {
    this.feed = feed;
    this.body = body;
    this.form = form;
    this.clock = clock;
    this.heartbeatNanos = heartbeatNanos;
    this.onEnd = onEnd;
  }

  /**
   * Begins. The feed is closed when the peer has gone.
   *
   * @param retryMillis for clients whose connection is cut
   * @param onEnd runs once
   */
  static FeedWriter events(
      Feed feed,
      HttpBody body,
      WebClock clock,
      long heartbeatNanos,
      int retryMillis,
      Runnable onEnd) {
    FeedWriter writer = new FeedWriter(feed, body, Form.EVENTS, clock, heartbeatNanos, onEnd);
    body.write(("retry: " + retryMillis + "\n\n").getBytes(StandardCharsets.US_ASCII));
    writer.begin();
    writer.later();
    return writer;
  }

  /** Writes what waits, and ends. The feed must be complete. */
  static FeedWriter lines(
      Feed feed, HttpBody body, WebClock clock, long heartbeatNanos, Runnable onEnd) {
    FeedWriter writer = new FeedWriter(feed, body, Form.LINES, clock, heartbeatNanos, onEnd);
    writer.begin();
    writer.later();
    return writer;
  }

  private void begin() {
    body.whenEnded(this::finish);
    body.whenWritable(this::wake);
    wake();
  }

  private void later() {
    nextBeat = clock.schedule(this::heartbeat, heartbeatNanos);
    if (ended.get()) {
      Runnable next = nextBeat;
      if (next != null) {
        next.run();
      }
    }
  }

  private void heartbeat() {
    if (!ended.get()) {
      beat = true;
      wake();
      later();
    }
  }

  /**
   * Ends it with a reason, behind what waits if the peer takes it.
   *
   * @return completes when everything is handed to the connection
   */
  CompletableFuture<Void> stop(Problem why) {
    stop = why;
    wake();
    return done;
  }

  private void wake() {
    if (wanted.getAndIncrement() == 0) {
      Thread.ofVirtual().name("clasp-web-writer").start(this::turns);
    }
  }

  private void turns() {
    int seen = wanted.get();
    while (true) {
      turn();
      int left = wanted.addAndGet(-seen);
      if (left == 0) {
        return;
      }
      seen = left;
    }
  }

  private void turn() {
    if (ended.get()) {
      return;
    }
    boolean heartbeat = beat;
    beat = false;
    if (!body.writable()) {
      if (heartbeat && ++stuck >= PATIENCE) {
        body.end();
        finish();
      } else if (stop != null) {
        last(stop);
      }
      return;
    }
    stuck = 0;
    boolean wrote = false;
    if (form == Form.EVENTS && feed.takeGap()) {
      body.write(GAP);
    }
    while (body.writable()) {
      ByteArrayOutputStream piece = new ByteArrayOutputStream(256);
      for (Optional<FeedItem> next = feed.poll(); next.isPresent(); next = feed.poll()) {
        if (form == Form.EVENTS) {
          piece.writeBytes(next.get().event());
        } else {
          piece.writeBytes(next.get().json());
          piece.write('\n');
        }
        if (piece.size() >= PIECE) {
          break;
        }
      }
      if (piece.size() == 0) {
        break;
      }
      wrote = true;
      if (!body.write(piece.toByteArray())) {
        finish();
        return;
      }
    }
    if (!body.writable()) {
      return;
    }
    Problem why = stop;
    if (form == Form.LINES) {
      body.end();
      finish();
      return;
    }
    if (why == null && feed.ending()) {
      why = feed.end().orElse(null);
    }
    if (why != null) {
      last(why);
      return;
    }
    if (heartbeat && !wrote) {
      body.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
    }
    feed.whenReady(this::wake);
  }

  private void last(Problem why) {
    if (form == Form.EVENTS) {
      body.write(
          ("event: error\ndata: " + SignalJson.text(ApiReplies.document(why), false) + "\n\n")
              .getBytes(StandardCharsets.UTF_8));
    }
    body.end();
    finish();
  }

  private void finish() {
    if (ended.compareAndSet(false, true)) {
      Runnable next = nextBeat;
      if (next != null) {
        next.run();
      }
      feed.close();
      onEnd.run();
      done.complete(null);
    }
  }
}
