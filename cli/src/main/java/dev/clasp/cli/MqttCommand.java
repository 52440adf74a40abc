package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgemqtt.MqttProvider;
import dev.clasp.protocol.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
      "  clasp mqtt --host broker.local -t 'sensors/#' -t 'lights/#:1' --print",
      "  clasp mqtt --broker mqtts://broker.example:8883 --user foh --password-file FILE",
      "  clasp mqtt -t 'sensors/#' --no-publish           only listen",
      "  clasp mqtt --standard --status-topic clasp/status  retained: parameters, the rest: events",
      "  clasp mqtt --format typed                        every value comes back as it was",
      "  clasp mqtt --formats 'meters/+/power=number' --map '/meters/{n}/power=/power/{n}'",
      "  clasp mqtt --discovery                           devices that Home Assistant would find",
      "  clasp mqtt --client-id stage --expose /stage/dimmer=number",
      "  clasp mqtt --sparkplug + --no-subscribe          nodes of Sparkplug B, and nothing else",
    })
final class MqttCommand implements Callable<Integer> {

  private static final String NAME = "mqtt";

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
  private @Nullable String broker;

  @Option(
      names = {"-t", "--topic"},
      paramLabel = "FILTER",
      description =
          "Topics to subscribe, with + and #; :1 behind it for another QoS; repeat for more (default:"
              + " #, all).")
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
      names = "--map",
      paramLabel = "TOPIC=ADDRESS",
      description = "Another address for some, both ways; repeat for more.")
  private Map<String, String> maps = new LinkedHashMap<>();

  @Option(
      names = "--mqtt-version",
      paramLabel = "N",
      description = "5, or 3 for MQTT 3.1.1 (default: ${DEFAULT-VALUE}).")
  private String version = "5";

  @Option(
      names = "--qos",
      paramLabel = "N",
      description = "0, 1 or 2, both ways (default: ${DEFAULT-VALUE}).")
  private int qos;

  @Option(
      names = "--retain",
      negatable = true,
      description =
          "Let the broker keep the values of parameters, those remembered here too (default: only"
              + " with --standard).")
  private @Nullable Boolean retain;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "What payloads are: auto, json, text, number, bytes, cbor, msgpack, typed (default:"
              + " ${DEFAULT-VALUE}).")
  private String format = "auto";

  @Option(
      names = "--formats",
      paramLabel = "FILTER=FORMAT",
      description = "Another format for some topics; repeat for more, the first that fits counts.")
  private Map<String, String> formats = new LinkedHashMap<>();

  @Option(
      names = "--envelope",
      paramLabel = "FILTER",
      description = "Messages of these topics are maps with payload, QoS and user properties.")
  private List<String> envelope = new ArrayList<>();

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
      names = "--broker-ca",
      paramLabel = "FILE",
      description = "Trust brokers with certificates by the authorities in this PEM file only.")
  private @Nullable Path authorities;

  @Option(
      names = "--broker-fingerprint",
      paramLabel = "SHA256",
      description = "Trust the broker with this certificate, whatever its name.")
  private @Nullable String fingerprint;

  @Option(
      names = "--broker-insecure",
      description = "Do not check who the broker is: somebody on the way may read everything.")
  private boolean insecure;

  @Option(
      names = "--broker-cert",
      paramLabel = "FILE",
      description = "Our own certificate (PEM), for brokers that ask for one.")
  private @Nullable Path certificate;

  @Option(names = "--broker-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path key;

  @Option(
      names = "--keep-alive",
      paramLabel = "TIME",
      description = "Ask the broker whether it is there after so long; 0 = never (default: 60s).")
  private Duration keepAlive = Duration.ofSeconds(60);

  @Option(
      names = "--session-expiry",
      paramLabel = "TIME",
      description =
          "How long the broker keeps messages for us while we are away; needs --client-id"
              + " (default: not).")
  private Duration sessionExpiry = Duration.ZERO;

  @Option(
      names = "--standard",
      description = "What is retained is a parameter, the rest are events (default: parameters).")
  private boolean standard;

  @Option(
      names = "--discovery",
      description = "Find devices by Home Assistant's discovery, below /mqtt/devices.")
  private boolean discovery;

  @Option(
      names = "--expose",
      paramLabel = "ADDRESS=KIND",
      description =
          "Let Home Assistant find a signal: sensor, binary_sensor, switch, number, light, button or"
              + " text; the address as below the namespace; repeat for more.")
  private Map<String, String> expose = new LinkedHashMap<>();

  @Option(
      names = "--sparkplug",
      paramLabel = "GROUP",
      description = "Decode Sparkplug B of this group, + for all; repeat for more.")
  private List<String> sparkplug = new ArrayList<>();

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  MqttCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "messages").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    if (noSubscribe && !topics.isEmpty()) {
      throw wrong("--no-subscribe and --topic contradict each other");
    }
    if (broker != null) {
      // Not their values: who says the default means it, too.
      for (String option : List.of("--host", "--port")) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw wrong(option + " and --broker contradict each other: the URL says both");
        }
      }
    }
    if (port < 1 || port > 65_535) {
      throw wrong("--port must be 1 to 65535, not " + port);
    }
    return LoneDefinition.of(spec, new MqttProvider(), namespace, settings())
        .withMapping(LoneDefinition.bothWays(maps))
        .withProfile(standard ? TypeProfile.STANDARD : TypeProfile.COMPATIBLE);
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    settings.put(
        "broker", Value.of(broker != null ? broker : "mqtt://" + bracketed(host) + ":" + port));
    settings.put("version", Value.of(version));
    settings.put(
        "client_id",
        Value.of(clientId == null ? "clasp-cli-" + ProcessHandle.current().pid() : clientId));
    if (clientId == null && !expose.isEmpty()) {
      throw wrong("--expose needs --client-id: Home Assistant knows the signals by it");
    }
    if (clientId == null && !sessionExpiry.isZero()) {
      throw wrong("--session-expiry needs --client-id: the broker keeps the session by that name");
    }
    if (noSubscribe) {
      settings.put("topics", Value.of(List.of()));
    } else {
      LoneDefinition.put(settings, "topics", topics);
    }
    settings.put("publish", Value.of(!noPublish));
    settings.put("qos", Value.of(qos));
    if (retain != null) {
      settings.put("retain", Value.of((boolean) retain));
    }
    settings.put("format", Value.of(format));
    LoneDefinition.put(settings, "formats", formats);
    LoneDefinition.put(settings, "envelope", envelope);
    LoneDefinition.put(settings, "status_topic", statusTopic);
    settings.put("keep_alive", Value.of(keepAlive.toNanos() / 1e9));
    settings.put("session_expiry", Value.of(sessionExpiry.toNanos() / 1e9));
    login(settings);
    LoneDefinition.put(settings, "ca", authorities);
    LoneDefinition.put(settings, "fingerprint", fingerprint);
    settings.put("insecure", Value.of(insecure));
    LoneDefinition.put(settings, "cert", certificate);
    LoneDefinition.put(settings, "key", key);
    settings.put("discovery", Value.of(discovery));
    if (!expose.isEmpty()) {
      List<Value> exposed = new ArrayList<>();
      expose.forEach((address, kind) ->
          exposed.add(Value.of(Map.of("address", Value.of(address), "component", Value.of(kind)))));
      settings.put("expose", Value.of(exposed));
    }
    LoneDefinition.put(settings, "sparkplug", sparkplug);
    return settings;
  }

  private void login(Map<String, Value> settings) {
    if (user == null) {
      if (passwordFile != null) {
        throw wrong("--password-file needs --user");
      }
      return;
    }
    settings.put("user", Value.of(user));
    String password = clasp.terminal().environment().get("CLASP_MQTT_PASSWORD");
    if (passwordFile != null) {
      LoneDefinition.put(settings, "password_file", passwordFile);
    } else if (password != null) {
      settings.put("password", Value.of(password));
    } else {
      throw wrong("--user needs a password: --password-file FILE or $CLASP_MQTT_PASSWORD");
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
