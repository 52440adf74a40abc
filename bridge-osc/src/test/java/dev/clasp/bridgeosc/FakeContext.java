package dev.clasp.bridgeosc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A host that remembers. What is scheduled runs when the test says so. */
final class FakeContext implements EndpointContext {

  private static final long PATIENCE_SECONDS = 20;

  final BlockingQueue<Parcel> parcels = new LinkedBlockingQueue<>();
  final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  final BlockingQueue<Runnable> scheduled = new LinkedBlockingQueue<>();
  final AtomicLong bytesIn = new AtomicLong();
  final AtomicLong bytesOut = new AtomicLong();
  final AtomicLong nanos = new AtomicLong(1_000_000_000L);
  volatile long routerMicros = 5_000_000L;
  volatile TypeProfile profile = TypeProfile.COMPATIBLE;

  @Override
  public String name() {
    return "test";
  }

  @Override
  public TypeProfile profile() {
    return profile;
  }

  @Override
  public void receive(Parcel parcel) {
    parcels.add(parcel);
  }

  @Override
  public void up(String how) {
    told.add("up " + how);
  }

  @Override
  public void down(String why) {
    told.add("down " + why);
  }

  @Override
  public void failed(String why) {
    told.add("failed " + why);
  }

  @Override
  public void error(String what) {
    told.add("error " + what);
  }

  @Override
  public void dropped(String why) {
    told.add("dropped " + why);
  }

  @Override
  public void bytes(long in, long out) {
    bytesIn.addAndGet(in);
    bytesOut.addAndGet(out);
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public long routerMicros() {
    return routerMicros;
  }

  @Override
  public Runnable schedule(Runnable task, long delayNanos) {
    scheduled.add(task);
    return () -> scheduled.remove(task);
  }

  // --- for tests ---------------------------------------------------------------------------------

  Parcel next() {
    return taken(parcels, "no message comes");
  }

  /** The next thing told that begins like this; what is told before it is skipped. */
  String awaitTold(String start) {
    List<String> skipped = new ArrayList<>();
    while (true) {
      String next = taken(told, "nothing like \"" + start + "\" is told, only " + skipped);
      if (next.startsWith(start)) {
        return next;
      }
      skipped.add(next);
    }
  }

  /** Runs the next thing that is scheduled, and waits until there is one. */
  void runScheduled() {
    taken(scheduled, "nothing is scheduled").run();
  }

  static <T> T taken(BlockingQueue<T> queue, String otherwise) {
    try {
      T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(next).as(otherwise).isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
