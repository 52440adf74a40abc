package dev.clasp.cli;

import dev.clasp.config.Catalogue;
import dev.clasp.config.Setting;
import dev.clasp.config.Setting.Kind;
import dev.clasp.config.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The keys of a configuration file and the options of {@code clasp server} that they stand for. An
 * option is described, checked and defaulted in one place, its declaration; a key adds its name in
 * the file. {@code ServerKeysTest} shows that no option is without one.
 */
final class ServerKeys {

  /** How the value of a key becomes an option. */
  private enum Form {
    VALUE,
    SWITCH,
    /** The option switches off what the key switches on. */
    NEGATED,
    /** The option has a counterpart that begins with no. */
    EITHER,
    LIST,
    MAP,
    /** A number of milliseconds. */
    MILLIS,
    /** Whether the options of the section are used at all. */
    GATE,
    /** {@code true}: {@code --auth authenticated}. */
    REQUIRED
  }

  /** A key and its option; see {@link Setting} for the rest. */
  private record Key(
      String path, String option, Form form, boolean live, boolean secret, List<String> variables) {

    Key liveToo() {
      return new Key(path, option, form, true, secret, variables);
    }

    Key hidden() {
      return new Key(path, option, form, live, true, variables);
    }

    Key also(String... names) {
      return new Key(path, option, form, live, secret, List.of(names));
    }
  }

  /**
   * What {@code enabled} of a section means.
   *
   * @param off argument if it is false; empty for nothing
   * @param on argument if it is true and the section says nothing else; empty for nothing
   */
  private record Gate(String path, String description, String off, String on) {}

  private static final List<Gate> GATES =
      List.of(
          new Gate("tls.enabled", "Use the certificate below.", "", ""),
          new Gate("quic.enabled", "Listen for QUIC too.", "", "--quic"),
          new Gate("udp.enabled", "Listen for single datagrams too.", "", "--udp"),
          new Gate("ble.enabled", "Be a Bluetooth LE peripheral.", "", "--ble"),
          new Gate("osc.enabled", "Let OSC programs in.", "", "--osc"),
          new Gate("mqtt.enabled", "Let MQTT clients in on the main port.", "", "--mqtt"),
          new Gate(
              "oscquery.enabled", "Show the addresses to OSCQuery programs.", "", "--oscquery"),
          new Gate("rendezvous.enabled", "Be a rendezvous server too.", "", "--rendezvous"),
          new Gate("persistence.enabled", "Keep the values in the folder below.", "", ""),
          new Gate("rate_limiting.enabled", "Limit messages of a client.", "--max-rate=0", ""),
          new Gate("gesture.coalescing", "Thin out moves.", "--gesture-interval=0", ""),
          new Gate("ttl.enabled", "Forget what nobody writes any more.", "--no-ttl", ""),
          new Gate("auth.pairing.enabled", "Show a code at the start.", "", "--pair"),
          new Gate("security.pairing.enabled", "Show a code at the start.", "", "--pair"));

