package dev.clasp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Message;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Subscriptions as a {@link Flow.Publisher}. */
class PublisherTest {

  private static final Message PONG = new Message.Pong();

  private final Rig rig = Rig.connected();

  /** Notes what it hears. */
  private static class Listener implements Flow.Subscriber<Signal> {
    final List<Signal> got = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    int completions;
    Flow.@Nullable Subscription subscription;
    Consumer<Flow.Subscription> atStart = _ -> {};

    Flow.Subscription subscription() {
      Flow.Subscription s = subscription;
      if (s == null) {
        throw new IllegalStateException("not subscribed");
      }
      return s;
    }

    @Override
    public void onSubscribe(Flow.Subscription value) {
      subscription = value;
      atStart.accept(value);
    }

    @Override
    public void onNext(Signal signal) {
      got.add(signal);
    }

    @Override
    public void onError(Throwable error) {
      errors.add(error);
    }

    @Override
    public void onComplete() {
      completions++;
    }
  }

  private Listener listen(SubscribeOptions options) {
    Listener listener = new Listener();
    rig.client().signals("/a/**", options).subscribe(listener);
    assertThat(rig.sent()).hasSize(2).hasAtLeastOneElementOfType(Message.Subscribe.class);
    rig.link().says(PONG);
    return listener;
  }

  private Listener listen() {
    return listen(SubscribeOptions.DEFAULT);
  }

  @Test
  void deliversAsMuchAsIsRequested() {
    Listener listener = listen();
    rig.link().says(Rig.set("/a/1", 1, 1), Rig.set("/a/1", 2, 2), Rig.set("/a/1", 3, 3));
    assertThat(listener.got).isEmpty();

    listener.subscription().request(2);
    assertThat(listener.got).hasSize(2);
    listener.subscription().request(5);
    assertThat(listener.got).hasSize(3);
    rig.link().says(Rig.set("/a/1", 4, 4));
    assertThat(listener.got).hasSize(4);
  }

  @Test
  void unboundedDemandDoesNotOverflow() {
    Listener listener = listen();
    listener.subscription().request(Long.MAX_VALUE);
    listener.subscription().request(Long.MAX_VALUE);
    rig.link().says(Rig.set("/a/1", 1, 1));
    assertThat(listener.got).hasSize(1);
  }

  @Test
  void withoutDemandTheNewestValuesWait() {
    Listener listener = listen(SubscribeOptions.DEFAULT.withLatestOnly(true));
    for (int i = 1; i <= 100; i++) {
      rig.link().says(Rig.set("/a/1", i, i), Rig.set("/a/2", i, i));
    }
    listener.subscription().request(Long.MAX_VALUE);

    assertThat(listener.got)
        .extracting(signal -> ((Signal.Change) signal).value())
        .containsExactly(Value.of(100.0), Value.of(100.0));
  }

  @Test
  void cancellingUnsubscribes() {
    Listener listener = listen();
    listener.subscription().request(10);
    listener.subscription().cancel();
    assertThat(rig.sent()).containsExactly(new Message.Unsubscribe(1));
    rig.link().says(Rig.set("/a/1", 1, 1));

    assertThat(listener.got).isEmpty();
    assertThat(listener.completions).isZero();
  }

  @Test
  void cancellingAtOnceIsFine() {
    Listener listener = new Listener();
    listener.atStart = Flow.Subscription::cancel;
    rig.client().signals("/a").subscribe(listener);
    rig.sent();
    rig.link().says(Rig.set("/a", 1, 1));

    assertThat(listener.got).isEmpty();
    assertThat(rig.client().cached("/a")).as("not subscribed").isEmpty();
  }

  @Test
  void eachSubscriberIsASubscription() {
    Flow.Publisher<Signal> publisher = rig.client().signals("/a");
    publisher.subscribe(new Listener());
    publisher.subscribe(new Listener());
    assertThat(rig.sent()).filteredOn(m -> m instanceof Message.Subscribe).hasSize(2);
  }

  @Test
  void requestingNothingIsAnError() {
    Listener listener = listen();
    listener.subscription().request(0);

    assertThat(listener.errors).singleElement().isInstanceOf(IllegalArgumentException.class);
    assertThat(rig.sent()).containsExactly(new Message.Unsubscribe(1));
  }

  @Test
  void completesAfterTheLastSignalWhenTheClientIsClosed() {
    Listener listener = listen();
    rig.link().says(Rig.set("/a/1", 1, 1));
    rig.client().closeAsync();
    rig.reactor.run();
    assertThat(listener.completions).isZero();

    listener.subscription().request(1);
    assertThat(listener.got).hasSize(1);
    assertThat(listener.completions).isEqualTo(1);
    assertThat(listener.errors).isEmpty();
  }

  @Test
  void failsWhenTheRouterRefuses() {
    Listener listener = new Listener();
    rig.client().signals("/secret").subscribe(listener);
    rig.sent();
    rig.link().says(Rig.error(301, "no right", "/secret"));

    assertThat(listener.errors)
        .singleElement()
        .isInstanceOfSatisfying(ClaspException.class, e -> assertThat(e.code()).hasValue(301));
  }

  @Test
  void aSubscriberThatThrowsIsCancelled() {
    Listener listener =
        new Listener() {
          @Override
          public void onNext(Signal signal) {
            throw new IllegalStateException("mine");
          }
        };
    listener.atStart = subscription -> subscription.request(10);
    rig.client().signals("/a").subscribe(listener);
    rig.sent();
    rig.link().says(Rig.set("/a", 1, 1));

    assertThat(rig.sent()).containsExactly(new Message.Unsubscribe(1));
    assertThat(rig.client().statistics().callbackFailures()).isEqualTo(1);
  }

  @Test
  void aSubscriberMayRequestFromInsideOnNext() {
    Listener listener =
        new Listener() {
          @Override
          public void onNext(Signal signal) {
            super.onNext(signal);
            subscription().request(1);
          }
        };
    listener.atStart = subscription -> subscription.request(1);
    rig.client().signals("/a").subscribe(listener);
    rig.sent();
    for (int i = 1; i <= 5; i++) {
      rig.link().says(Rig.set("/a", i, i));
    }
    assertThat(listener.got).hasSize(5);
  }
}
