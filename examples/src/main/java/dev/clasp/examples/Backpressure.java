package dev.clasp.examples;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Signals as a publisher: the subscriber says how many it can take. Of parameters that it is too
 * slow for, the newest value always arrives.
 */
final class Backpressure {

  private Backpressure() {}

  public static void main(String[] args) throws InterruptedException {
    Value last = Value.of(100);
    CountDownLatch done = new CountDownLatch(1);
    try (ClaspClient client = ClaspClient.builder(args[0]).name("example").connectBlocking()) {
      client.signals("/fader/*").subscribe(new OneByOne(last, done));
      for (int i = 1; i <= 100; i++) {
        client.set("/fader/1", i);
      }
      done.await();
      IO.println("the last has come");
    }
  }

  /** Takes one, and only then asks for the next. */
  private record OneByOne(
      Value last, CountDownLatch done, AtomicReference<Flow.Subscription> upstream)
      implements Flow.Subscriber<Signal> {

    OneByOne(Value last, CountDownLatch done) {
      this(last, done, new AtomicReference<>());
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      upstream.set(subscription);
      subscription.request(1);
    }

    @Override
    public void onNext(Signal signal) {
      if (signal instanceof Signal.Change change && change.value().equals(last)) {
        done.countDown();
      }
      upstream.get().request(1);
    }

    @Override
    public void onError(Throwable failure) {
      IO.println("failed: " + failure.getMessage());
      done.countDown();
    }

    @Override
    public void onComplete() {}
  }
}