  private static final List<Key> KEYS =
      List.of(
          key("bind", "--host"),
          key("port", "--port"),
          key("name", "--name").liveToo(),
          key("protocols", "--protocol", Form.LIST),
          key("allow_open", "--allow-open", Form.SWITCH),
          key("loops", "--loops"),
          key("drain_timeout", "--drain-timeout").liveToo(),
          key("reload_on_change", "--reload-on-change", Form.SWITCH),
          key("ack", "--ack").liveToo(),
          key("trusted_proxies", "--trusted-proxy", Form.LIST),
          gate("tls.enabled"),
          key("tls.cert", "--tls-cert", Form.LIST),
          key("tls.key", "--tls-key", Form.LIST),
          key("tls.password_file", "--tls-password-file", Form.LIST),
          key("tls.only", "--tls-only", Form.SWITCH),
          key("tls.client_ca", "--client-ca"),
          key("tls.client_cert", "--client-cert"),
          gate("quic.enabled"),
          key("quic.port", "--quic"),
          gate("udp.enabled"),
          key("udp.port", "--udp"),
          key("udp.max_datagram", "--udp-max-datagram"),
          key("udp.validation", "--udp-no-validation", Form.NEGATED),
          key("serial", "--serial", Form.LIST),
          gate("ble.enabled"),
          key("ble.name", "--ble"),
          key("ble.encryption", "--ble-encryption"),
          key("ble.nodes", "--ble-node", Form.LIST),
          key("ble.adapter", "--ble-adapter"),
          key("discovery.mdns.enabled", "--no-mdns", Form.NEGATED),
          key("discovery.mdns.name", "--mdns-name"),
          key("discovery.mdns.interfaces", "--mdns-interface", Form.LIST),
          key("discovery.mdns.ipv6", "--mdns-ipv6", Form.SWITCH),
          key("discovery.udp.enabled", "--broadcast", Form.EITHER),
          key("discovery.udp.port", "--discovery-port"),
          key("discovery.registration.url", "--rendezvous-url"),
          key("discovery.registration.tags", "--rendezvous-tag", Form.LIST),
          key("discovery.registration.token", "--rendezvous-token").hidden(),
          key("discovery.registration.endpoints", "--rendezvous-endpoint", Form.LIST),
          key("bridges_file", "--bridges"),
          key("http.enabled", "--no-http-api", Form.NEGATED),
          key("http.base_path", "--http-base-path"),
          key("http.namespace", "--http-namespace"),
          key("http.cors_origins", "--http-origin", Form.LIST),
          key("http.rate", "--http-rate"),
          key("http.max_streams", "--http-max-streams"),
          gate("osc.enabled"),
          key("osc.port", "--osc"),
          key("osc.tcp_port", "--osc-tcp-port"),
          key("osc.host", "--osc-host"),
          key("osc.framing", "--osc-framing"),
          key("osc.namespace", "--osc-namespace"),
          key("osc.auto_subscribe", "--osc-auto-subscribe", Form.SWITCH),
          key("osc.timeout", "--osc-timeout"),
          key("osc.session_timeout", "--osc-timeout"),
          key("osc.reply_port", "--osc-reply-port"),
          key("osc.peers", "--osc-peer", Form.LIST),
          key("osc.allow", "--osc-allow", Form.LIST).hidden(),
          key("osc.echo_guard", "--osc-echo-guard"),
          key("osc.profile", "--osc-profile"),
          key("osc.ignore_time", "--osc-ignore-time", Form.SWITCH),
          key("osc.literal_patterns", "--osc-literal-patterns", Form.SWITCH),
          key("osc.wide", "--osc-wide", Form.SWITCH),
          key("osc.groups", "--osc-group", Form.LIST),
          key("osc.max_sessions", "--osc-max-sessions"),
          key("osc.rate", "--osc-rate"),
          gate("mqtt.enabled"),
          key("mqtt.main_port", "--mqtt", Form.SWITCH),
          key("mqtt.port", "--mqtt-port"),
          key("mqtt.tls_port", "--mqtts-port"),
          key("mqtt.host", "--mqtt-host"),
          key("mqtt.namespace", "--mqtt-namespace"),
          key("mqtt.profile", "--mqtt-profile"),
          key("mqtt.max_session_expiry", "--mqtt-max-session-expiry"),
          key("mqtt.max_keep_alive", "--mqtt-max-keep-alive"),
          key("mqtt.disconnect_refused", "--mqtt-disconnect-refused", Form.SWITCH),
          gate("oscquery.enabled"),
          key("oscquery.port", "--oscquery"),
          key("oscquery.osc_port", "--oscquery-osc-port"),
          key("oscquery.bind", "--oscquery-bind"),
          key("oscquery.root", "--oscquery-root"),
          key("oscquery.read_only", "--oscquery-read-only", Form.SWITCH),
          key("oscquery.create", "--oscquery-create", Form.SWITCH),
          key("oscquery.scopes", "--oscquery-scopes"),
          gate("rendezvous.enabled"),
          key("rendezvous.port", "--rendezvous"),
          key("rendezvous.ttl", "--rendezvous-ttl"),
          key("rendezvous.listing", "--rendezvous-listing"),
          key("rendezvous.guard_listing", "--rendezvous-guard-listing", Form.SWITCH),
          key("rendezvous.file", "--rendezvous-file"),
          key("auth.mode", "--auth"),
          key("auth.token_file", "--token-file", Form.LIST).also("CLASP_TOKEN_FILE"),
          key("auth.tokens", "--token", Form.LIST).hidden(),
          key("auth.default_scopes", "--token-default-scopes"),
          key("auth.compat_token_admin", "--compat-token-admin", Form.SWITCH),
          key("auth.jwt.key", "--jwt-key"),
          key("auth.jwt.jwks", "--jwks"),
          key("auth.jwt.issuer", "--jwt-issuer"),
          key("auth.jwt.audience", "--jwt-audience"),
          key("auth.jwt.revoked", "--jwt-revoked"),
          gate("auth.pairing.enabled"),
          key("auth.pairing.scopes", "--pair-scopes"),
          key("auth.cors_origins", "--allow-origin", Form.LIST).liveToo(),
          key("security.require_auth", "--auth", Form.REQUIRED),
          key("security.token_public_key", "--jwt-key"),
          gate("security.pairing.enabled"),
          key("limits.max_sessions", "--max-sessions").liveToo(),
          key("limits.max_state_entries", "--max-parameters").liveToo(),
          key("limits.max_state_entries_per_client", "--max-parameters-per-session").liveToo(),
          key("limits.max_state_mebibytes", "--max-state").liveToo(),
          key("limits.memory_watermark", "--memory-watermark").liveToo(),
          key("limits.memory_critical", "--memory-critical").liveToo(),
          key("limits.eviction", "--eviction"),
          key("limits.max_subscriptions_per_client", "--max-subscriptions").liveToo(),
          key("limits.max_message_size", "--max-message-size"),
          key("limits.idle_timeout", "--idle-timeout"),
          key("limits.max_connections", "--max-connections").liveToo(),
          key("limits.max_connections_per_ip", "--max-connections-per-ip").liveToo(),
          key("limits.max_unauthenticated", "--max-unauthenticated").liveToo(),
          key("limits.max_unauthenticated_per_ip", "--max-unauthenticated-per-ip").liveToo(),
          key("limits.connection_rate", "--connection-rate").liveToo(),
          key("limits.connection_burst", "--connection-burst").liveToo(),
          key("limits.loopback", "--limit-loopback", Form.SWITCH).liveToo(),
          key("limits.accept_rate", "--accept-rate"),
          key("limits.upgrade_timeout", "--upgrade-timeout").liveToo(),
          key("limits.small_frame", "--small-frame"),
          gate("rate_limiting.enabled"),
          key("rate_limiting.max_messages_per_second", "--max-rate").liveToo(),
          gate("ttl.enabled"),
          key("ttl.param", "--param-ttl"),
          key("ttl.patterns", "--param-ttl", Form.MAP),
          key("ttl.signal", "--signal-ttl").liveToo(),
          key("ttl.expiry_notice", "--expiry-notice"),
          key("ephemeral", "--ephemeral", Form.LIST),
          key("conflicts", "--conflict", Form.MAP),
          key("lock_grace", "--lock-grace").liveToo(),
          gate("gesture.coalescing"),
          key("gesture.coalesce_interval_ms", "--gesture-interval", Form.MILLIS),
          key("timeline_rate", "--timeline-rate").liveToo(),
          key("history", "--history"),
          key("bundles_outlive_session", "--bundles-outlive-session", Form.SWITCH).liveToo(),
          key("opaque_writers", "--opaque-writers", Form.SWITCH).liveToo(),
          gate("persistence.enabled"),
          key("persistence.path", "--persist"),
          key("persistence.sync_interval", "--persist-interval"),
          key("logging.level", "--log-level").liveToo().also("CLASP_LOG", "CLASP_LOG_LEVEL"),
          key("logging.format", "--log-format").also("CLASP_LOG_FORMAT", "LOG_FORMAT"),
          key("logging.file", "--log-file"),
          key("audit.file", "--audit"),
          key("audit.chain", "--audit-chain", Form.SWITCH),
          key("metrics.enabled", "--no-metrics", Form.NEGATED),
          key("metrics.port", "--metrics-port"),
          key("metrics.host", "--metrics-host"),
          key("health.port", "--health-port"),
          key("health.host", "--health-host"),
          key("tracing.endpoint", "--otel-endpoint"),
          key("admin.enabled", "--no-admin", Form.NEGATED));

