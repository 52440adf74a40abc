package dev.clasp.cli;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp emit}: sends one event, stream sample or gesture step. */
@Command(
    name = "emit",
    description = {
      "Send an event, a stream sample or a step of a gesture.",
      "",
      "Whoever watches the address now gets it; the router does not remember it. VALUE is JSON;"
          + " anything else is a string.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp emit /cue/go",
      "  clasp emit /cue/go '{\"n\": 1}'",
      "  clasp emit /sensor/x 0.5 --signal stream",
      "  clasp emit /pad/xy '[0.1, 0.9]' --signal gesture --phase start",
    })
final class EmitCommand implements Callable<Integer> {

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "ADDRESS", description = "Such as /cue/go.")
  private String address = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "JSON, or a string.")
  private @Nullable String text;

  @Mixin private ValueOptions kind = new ValueOptions();

  @Mixin private SignalOptions signal = new SignalOptions(SignalType.EVENT);

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing when it worked.")
  private boolean quiet;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  EmitCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    ValueOptions.refuseOption(spec.commandLine(), address, true);
    Optional<Value> value =
        Optional.ofNullable(text)
            .map(given -> kind.parse(spec.commandLine(), clasp.terminal(), given));
    Emission emission = signal.emission(spec.commandLine(), address, value);
    clasp.startLogging(Clasp.LogLevel.WARN);
    return emission.send(clasp, connection, quiet);
  }
}
