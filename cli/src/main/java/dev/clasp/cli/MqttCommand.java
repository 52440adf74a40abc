package dev.clasp.cli;

import dev.clasp.bridge.BridgeCounters;
import dev.clasp.bridge.Namespace;
import dev.clasp.bridgemqtt.MqttBridge;
import dev.clasp.bridgemqtt.MqttBridgeConfig;
import dev.clasp.cli.ConnectionOptions.Reconnect;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.protocol.PatternException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code clasp mqtt}: topics of a broker as addresses, until it is interrupted. */
@Command(
    name = "mqtt",
    description = {
      "Carry messages between an MQTT broker and the router, until Ctrl-C.",
      "",
      "Topic sensors/temp is address /mqtt/sensors/temp: what the broker has appears there, and what"
          + " is written there is published. Both connections come back by themselves.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp mqtt                                       broker on this machine, all topics",
      "  clasp mqtt --host broker.local -t 'sensors/#' -t 'lights/#'",
      "  clasp mqtt --broker mqtts://broker.example:8883 --user foh --password-file FILE",
      "  clasp mqtt -t 'sensors/#' --no-publish           only listen",
      "  clasp mqtt --retain --status-topic clasp/status  for Home Assistant and its like",
    })
final class MqttCommand implements Callable<Integer> {

  private static final int MAX_PASSWORD_BYTES = 4096;

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-H", "--host"},
      paramLabel = "HOST",
      description = "The broker (default: ${DEFAULT-VALUE}).")
  private String host = "localhost";

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Its port (default: ${DEFAULT-VALUE}).")
  private int port = 1883;

  @Option(
      names = "--broker",
      paramLabel = "URL",
      description = "The same as a URL: mqtt://, mqtts:// (TLS), ws:// or wss://.")
  private @Nullable URI broker;

  @Option(
      names = {"-t", "--topic"},
      paramLabel = "FILTER",
      description = "Topics to subscribe, with + and #; repeat for more (default: #, all).")
  private List<String> topics = new ArrayList<>();

  @Option(names = "--no-subscribe", description = "Take nothing from the broker, only publish.")
  private boolean noSubscribe;

  @Option(names = "--no-publish", description = "Publish nothing, only listen.")
  private boolean noPublish;

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where the topics are in the address space (default: ${DEFAULT-VALUE}).")
  private String namespace = "/mqtt";

  @Option(
      names = "--mqtt-version",
      paramLabel = "N",
      description = "5, or 3 for MQTT 3.1.1 (default: ${DEFAULT-VALUE}).")
  private int version = 5;

  @Option(
      names = "--qos",
      paramLabel = "N",
      description = "0, 1 or 2, both ways (default: ${DEFAULT-VALUE}).")
  private int qos;

  @Option(
      names = "--retain",
      description = "Let the broker keep the values of parameters, those remembered here too.")
  private boolean retain;

  @Option(
      names = "--status-topic",
      paramLabel = "TOPIC",
      description = "Where to publish online, and offline as the last will.")
  private @Nullable String statusTopic;

  @Option(
      names = {"-c", "--client-id"},
      paramLabel = "ID",
      description = "What the broker knows this bridge by (default: clasp-cli-PID).")
  private @Nullable String clientId;

  @Option(names = "--user", paramLabel = "NAME", description = "User of the broker.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "File whose first line is the password; else $CLASP_MQTT_PASSWORD.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--keep-alive",
      paramLabel = "TIME",
      description = "Ask the broker whether it is there after so long; 0 = never (default: 60s).")
  private Duration keepAlive = Duration.ofSeconds(60);

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  MqttCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    MqttBridgeConfig config = config();
    clasp.startLogging(Clasp.LogLevel.ERROR);
    CompletableFuture<Integer> end = new CompletableFuture<>();
    ConnectionNotes notes =
        new ConnectionNotes(clasp, connection.url(), end::completeExceptionally);
    try (ClaspClient router = connection.connect("mqtt", Reconnect.WHEN_LOST, notes);
        Interrupts.Registration _ =
            clasp.terminal().interrupts().onInterrupt(() -> end.complete(ExitStatus.OK));
        MqttBridge bridge =
            MqttBridge.start(config, router, text -> clasp.note(Printable.escape(text)))) {
      int status = end.join();
      report(bridge.status());
      return status;
    } catch (CompletionException e) {
      if (e.getCause() instanceof ClaspException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void report(BridgeCounters.Status status) {
    clasp.note(
        status.in()
            + " messages into the router, "
            + status.out()
            + " to the broker, "
            + status.dropped()
            + " left out, "
            + status.reconnects()
            + " reconnects"
            + status.lastError().map(e -> "; last: " + Printable.escape(e)).orElse(""));
  }

  private MqttBridgeConfig config() {
    if (noSubscribe && !topics.isEmpty()) {
      throw wrong("--no-subscribe and --topic contradict each other");
    }
    if (port < 1 || port > 65_535) {
      throw wrong("--port must be 1 to 65535, not " + port);
    }
    try {
      return new MqttBridgeConfig(
          broker != null ? broker : URI.create("mqtt://" + bracketed(host) + ":" + port),
          version,
          clientId == null ? "clasp-cli-" + ProcessHandle.current().pid() : clientId,
          login(),
          noSubscribe ? List.of() : topics.isEmpty() ? List.of("#") : topics,
          qos,
          keepAlive,
          Namespace.parse(namespace),
          !noPublish,
          retain,
          Optional.ofNullable(statusTopic));
    } catch (IllegalArgumentException | PatternException e) {
      throw wrong(Printable.escape(String.valueOf(e.getMessage())));
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  private Optional<MqttBridgeConfig.Login> login() {
    if (user == null) {
      if (passwordFile != null) {
        throw wrong("--password-file needs --user");
      }
      return Optional.empty();
    }
    String password = clasp.terminal().environment().get("CLASP_MQTT_PASSWORD");
    if (passwordFile != null) {
      password = firstLine(passwordFile);
    }
    if (password == null) {
      throw wrong("--user needs a password: --password-file FILE or $CLASP_MQTT_PASSWORD");
    }
    return Optional.of(new MqttBridgeConfig.Login(user, password));
  }

  private static String firstLine(Path file) {
    try {
      if (Files.size(file) > MAX_PASSWORD_BYTES) {
        throw new CommandException(
            ExitStatus.FAILURE, file + " is too long for a file with a password");
      }
      return Files.readString(file).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.FAILURE, "cannot read the password file " + file + ": " + e.getMessage(), e);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