  /** Options that say something about one start, not about the router. */
  static final Set<String> NOT_IN_FILES =
      Set.of(
          "--config",
          "--config-lenient",
          "--stop-with-stdin",
          "--readiness-lines",
          "--qr",
          "--announce",
          "--color",
          "--output",
          "--help",
          "--version");

  /** What others have and we do not. */
  private static final Map<String, String> ABSENT =
      Map.of(
          "security.token_secret",
          "put the secret into a file of its own, and name the file in 'server.auth.jwt.key'",
          "security.pairing.timeout",
          "a code is always good for five minutes",
          "mqtt.require_auth",
          "who may come in is said once for all clients, in 'server.auth'",
          "mqtt.max_clients",
          "'server.limits.max_sessions' counts MQTT clients too",
          "mqtt.session_timeout",
          "MQTT clients say themselves how long they may be silent, and 'server.mqtt.max_keep_alive'"
              + " limits that",
          "federation",
          "routers do not join each other yet",
          "persistence.backend",
          "values are kept in files of our own; there is nothing to choose");

  private final CommandSpec spec;
  private final Catalogue catalogue;

  /**
   * @param spec the command {@code clasp server}, with the options of all commands
   */
  ServerKeys(CommandSpec spec) {
    this.spec = spec;
    this.catalogue = new Catalogue(KEYS.stream().map(this::setting).toList(), ABSENT);
  }

