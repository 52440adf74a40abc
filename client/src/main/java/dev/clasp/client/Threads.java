package dev.clasp.client;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where everything runs that is not the loop's business.
 *
 * @param dispatcher callbacks and the listener, one at a time
 * @param completer futures; any number at a time
 * @param background what may wait: token suppliers, freeing resources
 * @param onEnd lets go of threads that would stay for a while
 */
record Threads(Executor dispatcher, Executor completer, Executor background, Runnable onEnd) {

  private static final AtomicInteger COUNT = new AtomicInteger();

  private static final long IDLE_SECONDS = 10;

  /**
   * Virtual threads, and a daemon thread of the client's own for callbacks.
   *
   * @param callbacks runs callbacks and the listener instead of a thread of the client's own
   */
  static Threads create(Optional<Executor> callbacks) {
    String name = "clasp-client-" + COUNT.incrementAndGet();
    if (callbacks.isPresent()) {
      return new Threads(callbacks.get(), completer(name), background(name), () -> {});
    }
    ThreadPoolExecutor dispatcher =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name + "-dispatcher").daemon().factory());
    // A client that has nothing to tell keeps no thread.
    dispatcher.allowCoreThreadTimeOut(true);
    return new Threads(
        dispatcher,
        completer(name),
        background(name),
        () -> dispatcher.setKeepAliveTime(1, TimeUnit.MILLISECONDS));
  }

  private static Executor completer(String name) {
    return task -> Thread.ofVirtual().name(name + "-completer").start(task);
  }

  private static Executor background(String name) {
    return task -> Thread.ofVirtual().name(name + "-background").start(task);
  }
}
