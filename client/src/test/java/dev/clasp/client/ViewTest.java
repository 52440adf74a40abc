package dev.clasp.client;

import static dev.clasp.client.Outcomes.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.ClaspException.Kind;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Views, lists and the cache. */
class ViewTest {

  private static final Message PONG = new Message.Pong();

  private final Rig rig = new Rig();
  private final List<ViewEvent> events = new ArrayList<>();

  private ClaspClient client() {
    return rig.client();
  }

  private View watch() {
    rig.connect();
    View view = client().watch("/a/**", events::add);
    assertThat(rig.sent().getFirst())
        .isInstanceOfSatisfying(
            Message.Subscribe.class,
            subscribe -> {
              assertThat(subscribe.pattern()).isEqualTo("/a/**");
              assertThat(subscribe.typeMask()).isEqualTo(SignalType.PARAM.maskBit());
            });
    return view;
  }

  private void reconnect() {
    rig.reactor.pass(Duration.ofSeconds(1));
    rig.welcome();
    rig.sent();
  }

  private static double value(ViewEvent event) {
    return ((ViewEvent.Changed) event).parameter().as(double.class);
  }

  @Test
  void theStateComesFirstAndWholeThenTheChanges() {
    View view = watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)));
    rig.link().says(Rig.set("/a/1", 2, 2));
    assertThat(events).isEmpty();
    assertThat(view.ready()).isNotDone();
    assertThat(view.isCurrent()).isFalse();

    rig.link().says(Rig.snapshot(Rig.entry("/a/2", 5, 1)), PONG);
    assertThat(events).hasSize(1);
    ViewEvent.State state = (ViewEvent.State) events.getFirst();
    assertThat(state.parameters()).containsOnlyKeys("/a/1", "/a/2");
    assertThat(state.parameters().values())
        .extracting(Parameter::value)
        .containsExactly(Value.of(2.0), Value.of(5.0));
    assertThat(result(view.ready())).isSameAs(view);
    assertThat(view.isCurrent()).isTrue();

    rig.link().says(Rig.set("/a/1", 3, 3), Rig.set("/b", 3, 3));
    assertThat(events).hasSize(2);
    assertThat(value(events.getLast())).isEqualTo(3);
    assertThat(((ViewEvent.Changed) events.getLast()).before().orElseThrow().value())
        .isEqualTo(Value.of(2.0));
    assertThat(view.get("/a/1").orElseThrow().revision()).isEqualTo(3);
    assertThat(view.get("/b")).isEmpty();
    assertThat(view.size()).isEqualTo(2);
    assertThat(view.parameters()).containsOnlyKeys("/a/1", "/a/2");
  }

  /** An executor that refuses as long as it is told to. */
  private static final class Moody implements java.util.concurrent.Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean refuses;

    @Override
    public void execute(Runnable task) {
      if (refuses) {
        throw new java.util.concurrent.RejectedExecutionException("full");
      }
      tasks.add(task);
    }

    void runAll() {
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
    }
  }

  @Test
  void anExecutorThatRefusesOnceDoesNotSilenceTheView() {
    rig.connect();
    Moody moody = new Moody();
    client().watch("/a/**", SubscribeOptions.DEFAULT.withExecutor(moody), events::add);
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    moody.runAll();
    assertThat(events).hasSize(1);

    moody.refuses = true;
    rig.link().says(Rig.set("/a/1", 2, 2));
    rig.link().says(Rig.set("/a/2", 7, 1));
    moody.refuses = false;
    rig.link().says(Rig.set("/a/1", 3, 3));
    moody.runAll();

    // What could not be told before is told now.
    assertThat(events).hasSize(3);
    assertThat(value(events.get(1))).isEqualTo(3);
    assertThat(((ViewEvent.Changed) events.get(1)).before().orElseThrow().value())
        .isEqualTo(Value.of(1.0));
    assertThat(value(events.get(2))).isEqualTo(7);
  }

  @Test
  void anExecutorThatRefusesOnceLosesSignalsAndDoesNotDelayLaterOnes() {
    rig.connect();
    Moody moody = new Moody();
    List<Signal> heard = new ArrayList<>();
    client().subscribe("/a/**", SubscribeOptions.DEFAULT.withExecutor(moody), heard::add);
    rig.sent();
    moody.refuses = true;
    rig.link().says(Rig.set("/a/1", 1, 1), Rig.set("/a/1", 2, 2));
    moody.refuses = false;
    rig.link().says(Rig.set("/a/1", 3, 3));
    moody.runAll();

    assertThat(heard).extracting(signal -> ((Signal.Change) signal).revision()).containsExactly(3L);
  }

  // --- bounds ------------------------------------------------------------------------------------

  @Test
  void aViewWithMoreParametersThanItMayHoldEnds() {
    rig.maxViewParameters = 2;
    View view = watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1), Rig.entry("/a/2", 1, 1)), PONG);
    rig.sent();
    rig.link().says(Rig.set("/a/2", 2, 2));
    assertThat(view.isCurrent()).isTrue();
    events.clear();

    rig.link().says(Rig.set("/a/3", 1, 1), Rig.set("/a/1", 9, 2));

    assertThat(view.isCurrent()).isFalse();
    assertThat(view.parameters()).containsOnlyKeys("/a/1", "/a/2");
    assertThat(view.get("/a/1").orElseThrow().value()).isEqualTo(Value.of(1.0));
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            ViewEvent.Ended.class,
            ended -> {
              assertThat(ended.reason().kind()).isEqualTo(Kind.OVERFLOW);
              assertThat(ended.reason())
                  .hasMessageContaining("/a/3")
                  .hasMessageContaining("maxView");
            });
    assertThat(rig.sent()).hasAtLeastOneElementOfType(Message.Unsubscribe.class);
    assertThat(client().cached("/a/1")).as("nothing of it is kept elsewhere").isEmpty();
  }

  @Test
  void aViewOfMoreBytesThanItMayHoldEnds() {
    rig.maxViewBytes = 4096;
    View view = watch();
    rig.link().says(Rig.snapshot(text("/a/1", 100, 1), text("/a/2", 100, 1)), PONG);
    assertThat(view.isCurrent()).isTrue();
    // The same space again and again.
    for (int i = 2; i < 100; i++) {
      rig.link().says(Rig.snapshot(text("/a/1", 3000, i)));
    }
    assertThat(view.isCurrent()).isTrue();
    rig.link().says(Rig.snapshot(text("/a/2", 3000, 2)));
    assertThat(view.isCurrent()).isFalse();
    assertThat(events.getLast()).isInstanceOf(ViewEvent.Ended.class);
  }

  private static Message.Parameter text(String address, int length, long revision) {
    return new Message.Parameter(
        address,
        Value.of("x".repeat(length)),
        revision,
        Optional.empty(),
        java.util.OptionalLong.empty());
  }

  @Test
  void aListOfMoreThanAViewMayHoldFails() {
    rig.maxViewParameters = 1;
    rig.connect();
    var list = client().list("/a/**");
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1), Rig.entry("/a/2", 1, 1)), PONG);
    assertThat(Outcomes.failure(list).kind()).isEqualTo(Kind.OVERFLOW);
  }

  @Test
  void aRouterThatRefusesItAfterReconnectingDoesNotMakeItCurrent() {
    View view = watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    events.clear();
    rig.link().breaks("cable");
    reconnect();
    rig.link().says(Rig.error(301, "Forbidden", "/a/**"), PONG);

    assertThat(view.isCurrent()).isFalse();
    assertThat(events).containsExactly(new ViewEvent.Stale());
    assertThat(view.parameters()).containsOnlyKeys("/a/1");

    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(1));
    reconnect();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    assertThat(view.isCurrent()).isTrue();
  }

  @Test
  void afterReconnectingItIsWhatTheRouterHasNow() {
    View view = watch();
    rig.link()
        .says(
            Rig.snapshot(
                Rig.entry("/a/same", 1, 1),
                Rig.entry("/a/other", 2, 1),
                Rig.entry("/a/gone", 3, 1)),
            PONG);
    events.clear();

    rig.link().breaks("cable");
    assertThat(events).containsExactly(new ViewEvent.Stale());
    assertThat(view.isCurrent()).isFalse();
    assertThat(view.size()).isEqualTo(3);

    reconnect();
    rig.link().says(Rig.snapshot(Rig.entry("/a/same", 1, 1), Rig.entry("/a/other", 7, 2)));
    assertThat(events).hasSize(1);
    rig.link().says(Rig.set("/a/new", 9, 1), PONG);
    assertThat(events).hasSize(2);
    assertThat(((ViewEvent.State) events.getLast()).parameters())
        .containsOnlyKeys("/a/same", "/a/other", "/a/new");
    assertThat(view.get("/a/other").orElseThrow().value()).isEqualTo(Value.of(7.0));
    assertThat(view.get("/a/gone")).isEmpty();
    assertThat(client().cached("/a/gone")).isEmpty();
    assertThat(client().cached("/a/same")).isPresent();
    assertThat(view.isCurrent()).isTrue();
  }

  @Test
  void whatIsTakenSlowlyBecomesTheNewest() {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    rig.dispatcher = tasks::add;
    View view = watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    runAll(tasks);
    events.clear();

    for (int i = 2; i <= 100; i++) {
      rig.link().says(Rig.set("/a/1", i, i), Rig.set("/a/2", -i, i));
    }
    runAll(tasks);
    assertThat(events).hasSize(2);
    assertThat(value(events.getFirst())).isEqualTo(100);
    assertThat(((ViewEvent.Changed) events.getFirst()).before().orElseThrow().value())
        .isEqualTo(Value.of(1.0));
    assertThat(value(events.getLast())).isEqualTo(-100);
    assertThat(((ViewEvent.Changed) events.getLast()).before()).isEmpty();
    assertThat(view.get("/a/2").orElseThrow().revision()).isEqualTo(100);
  }

  @Test
  void manyChangesAreToldInTurns() {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    rig.dispatcher = tasks::add;
    watch();
    rig.link().says(PONG);
    runAll(tasks);
    events.clear();
    for (int i = 0; i < 1000; i++) {
      rig.link().says(Rig.set("/a/" + i, i, 1));
    }
    runAll(tasks);
    assertThat(events).hasSize(1000);
    assertThat(value(events.get(999))).isEqualTo(999);
  }

  private static void runAll(ArrayDeque<Runnable> tasks) {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  @Test
  void aCallbackThatThrowsMissesNothingElse() {
    rig.connect();
    client()
        .watch(
            "/a/**",
            event -> {
              events.add(event);
              throw new IllegalStateException("no");
            });
    rig.sent();
    rig.link().says(PONG, Rig.set("/a/1", 1, 1), Rig.set("/a/2", 2, 1));
    assertThat(events).isNotEmpty();
    assertThat(client().statistics().callbackFailures()).isEqualTo(events.size());
    rig.link().says(Rig.set("/a/1", 5, 2));
    assertThat(value(events.getLast())).isEqualTo(5);
  }

  @Test
  void closingItKeepsWhatItHas() {
    View view = watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    view.close();
    assertThat(rig.sent()).hasSize(1).first().isInstanceOf(Message.Unsubscribe.class);
    events.clear();
    rig.link().says(Rig.set("/a/1", 2, 2));
    assertThat(events).isEmpty();
    assertThat(view.isCurrent()).isFalse();
    assertThat(view.get("/a/1").orElseThrow().value()).isEqualTo(Value.of(1.0));
  }

  @Test
  void aRefusedViewFails() {
    View view = watch();
    rig.link().says(Rig.error(301, "Forbidden", "/a/**"), PONG);
    assertThat(view.ready()).isCompletedExceptionally();
    assertThat(view.isCurrent()).isFalse();
  }

  @Test
  void aListIsWhatIsThereNow() {
    rig.connect();
    var list = client().list("/a/**");
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1), Rig.entry("/a/2", 2, 1)));
    assertThat(list).isNotDone();
    rig.link().says(PONG);
    assertThat(result(list)).extracting(Parameter::address).containsExactly("/a/1", "/a/2");
    assertThat(rig.sent()).hasSize(1).first().isInstanceOf(Message.Unsubscribe.class);
  }

  @Test
  void aListDoesNotWaitForEver() {
    rig.connect();
    rig.link().breaks("cable");
    rig.dialer.next(FakeDialer.Outcome.SILENT);
    var list = client().list("/a/**");
    rig.reactor.pass(Duration.ofSeconds(5));
    assertThat(list).isCompletedExceptionally();
    assertThat(Refusal.cause(list.exceptionNow()))
        .isInstanceOfSatisfying(
            ClaspException.class, e -> assertThat(e.kind()).isEqualTo(Kind.TIMEOUT));
  }

  @Test
  void theCacheKnowsForHowLongItMayBeOutOfDate() {
    watch();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), PONG);
    rig.reactor.pass(Duration.ofMinutes(10));
    Cached fresh = client().cacheEntry("/a/1").orElseThrow();
    assertThat(fresh.isCurrent()).isTrue();
    assertThat(fresh.as(int.class)).isEqualTo(1);
    assertThat(result(client().getOrCached("/a/1", Duration.ZERO))).isPresent();

    rig.dialer.next(FakeDialer.Outcome.SILENT);
    rig.link().breaks("cable");
    rig.reactor.pass(Duration.ofSeconds(7));
    Cached old = client().cacheEntry("/a/1").orElseThrow();
    assertThat(old.isCurrent()).isFalse();
    assertThat(old.staleness()).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    assertThat(result(client().getOrCached("/a/1", Duration.ofMinutes(1))))
        .hasValueSatisfying(p -> assertThat(p.revision()).isEqualTo(1));
    assertThat(client().getOrCached("/a/1", Duration.ofSeconds(1))).isNotDone();
    assertThat(client().cacheEntry("/a/2")).isEqualTo(Optional.empty());
  }

  @Test
  void typedReadsSayWhatIsWrong() {
    rig.connect();
    var read = client().get("/a", String.class);
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 1, 1)));
    assertThat(Refusal.cause(read.exceptionNow()))
        .hasMessage("/a: the value is no String: it must be a text, not 1.0");
    var good = client().get("/a", int.class);
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a", 1, 1)));
    assertThat(result(good)).hasValue(1);
  }

  @Test
  void theInitialStateMayBeLeftOut() {
    rig.connect();
    List<Signal> signals = new ArrayList<>();
    client().subscribe("/a/**", SubscribeOptions.DEFAULT.withSkipInitial(true), signals::add);
    rig.sent();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 1, 1)), Rig.set("/a/2", 2, 2), PONG);
    assertThat(signals).extracting(Signal::address).containsExactly("/a/2");
    assertThat(client().cached("/a/1")).isPresent();

    rig.link().breaks("cable");
    reconnect();
    rig.link().says(Rig.snapshot(Rig.entry("/a/1", 5, 2), Rig.entry("/a/2", 2, 2)), PONG);
    assertThat(signals).extracting(Signal::address).containsExactly("/a/2", "/a/1");
  }
}
