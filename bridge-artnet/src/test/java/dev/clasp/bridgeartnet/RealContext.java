package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A host with the real time, that remembers. */
final class RealContext extends FakeContext {

  private static final long PATIENCE_SECONDS = 30;

  final BlockingQueue<MappedSignal> signals = new LinkedBlockingQueue<>();
  final Map<String, Value> parameters = new ConcurrentHashMap<>();

  /** Added to the time, to let it pass. */
  final AtomicLong ahead = new AtomicLong();

  private final String name;

  RealContext(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void receive(Parcel parcel) {
    for (MappedSignal signal : parcel.signals()) {
      if (signal.type() == SignalType.PARAM) {
        parameters.put(signal.address(), signal.value());
      }
      signals.add(signal);
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime() + ahead.get();
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    throw new UnsupportedOperationException();
  }

  // --- for tests ---------------------------------------------------------------------------------

  /** Until the parameter has this value. */
  void awaitParameter(String path, Value value) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!value.equals(parameters.get(path))) {
      try {
        signals.poll(10, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      assertThat(System.nanoTime() < end)
          .as(path + " is " + parameters.get(path) + ", not " + value + "; told " + told)
          .isTrue();
    }
  }

  /** The next of this path; what comes before it is skipped. */
  Value awaitSignal(String path) {
    try {
      while (true) {
        MappedSignal next = signals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("no " + path + " comes; told " + told).isNotNull();
        if (next.address().equals(path)) {
          return next.value();
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The next thing told with this in it; what is told before it is skipped. */
  String awaitToldOf(String part) {
    List<String> skipped = new ArrayList<>();
    try {
      while (true) {
        String next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("nothing with " + part + " is told, only " + skipped).isNotNull();
        if (next.contains(part)) {
          return next;
        }
        skipped.add(next);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
