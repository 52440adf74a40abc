package dev.clasp.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Asks the person at the terminal something that is not for everybody's eyes. */
record Prompt(Terminal terminal) {

  private static final int MAX_BYTES = 256;

  /**
   * A line without its end; empty if there is none. What is typed is not shown, unless the results
   * go elsewhere: then Java cannot switch the echo off. Without a person, the line comes from
   * standard input.
   */
  Optional<String> ask(String question) {
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("%s", question);
      return typed == null ? Optional.empty() : Optional.of(new String(typed));
    }
    if (terminal.errIsTerminal()) {
      terminal.err().print(question);
      terminal.err().flush();
    }
    try {
      return line();
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot read standard input: " + e.getMessage(), e);
    }
  }

  private Optional<String> line() throws IOException {
    byte[] line = new byte[MAX_BYTES];
    int length = 0;
    int next = terminal.in().read();
    if (next < 0) {
      return Optional.empty();
    }
    while (next >= 0 && next != '\n' && length < MAX_BYTES) {
      line[length++] = (byte) next;
      next = terminal.in().read();
    }
    return Optional.of(new String(line, 0, length, StandardCharsets.UTF_8).strip());
  }
}
