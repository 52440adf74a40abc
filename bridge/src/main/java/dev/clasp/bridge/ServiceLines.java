package dev.clasp.bridge;

import dev.clasp.protocol.Value;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines of JSON for one reader, each whole, from any thread. A slow reader holds up nobody. */
final class ServiceLines implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceLines.class);

  private static final int MAX_WAITING = 10_000;
  private static final int LAST_SECONDS = 4;
  private static final byte[] END = {};

  private final ArrayBlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final OutputStream out;
  private final Thread writer;
  private final AtomicLong dropped = new AtomicLong();
  private volatile boolean broken;

  ServiceLines(OutputStream out) {
    this.out = new BufferedOutputStream(out, 64 << 10);
    this.writer = Thread.ofPlatform().daemon().name("clasp-service-out").start(this::writeAll);
  }

  /** Bytes become Base64 here (bridges.md 2.6). */
  static byte[] line(Map<String, Value> object) {
    return (JsonValues.text(withText(Value.of(object))) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static Value withText(Value value) {
    return switch (value) {
      case Value.Bytes bytes -> Value.of(Base64.getEncoder().encodeToString(bytes.value()));
      case Value.Array(var values) ->
          Value.of(values.stream().map(ServiceLines::withText).toList());
      case Value.Map(var entries) -> {
        Map<String, Value> copy = new LinkedHashMap<>();
        entries.forEach((key, each) -> copy.put(key, withText(each)));
        yield Value.of(copy);
      }
      default -> value;
    };
  }

  /** Waits until there is room. */
  void put(Map<String, Value> object) {
    try {
      if (!broken) {
        waiting.put(line(object));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does not wait; false if there is no room, of which the reader is told when there is again. */
  boolean offer(Map<String, Value> object) {
    if (broken || waiting.offer(line(object))) {
      return true;
    }
    dropped.incrementAndGet();
    return false;
  }

  private static byte[] overflow(long lines) {
    Map<String, Value> object = new LinkedHashMap<>();
    object.put("type", Value.of("overflow"));
    object.put("dropped", Value.of(lines));
    return line(object);
  }

  private void writeAll() {
    List<byte[]> some = new ArrayList<>();
    try {
      while (true) {
        some.clear();
        some.add(waiting.take());
        waiting.drainTo(some);
        for (byte[] line : some) {
          if (line.length == 0) {
            out.flush();
            return;
          }
          out.write(line);
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          out.write(overflow(lost));
        }
        out.flush();
      }
    } catch (IOException e) {
      LOG.debug("nobody reads any more: {}", e.getMessage());
      broken = true;
      waiting.clear();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what waits, for some seconds at most. */
  @Override
  public void close() {
    try {
      if (!broken && waiting.offer(END, LAST_SECONDS, TimeUnit.SECONDS)) {
        writer.join(LAST_SECONDS * 1000L);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
