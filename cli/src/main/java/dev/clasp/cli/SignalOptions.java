package dev.clasp.cli;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What kind of signal is meant. */
final class SignalOptions {

  private final SignalType otherwise;

  @Option(
      names = "--signal",
      paramLabel = "TYPE",
      completionCandidates = Candidates.Types.class,
      description = "event, stream or gesture; set also knows param.")
  private @Nullable SignalType type;

  @Option(
      names = "--phase",
      paramLabel = "PHASE",
      completionCandidates = Candidates.Phases.class,
      description = "Of a gesture: start, move, end or cancel.")
  private @Nullable GesturePhase phase;

  @Option(
      names = "--id",
      paramLabel = "N",
      description = "Of a gesture: which finger, 0 to 4294967295 (default: 0).")
  private @Nullable Long id;

  /**
   * @param otherwise the type without {@code --signal}
   */
  SignalOptions(SignalType otherwise) {
    this.otherwise = otherwise;
  }

  SignalType type() {
    return type == null ? otherwise : type;
  }

  /**
   * What is to be sent.
   *
   * @throws ParameterException the options do not fit each other
   */
  Emission emission(CommandLine command, String address, Optional<Value> value) {
    if (type() != SignalType.GESTURE && (phase != null || id != null)) {
      throw new ParameterException(command, "--phase and --id belong to --signal gesture");
    }
    return switch (type()) {
      case EVENT -> new Emission.Event(address, value);
      case STREAM ->
          new Emission.Sample(
              address,
              value.orElseThrow(
                  () -> new ParameterException(command, "a stream sample needs a VALUE")));
      case GESTURE -> {
        if (phase == null) {
          throw new ParameterException(
              command, "a gesture needs its --phase: start, move, end or cancel");
        }
        if (id != null && (id < 0 || id > 0xFFFF_FFFFL)) {
          throw new ParameterException(command, "--id must be 0 to 4294967295, not " + id);
        }
        yield new Emission.GestureStep(
            address, id == null ? 0 : id.intValue(), phase, value.orElse(Value.NULL));
      }
      case PARAM, TIMELINE ->
          throw new ParameterException(
              command,
              "--signal must be event, stream or gesture, not "
                  + type().wireName()
                  + (type() == SignalType.PARAM ? "; clasp set writes a parameter" : ""));
    };
  }
}
