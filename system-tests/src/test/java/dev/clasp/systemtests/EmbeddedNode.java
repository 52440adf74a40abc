package dev.clasp.systemtests;

import java.util.List;
import java.util.stream.Stream;

/**
 * A small node in a process of its own: takes commands and says what happens, a line each ({@code
 * peers/README.md}).
 */
final class EmbeddedNode implements AutoCloseable {

  private final Program program;
  private final Received<String> lines;

  private EmbeddedNode(String name, List<String> command, ServerProcess server, String... rest) {
    lines = new Received<>(name);
    List<String> arguments =
        Stream.concat(
                Stream.of("127.0.0.1", Integer.toString(server.port()), name), Stream.of(rest))
            .toList();
    program =
        Program.start(
            name,
            Stream.concat(command.stream(), arguments.stream()).toList(),
            lines::add,
            () -> lines.end("it ended"));
  }

  /** The published embedded client. */
  static EmbeddedNode crate(String name, ServerProcess server) {
    return new EmbeddedNode(name, Installation.embedded(), server);
  }

  /**
   * What speaks as the Arduino library does.
   *
   * @param silenceMillis after which it says that it is there; 15 s in the library
   */
  static EmbeddedNode arduino(String name, ServerProcess server, long silenceMillis) {
    return new EmbeddedNode(name, Installation.arduino(), server, Long.toString(silenceMillis));
  }

  EmbeddedNode say(String command) {
    program.write(command);
    return this;
  }

  /** Waits for a line. */
  EmbeddedNode await(String line) {
    lines.awaitFirst("line '" + line + "'", line::equals);
    return this;
  }

  /** Waits for so many lines that begin so. */
  List<String> await(String beginning, int count) {
    return lines.awaitAnswer(
        count + " lines that begin with '" + beginning + "'",
        all -> {
          List<String> found = beginningWith(all, beginning);
          return found.size() >= count ? java.util.Optional.of(found) : java.util.Optional.empty();
        });
  }

  /** What has come so far and begins so. */
  List<String> beginningWith(String beginning) {
    return beginningWith(lines.all(), beginning);
  }

  private static List<String> beginningWith(List<String> all, String beginning) {
    return all.stream().filter(line -> line.startsWith(beginning)).toList();
  }

  /** Length of the longest frame that has come so far. */
  int longestFrame() {
    return beginningWith("frame ").stream()
        .mapToInt(line -> Integer.parseInt(line.substring("frame ".length())))
        .max()
        .orElse(0);
  }

  boolean running() {
    return program.running();
  }

  @Override
  public void close() {
    program.close();
  }
}
