package dev.clasp.oscquery;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Commands with a path as DATA, as text. */
final class CommandText {

  private CommandText() {}

  static String of(String command, String path) {
    return "{\"COMMAND\":\""
        + command
        + "\",\"DATA\":\""
        + new String(JsonStringEncoder.getInstance().quoteAsString(path))
        + "\"}";
  }
}
