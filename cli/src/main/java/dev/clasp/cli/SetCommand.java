package dev.clasp.cli;

import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.Ack;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.SetOptions;
import dev.clasp.protocol.Qos;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Ttl;
import dev.clasp.protocol.Value;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code clasp set}: writes one parameter. */
@Command(
    name = "set",
    aliases = "pub",
    description = {
      "Set a value, and print it with its new revision.",
      "",
      "The router remembers the value and sends it to everybody who watches its address. VALUE is"
          + " JSON; anything else is a string. 1 is an integer, 1.0 a float.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp set /lights/1/brightness 0.8",
      "  clasp set /mixer/gain -6",
      "  clasp set /lights/1/color '{\"r\": 255, \"g\": 80, \"b\": 0}'",
      "  clasp set /show/title Macbeth",
      "  clasp set /show/code --string 007",
      "  clasp set /cue/armed true --revision 12     only if nobody wrote since",
      "  clasp set /desk/owner foh --lock --hold     nobody else may write until Ctrl-C",
    })
final class SetCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "ADDRESS", description = "Such as /lights/1/brightness.")
  private String address = "";

  @Parameters(index = "1", paramLabel = "VALUE", description = "JSON, or a string.")
  private String text = "";

  @Mixin private ValueOptions kind = new ValueOptions();

  @Option(
      names = "--revision",
      paramLabel = "N",
      description = "Write only if the value is at this revision.")
  private @Nullable Long revision;

  @Option(
      names = "--lock",
      description = "Lock the address: until this client leaves, only it can write there.")
  private boolean lock;

  @Option(names = "--unlock", description = "Give the lock back.")
  private boolean unlock;

  @Option(names = "--hold", description = "Stay connected, and keep the lock, until Ctrl-C.")
  private boolean hold;

  @Option(
      names = "--ttl",
      paramLabel = "TIME",
      description =
          "Forget the value when nobody has written it for so long: 30s, 5m, 2h; never = keep it.")
  private @Nullable String ttl;

  @Option(
      names = "--ttl-absolute",
      description = "Count --ttl from this write; later writes do not start it again.")
  private boolean ttlAbsolute;

  @Option(
      names = "--qos",
      paramLabel = "QOS",
      completionCandidates = Candidates.QosLevels.class,
      description =
          "fire: do not wait for the router; confirm: wait; commit: wait, never twice"
              + " (default: confirm).")
  private Qos qos = Qos.CONFIRM;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing when it worked.")
  private boolean quiet;

  @Mixin private SignalOptions signal = new SignalOptions(SignalType.PARAM);

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  SetCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() throws InterruptedException {
    ValueOptions.refuseOption(spec.commandLine(), address, true);
    Value value = kind.parse(spec.commandLine(), clasp.terminal(), text);
    if (signal.type() != SignalType.PARAM) {
      refuseParameterOptions();
      clasp.startLogging(Clasp.LogLevel.WARN);
      Emission emission = signal.emission(spec.commandLine(), address, Optional.of(value));
      return emission.send(clasp, connection, quiet);
    }
    SetOptions options = options();
    clasp.startLogging(Clasp.LogLevel.WARN);
    return hold ? setAndHold(value, options) : set(value, options);
  }

  private int set(Value value, SetOptions options) {
    try (ClaspClient client = connection.connect("set", Reconnect.NEVER, event -> {})) {
      print(value, client.blocking().set(address, value, options));
    }
    if (lock) {
      clasp.note("the lock ends with this command; --hold keeps it");
    }
    return ExitStatus.OK;
  }

  private int setAndHold(Value value, SetOptions options) throws InterruptedException {
    CompletableFuture<Boolean> end = new CompletableFuture<>();
    try (ClaspClient client =
            connection.connect(
                "set",
                Reconnect.NEVER,
                event -> {
                  if (event instanceof ClientEvent.Disconnected) {
                    end.complete(false);
                  }
                });
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(true))) {
      print(value, client.blocking().set(address, value, options));
      clasp.note("connected" + (lock ? " and locked" : "") + " until Ctrl-C");
      if (!end.join()) {
        throw new CommandException(
            ExitStatus.UNAVAILABLE,
            "the connection is lost" + (lock ? ", and with it the lock" : ""));
      }
    }
    return ExitStatus.OK;
  }

  private void refuseParameterOptions() {
    if (revision != null || lock || unlock || hold || ttl != null || qos != Qos.CONFIRM) {
      throw wrong(
          "--signal "
              + signal.type().wireName()
              + " is not remembered and has no revision, lock,"
              + " lifetime or acknowledgement");
    }
  }

  private SetOptions options() {
    if (lock && unlock) {
      throw wrong("--lock takes the lock, --unlock gives it back: choose one");
    }
    if (revision != null && revision < 0) {
      throw wrong("--revision must be at least 0, not " + revision);
    }
    if (hold && qos == Qos.FIRE) {
      throw wrong("--hold needs the router's answer: leave out --qos fire");
    }
    return new SetOptions(
        qos,
        lock,
        unlock,
        revision == null ? OptionalLong.empty() : OptionalLong.of(revision),
        lifetime());
  }

  private Optional<Ttl> lifetime() {
    if (ttl == null) {
      if (ttlAbsolute) {
        throw wrong("--ttl-absolute needs --ttl TIME");
      }
      return Optional.empty();
    }
    if (ttl.equalsIgnoreCase("never")) {
      return Optional.of(new Ttl.Never());
    }
    Duration time;
    try {
      time = new DurationText().convert(ttl);
    } catch (TypeConversionException e) {
      throw wrong("--ttl: " + e.getMessage());
    }
    if (time.getNano() != 0 || time.isZero() || time.getSeconds() > Ttl.MAX_SECONDS) {
      throw wrong("--ttl must be whole seconds, 1 to " + Ttl.MAX_SECONDS + ", not " + ttl);
    }
    int seconds = (int) time.getSeconds();
    return Optional.of(ttlAbsolute ? new Ttl.Absolute(seconds) : new Ttl.Sliding(seconds));
  }

  private void print(Value value, Ack ack) {
    if (quiet) {
      return;
    }
    PrintWriter out = clasp.terminal().out();
    if (clasp.json()) {
      out.println(
          new JsonLine()
              .put("address", address)
              .put("value", value)
              .put("revision", ack.revision())
              .end());
    } else {
      Style style = clasp.style();
      out.println(
          style.address(Printable.escape(address))
              + " "
              + style.value(value, ValueText.human(value))
              + (ack.revision().isPresent()
                  ? style.dim(" rev=" + Long.toUnsignedString(ack.revision().getAsLong()))
                  : ""));
    }
    out.flush();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