  Catalogue catalogue() {
    return catalogue;
  }

  /** An argument for the command line, and why it is there. */
  record Argument(String text, Settings.Value value) {}

  /**
   * What the settings say, as arguments.
   *
   * @param given options that are on the command line and so have been decided
   */
  List<Argument> arguments(Settings settings, Set<String> given) {
    List<Argument> arguments = new ArrayList<>();
    for (Key key : KEYS) {
      Optional<Settings.Value> value = settings.find(key.path);
      if (value.isEmpty()) {
        continue;
      }
      if (key.form == Form.GATE) {
        Gate gate = gateOf(key.path);
        String text = value.get().on() ? unlessOthers(gate, settings) : gate.off;
        if (!text.isEmpty() && !given.contains(text.replaceFirst("=.*", ""))) {
          arguments.add(new Argument(text, value.get()));
        }
      } else if (!given.contains(key.option) && open(key.path, settings)) {
        texts(key, value.get()).forEach(text -> arguments.add(new Argument(text, value.get())));
      }
    }
    return arguments;
  }

  /** The options of the section bring what the gate would. */
  private static String unlessOthers(Gate gate, Settings settings) {
    boolean same =
        KEYS.stream()
            .anyMatch(key -> key.option.equals(gate.on) && settings.find(key.path).isPresent());
    return same ? "" : gate.on;
  }

  /** No gate above it is closed. */
  private static boolean open(String path, Settings settings) {
    return GATES.stream()
        .filter(gate -> path.startsWith(gate.path.substring(0, gate.path.lastIndexOf('.') + 1)))
        .allMatch(gate -> settings.find(gate.path).map(Settings.Value::on).orElse(true));
  }

  private static List<String> texts(Key key, Settings.Value value) {
    List<String> texts = value.texts();
    return switch (key.form) {
      case VALUE -> List.of(key.option + "=" + texts.getFirst());
      case MILLIS -> List.of(key.option + "=" + texts.getFirst() + "ms");
      case EITHER -> List.of(value.on() ? key.option : key.option.replaceFirst("--", "--no-"));
      case SWITCH -> value.on() ? List.of(key.option) : List.of();
      case NEGATED -> value.on() ? List.of() : List.of(key.option);
      case REQUIRED -> value.on() ? List.of(key.option + "=authenticated") : List.of();
      case LIST, MAP -> texts.stream().map(text -> key.option + "=" + text).toList();
      case GATE -> List.of();
    };
  }

