package dev.clasp.client;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message.Content;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends the samples of a stream in blocks: a block goes when it is full, or when its oldest sample
 * has waited long enough. Its time is that of its first sample. Thread-safe; writing never waits.
 *
 * {@snippet :
 * try (StreamWriter meter = client.stream("/audio/level", StreamOptions.DEFAULT.withRate(48_000))) {
 *   for (double sample : samples) {
 *     meter.write(sample);
 *   }
 * }
 * }
 *
 * <p>Closing the client closes it too. Samples belong to their moment: when the connection is too
 * slow or away, blocks are dropped; {@link #lost} counts their samples.
 */
public final class StreamWriter implements AutoCloseable, Unfinished {

  /** Frame, message, lengths and time around address and samples, generously. */
  private static final int OVERHEAD = 64;

  private final Conductor conductor;
  private final String address;
  private final StreamOptions options;
  private final long maxDelayNanos;
  private final LongAdder lost = new LongAdder();
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final double[] samples;
  private int count;
  private long firstMicros;
  private long firstNanos;
  private boolean timed;
  private boolean closed;

  StreamWriter(Conductor conductor, String address, StreamOptions options) {
    Addresses.check(address);
    this.conductor = conductor;
    this.address = address;
    this.options = options;
    this.maxDelayNanos = options.maxDelay().toNanos();
    // Three bytes of UTF-8 for each char at most.
    int room = conductor.config().maxFrame() - OVERHEAD - 3 * address.length();
    this.samples = new double[Math.clamp(room / Double.BYTES, 1, options.maxSamples())];
  }

  /** Where the samples are sent. */
  public String address() {
    return address;
  }

  /** Samples that were written but not sent, because the connection was too slow or away. */
  public long lost() {
    return lost.sum();
  }

  /**
   * Writes a sample.
   *
   * @throws ClaspException of kind CLOSED: this is closed
   */
  public void write(double sample) {
    lock.lock();
    try {
      add(sample);
      if (maxDelayNanos == 0) {
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes samples, oldest first; as many blocks as that takes.
   *
   * @throws ClaspException of kind CLOSED: this is closed
   */
  public void write(double[] more) {
    lock.lock();
    try {
      for (double sample : more) {
        add(sample);
      }
      if (maxDelayNanos == 0) {
        send();
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(double sample) {
    if (closed) {
      throw ClaspException.of(Kind.CLOSED, "the stream to " + address + " is closed");
    }
    if (count == 0) {
      firstMicros = conductor.time();
      firstNanos = conductor.nanos();
      if (!timed && maxDelayNanos > 0) {
        timed = true;
        conductor.after(maxDelayNanos, this::due);
      }
    }
    samples[count++] = sample;
    if (count == samples.length) {
      send();
    }
  }

  /** Loop. Of all blocks only one has a timer; this looks whether it is this one's time. */
  private void due() {
    lock.lock();
    try {
      timed = false;
      if (count == 0) {
        return;
      }
      long left = maxDelayNanos - (conductor.nanos() - firstNanos);
      if (left <= 0) {
        send();
      } else {
        timed = true;
        conductor.after(left, this::due);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends what is collected.
   *
   * @return as of {@link ClaspClient#stream(String, double[], int)}
   */
  public CompletableFuture<Void> flush() {
    lock.lock();
    try {
      return send();
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Void> send() {
    if (count == 0) {
      return CompletableFuture.completedFuture(Nothing.NOTHING);
    }
    int sent = count;
    count = 0;
    CompletableFuture<Void> future =
        conductor
            .submit(
                Requests.stream(
                    address,
                    Content.ofSamples(Arrays.copyOf(samples, sent)),
                    options.rate(),
                    firstMicros))
            .future();
    CompletableFuture<?> _ =
        future.whenComplete((_, failure) -> {
          if (failure != null) {
            lost.add(sent);
          }
        });
    return future;
  }

  /** Sends what is collected; nothing can be written any more. Does not wait. Idempotent. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      CompletableFuture<Void> _ = send();
    } finally {
      lock.unlock();
    }
  }
}
