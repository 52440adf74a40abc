package dev.clasp.bridgetestkit;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.RouterDoor;
import dev.clasp.bridge.spi.TypeProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A host that remembers. What is scheduled runs when the test says so. */
public class FakeContext implements EndpointContext {

  private static final long PATIENCE_SECONDS = 20;

  public final BlockingQueue<Parcel> parcels = new LinkedBlockingQueue<>();
  public final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  public final BlockingQueue<Runnable> scheduled = new LinkedBlockingQueue<>();
  public final AtomicLong bytesIn = new AtomicLong();
  public final AtomicLong bytesOut = new AtomicLong();
  public final AtomicLong nanos = new AtomicLong(1_000_000_000L);
  public volatile long routerMicros = 5_000_000L;
  public volatile TypeProfile profile = TypeProfile.COMPATIBLE;

  /** For peers that say who they are; none unless a test puts one here. */
  public volatile Optional<RouterDoor> router = Optional.empty();

  /** One whose time is that of the machine, for endpoints that have a clock of their own. */
  public static FakeContext inRealTime() {
    return new FakeContext() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }
    };
  }

  @Override
  public String name() {
    return "test";
  }

  @Override
  public TypeProfile profile() {
    return profile;
  }

  @Override
  public Optional<RouterDoor> router() {
    return router;
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

  public Parcel next() {
    return taken(parcels, "no message comes");
  }

  /** The next thing told that begins like this; what is told before it is skipped. */
  public String awaitTold(String start) {
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
  public void runScheduled() {
    taken(scheduled, "nothing is scheduled").run();
  }

  public static <T> T taken(BlockingQueue<T> queue, String otherwise) {
    try {
      T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError(otherwise);
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