  /** The keys of an option, the one to speak of first. */
  static List<String> keysOf(Collection<String> names) {
    return Stream.concat(
            KEYS.stream().filter(key -> names.contains(key.option)).map(Key::path),
            GATES.stream()
                .filter(gate -> names.contains(gate.on) || names.contains(gate.off))
                .map(Gate::path))
        .toList();
  }

  /** The options of a key; none for {@code enabled}. */
  Optional<OptionSpec> optionOf(String path) {
    return KEYS.stream()
        .filter(key -> key.path.equals(path) && !key.option.isEmpty())
        .findFirst()
        .map(key -> spec.findOption(key.option));
  }

  private Setting setting(Key key) {
    if (key.form == Form.GATE) {
      return new Setting(
          key.path,
          Kind.SWITCH,
          gateOf(key.path).description,
          "",
          List.of(),
          false,
          false,
          List.of());
    }
    OptionSpec option = spec.findOption(key.option);
    return new Setting(
        key.path,
        kind(key, option),
        description(key, option),
        isOtherName(key) ? "" : standard(key, option),
        key.form == Form.VALUE ? choices(option) : List.of(),
        key.live,
        key.secret,
        key.variables);
  }

  /** Another key has said what holds if neither is there. */
  private static boolean isOtherName(Key key) {
    return KEYS.stream()
        .takeWhile(other -> !other.path.equals(key.path))
        .anyMatch(other -> !other.option.isEmpty() && other.option.equals(key.option));
  }

  private static Kind kind(Key key, OptionSpec option) {
    Class<?> type = option.type();
    return switch (key.form) {
      case LIST -> Kind.LIST;
      case MAP -> Kind.MAP;
      case SWITCH, EITHER, NEGATED, REQUIRED, GATE -> Kind.SWITCH;
      case MILLIS -> Kind.WHOLE_NUMBER;
      case VALUE ->
          type == int.class || type == Integer.class
              ? Kind.WHOLE_NUMBER
              : type == Duration.class || key.path.equals("ttl.param") ? Kind.DURATION : Kind.TEXT;
    };
  }

  /** The help of the option, without what only the command line needs. */
  private static String description(Key key, OptionSpec option) {
    String text = String.join(" ", option.description());
    if (!standard(key, option).isEmpty()) {
      text = text.replaceAll("\\s*\\(default: [^()]*\\)", "");
    }
    return text.replaceAll("[;,.]? *[Mm]ay be (repeated|given several times)(?=[;,. (]|$)", "")
        .replace("%n", " ")
        .strip();
  }

  private static String standard(Key key, OptionSpec option) {
    Object initial = option.initialValue();
    return switch (key.form) {
      case NEGATED -> "true";
      case SWITCH -> "false";
      case LIST, MAP, EITHER, REQUIRED, GATE -> "";
      case MILLIS -> initial instanceof Duration time ? Long.toString(time.toMillis()) : "";
      case VALUE ->
          switch (initial) {
            case null -> "";
            case Duration time -> duration(time);
            case Collection<?> _ -> "";
            default -> initial.toString();
          };
    };
  }

  static String duration(Duration time) {
    if (time.toMillis() % 1000 != 0) {
      return time.toMillis() + "ms";
    }
    long seconds = time.toSeconds();
    return seconds % 3600 == 0 && seconds > 0
        ? seconds / 3600 + "h"
        : seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
  }

  private static List<String> choices(OptionSpec option) {
    return option.type().isEnum() && option.converters().length == 0
        ? Arrays.stream(option.type().getEnumConstants())
            .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
            .toList()
        : List.of();
  }

  private static Gate gateOf(String path) {
    return GATES.stream().filter(gate -> gate.path.equals(path)).findFirst().orElseThrow();
  }

  private static Key key(String path, String option) {
    return key(path, option, Form.VALUE);
  }

  private static Key key(String path, String option, Form form) {
    return new Key(path, option, form, false, false, List.of());
  }

  private static Key gate(String path) {
    return key(path, "", Form.GATE);
  }
}
