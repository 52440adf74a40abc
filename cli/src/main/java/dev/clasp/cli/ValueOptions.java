package dev.clasp.cli;

import dev.clasp.protocol.Value;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What kind of value is meant. */
final class ValueOptions {

  @Option(names = "--string", description = "The value is text, whatever it looks like.")
  private boolean string;

  @Option(names = "--int", description = "The value is an integer.")
  private boolean integer;

  @Option(names = "--float", description = "The value is a floating-point number.")
  private boolean floating;

  @Option(names = "--bool", description = "The value is true or false (on/off, yes/no, 1/0).")
  private boolean bool;

  @Option(names = "--json", description = "The value must be JSON; what is not is refused.")
  private boolean json;

  @Option(names = "--bytes", description = "The value is bytes in hexadecimal, such as 00ff7f.")
  private boolean bytes;

  /**
   * The value that the user means.
   *
   * @throws ParameterException it is none
   */
  Value parse(CommandLine command, Terminal terminal, String text) {
    Optional<ValueParser.Kind> kind = kind(command);
    if (kind.isEmpty()) {
      refuseOption(command, text, true);
      if (ValueParser.looksLikeBrokenJson(text)) {
        terminal.err().println("clasp: note: the value is not JSON, so it is sent as a string");
      }
      return ValueParser.parse(text);
    }
    refuseOption(command, text, false);
    try {
      return ValueParser.parse(text, kind.get());
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Negative numbers are values, so picocli is told to take unknown options for arguments; here the
   * others are told apart again.
   *
   * @param short also refuse what has one dash only
   */
  static void refuseOption(CommandLine command, String text, boolean oneDash) {
    boolean option =
        text.startsWith("--")
            || (oneDash
                && text.length() > 1
                && text.startsWith("-")
                && !(ValueParser.parse(text) instanceof Value.Int
                    || ValueParser.parse(text) instanceof Value.Float));
    if (option && !command.getParseResult().originalArgs().contains("--")) {
      throw new UnmatchedArgumentException(command, java.util.List.of(text));
    }
  }

  private Optional<ValueParser.Kind> kind(CommandLine command) {
    Optional<ValueParser.Kind> kind = Optional.empty();
    boolean[] given = {string, integer, floating, bool, json, bytes};
    for (ValueParser.Kind candidate : ValueParser.Kind.values()) {
      if (given[candidate.ordinal()]) {
        if (kind.isPresent()) {
          throw new ParameterException(
              command,
              "a value has one kind: choose one of --string, --int, --float, --bool, --json,"
                  + " --bytes");
        }
        kind = Optional.of(candidate);
      }
    }
    return kind;
  }
}
