package dev.clasp.client;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FutureListener;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;

/** A {@link Reactor} on an event loop of the transport. */
final class NettyReactor implements Reactor {

  private final EventLoop loop;
  private final long originMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  private final long originNanos = System.nanoTime();

  NettyReactor(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public void execute(Runnable task) {
    loop.execute(task);
  }

  @Override
  public Timer whenEnded(Runnable task) {
    FutureListener<Object> listener = _ -> task.run();
    loop.terminationFuture().addListener(listener);
    return () -> {
      if (!loop.isShuttingDown()) {
        loop.terminationFuture().removeListener(listener);
      }
    };
  }

  @Override
  public Timer schedule(Runnable task, long delayNanos) {
    var future = loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public boolean inLoop() {
    return loop.inEventLoop();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long unixMicros() {
    return originMicros + (System.nanoTime() - originNanos) / 1000;
  }
}
