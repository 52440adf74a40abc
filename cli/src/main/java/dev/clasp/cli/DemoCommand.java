package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.ClientState;
import dev.clasp.client.SetOptions;
import dev.clasp.client.Signal;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.Value;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp demo}: a small simulated stage. */
@Command(
    name = "demo",
    description = {
      "Play a small simulated stage, for something to look at, until Ctrl-C.",
      "",
      "Faders, lamps and a moving light (parameters), meters (streams), a beat and cues (events), a"
          + " finger on a pad (gestures). Others can join in: set its master, its tempo or one of its"
          + " faders, or emit an event to start the next cue.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp demo",
      "  clasp demo --rate 60 --seconds 30",
      "  clasp set /demo/master 0.3           in another terminal: dims everything",
      "  clasp emit /demo/cue/next",
    })
final class DemoCommand implements Callable<Integer> {

  private static final long SEED = 7330;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Steps a second, 1 to 1000 (default: 20).")
  private int rate = 20;

  @Option(names = "--seconds", paramLabel = "TIME", description = "End after so long.")
  private @Nullable Duration seconds;

  @Option(
      names = "--prefix",
      paramLabel = "ADDRESS",
      description = "In front of every address (default: /demo).")
  private String prefix = "/demo";

  @Option(names = "--wait", description = "If no router answers, wait for one.")
  private boolean waitForRouter;

  @Option(
      names = {"-q", "--quiet"},
      description = "Do not say what happens.")
  private boolean quiet;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  DemoCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    check();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    AtomicBoolean restarted = new AtomicBoolean();
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient client =
            connection.connect(
                "demo",
                waitForRouter ? Reconnect.ALWAYS : Reconnect.WHEN_LOST,
                event -> {
                  notes.accept(event);
                  if (event instanceof ClientEvent.Connected connected && connected.resumed()) {
                    restarted.set(true);
                  }
                });
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(true))) {
      play(client, end, restarted);
    }
    return ExitStatus.OK;
  }

  private void play(ClaspClient client, CompletableFuture<Boolean> end, AtomicBoolean restarted)
      throws InterruptedException {
    DemoStage stage = new DemoStage(prefix, SEED);
    EchoFilter echoes = new EchoFilter();
    Queue<Signal> fromOthers = new ConcurrentLinkedQueue<>();
    for (String control : stage.controls()) {
      client.subscribe(control, fromOthers::add);
    }
    readSettings(client, stage);
    announce();
    long start = System.nanoTime();
    long last = seconds == null ? Long.MAX_VALUE : seconds.toNanos();
    int cue = 0;
    for (long step = 0; ; step++) {
      if (restarted.compareAndSet(true, false)) {
        stage.forgetSent();
        readSettings(client, stage);
      }
      for (Signal signal; (signal = fromOthers.poll()) != null; ) {
        hear(stage, echoes, signal);
      }
      List<StageStep> steps = stage.advance((System.nanoTime() - start) / 1e9);
      // Without a connection the show goes on unseen; what it is then is sent after reconnecting.
      if (client.state() == ClientState.CONNECTED) {
        steps.forEach(each -> send(client, echoes, each));
      }
      if (stage.cueNumber() != cue) {
        cue = stage.cueNumber();
        say("cue " + cue + ": " + stage.cueName().orElse(""));
      }
      // From the start, so that steps that come late do not add up.
      long next = (step + 1) * 1_000_000_000L / rate;
      if (next >= last || over(end, start + next - System.nanoTime())) {
        return;
      }
    }
  }

  /** Master and tempo stay as they are, also when somebody set them before this started. */
  private static void readSettings(ClaspClient client, DemoStage stage) {
    for (String address : List.of(stage.masterAddress(), stage.tempoAddress())) {
      try {
        client.blocking().get(address).ifPresent(found -> stage.written(address, found.value()));
      } catch (ClaspException e) {
        // The connection is lost again, or the router does not answer for what it does not know.
      }
    }
  }

  private static boolean over(CompletableFuture<Boolean> end, long nanos)
      throws InterruptedException {
    try {
      return end.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
  }

  private void hear(DemoStage stage, EchoFilter echoes, Signal signal) {
    switch (signal) {
      case Signal.Change change -> {
        // What the router remembered is asked for where it counts; see readSettings.
        if (!change.fromSnapshot()
            && !echoes.isEcho(change.address(), change.value())
            && stage.written(change.address(), change.value())) {
          say(
              "somebody set "
                  + Printable.escape(change.address())
                  + " to "
                  + ValueText.human(change.value()));
        }
      }
      case Signal.Event event -> {
        if (stage.written(event.address(), event.value())) {
          say("somebody started the next cue");
        }
      }
      case Signal.Stream _, Signal.Gesture _, Signal.TimelinePublished _ -> {}
    }
  }

  // A failure needs no answer: the connection is lost, and after it is back everything is sent
  // again.
  private static void send(ClaspClient client, EchoFilter echoes, StageStep step) {
    switch (step) {
      case StageStep.Param(String address, Value value) -> {
        echoes.sent(address, value);
        client.set(address, value, SetOptions.FIRE);
      }
      case StageStep.Event(String address, Value value) -> client.emit(address, value);
      case StageStep.Sample(String address, double level) -> client.stream(address, level);
      case StageStep.Touch touch ->
          client.gesture(touch.address(), touch.id(), touch.phase(), touch.value());
    }
  }

  private void announce() {
    say("playing on " + connection.url() + ", " + rate + " steps a second; Ctrl-C ends it");
    say("  watch it   clasp watch '" + prefix + "/**'");
    say("  join in    clasp set " + prefix + "/master 0.3");
  }

  private void say(String text) {
    if (!quiet && !clasp.json()) {
      clasp.terminal().out().println(text);
      clasp.terminal().out().flush();
    }
  }

  private void check() {
    if (rate < 1 || rate > 1000) {
      throw wrong("--rate must be 1 to 1000, not " + rate);
    }
    try {
      if (!AddressPattern.parse(prefix + "/x").isLiteral() || prefix.endsWith("/")) {
        throw wrong("--prefix must be an address such as /demo, without wildcards");
      }
    } catch (PatternException e) {
      throw wrong("--prefix must be an address such as /demo: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
