package dev.clasp.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** {@code mosquitto_pub} and {@code mosquitto_sub} for something that speaks MQTT. */
final class MosquittoClients {

  private final List<String> options;

  private MosquittoClients(List<String> options) {
    this.options = options;
  }

  /**
   * @param options for both programs: who they are, and how they connect
   */
  static MosquittoClients of(int port, String... options) {
    List<String> all = new ArrayList<>(List.of("-h", "localhost", "-p", "" + port));
    all.addAll(List.of(options));
    return new MosquittoClients(all);
  }

  /** The same with more options. */
  MosquittoClients with(String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return new MosquittoClients(all);
  }

  /** Publishes, and returns when the program has ended, however; what it printed. */
  String publish(String topic, String message, String... more) {
    List<String> arguments = new ArrayList<>(List.of("-t", topic, "-m", message));
    arguments.addAll(List.of(more));
    try {
      Process process =
          new ProcessBuilder(command("mosquitto_pub", arguments)).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return printed + "(ended with " + process.waitFor() + ")";
    } catch (IOException e) {
      throw new AssertionError("cannot run mosquitto_pub: run ./verify", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** What {@code mosquitto_sub} prints: topic, blank, message. It has subscribed on return. */
  Subscriber subscribe(String filter) {
    Received<String> lines = new Received<>("mosquitto_sub " + filter);
    Received<String> subscribed = new Received<>("mosquitto_sub " + filter + " subscribing");
    Program program =
        Program.start(
            "mosquitto_sub",
            command("mosquitto_sub", List.of("-d", "-v", "-t", filter)),
            line -> {
              if (line.startsWith("Subscribed ")) {
                subscribed.add(line);
              } else if (!line.startsWith("Client ") && !line.startsWith("Subscribed")) {
                lines.add(line);
              }
            },
            () -> {
              lines.end("it ended");
              subscribed.end("it ended");
            });
    subscribed.awaitFirst("SUBACK", _ -> true);
    return new Subscriber(lines, program);
  }

  /** A running {@code mosquitto_sub}. */
  record Subscriber(Received<String> lines, Program program) implements AutoCloseable {

    List<String> messages() {
      return lines.all();
    }

    String await(String line) {
      return lines.awaitFirst(line, line::equals);
    }

    @Override
    public void close() {
      program.stop();
    }
  }

  private List<String> command(String program, List<String> arguments) {
    // Lines as they come: else its remarks stay in a buffer until a message comes.
    List<String> command =
        new ArrayList<>(List.of("stdbuf", "-oL", Installation.mosquitto(program)));
    command.addAll(options);
    command.addAll(arguments);
    return command;
  }
}
