package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgewebsocket.WebSocketProvider;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp websocket}: programs with JSON over WebSockets, until it is interrupted. */
@Command(
    name = "websocket",
    aliases = "ws",
    description = {
      "Carry messages between WebSockets and the router, until Ctrl-C: a server for programs and web"
          + " pages, or a client of one.",
      "",
      "A message is {\"address\":\"/lights/1\",\"value\":0.5}; with --format json-rpc, clients ask"
          + " for what they want.",
    },
    footer = {
      "",
      "Examples:",
      "  clasp websocket                                  server on ws://127.0.0.1:9000",
      "  clasp websocket --listen :9000 --socket-token-file FILE   from the network",
      "  clasp websocket --format json-rpc                subscriptions, requests, tokens of the router",
      "  clasp websocket --listen 0.0.0.0:9443 --socket-cert stage.pem --socket-key stage.key",
      "  clasp websocket --origin https://show.example    pages from there, too",
      "  clasp websocket ws://pixels.local/ws             client of somebody else's server",
      "  clasp websocket wss://api.example/live --header 'X-Key=abc' --format raw --print",
    })
final class WebSocketCommand implements Callable<Integer> {

  private static final String NAME = "websocket";
  private static final String TOKEN_VARIABLE = "CLASP_WEBSOCKET_TOKEN";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description = "Connect to this server: ws:// or wss://.")
  private @Nullable String target;

  @Option(
      names = "--listen",
      paramLabel = "[HOST]:PORT",
      description =
          "Be a server there; without a host, for every address of this machine (default:"
              + " 127.0.0.1:9000).")
  private @Nullable String listen;

  @Option(
      names = {"-m", "--mode"},
      paramLabel = "MODE",
      description = "server or client, as published bridges have it; with --url.")
  private @Nullable String mode;

  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description = "Where to listen, or to connect: the same as --listen or URL.")
  private @Nullable String url;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description = "The path of the WebSocket (default of a server: any).")
  private @Nullable String path;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "FORMAT",
      description =
          "json, json-rpc, raw, messagepack, cbor, or msgpack, which means frames of CLASP"
              + " (default: ${DEFAULT-VALUE}).")
  private String format = "json";

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description =
          "What the other side gets, and where messages without an address are; / for everything"
              + " (default: ${DEFAULT-VALUE}).")
  private String namespace = "/ws";

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      description =
          "verbatim: addresses in messages are those of the router; prefix: they are below the"
              + " namespace (default: verbatim; prefix with --standard).")
  private @Nullable String policy;

  @Option(
      names = "--standard",
      description =
          "Addresses below the namespace, events are events, and clients hear of each other"
              + " (default: as published bridges).")
  private boolean standard;

  @Option(
      names = "--relay",
      negatable = true,
      description = "Tell the other clients of the server what one has sent.")
  private @Nullable Boolean relay;

  @Option(
      names = "--header",
      paramLabel = "NAME=VALUE",
      description = "Of a client, one more header; repeat for more.")
  private Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description = "Sub-protocol; repeat for more, the best first.")
  private List<String> protocols = new ArrayList<>();

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description =
          "Web pages that may connect beside those of this machine: https://show.example, * for all;"
              + " repeat for more.")
  private List<String> origins = new ArrayList<>();

  @Option(
      names = "--socket-token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is what clients must show, or what we show as a client; else"
              + " $CLASP_WEBSOCKET_TOKEN. Not with json-rpc: there clients have tokens of the"
              + " router.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ping",
      paramLabel = "TIME",
      description = "Ask the other side whether it is there; 0 = never (default: 30s).")
  private @Nullable Duration ping;

  @Option(names = "--no-reconnect", description = "Connect only once.")
  private boolean noReconnect;

  @Option(names = "--no-compression", description = "Without permessage-deflate.")
  private boolean noCompression;

  @Option(
      names = "--max-message",
      paramLabel = "BYTES",
      description = "Longer messages close the connection (default: 262144).")
  private @Nullable Integer maxMessage;

  @Option(
      names = "--max-clients",
      paramLabel = "NUMBER",
      description = "Of a server (default: 256).")
  private @Nullable Integer maxClients;

  @Option(
      names = "--socket-cert",
      paramLabel = "FILE",
      description = "Our certificate (PEM); a server with it is wss://.")
  private @Nullable Path certificate;

  @Option(names = "--socket-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path key;

  @Option(
      names = "--socket-ca",
      paramLabel = "FILE",
      description =
          "Trust certificates by the authorities in this PEM file only; a server wants one of each"
              + " client then.")
  private @Nullable Path authorities;

  @Option(
      names = "--socket-fingerprint",
      paramLabel = "SHA256",
      description = "As a client, trust the server with this certificate, whatever its name.")
  private @Nullable String fingerprint;

  @Option(
      names = "--socket-insecure",
      description =
          "As a client, do not check who the server is: somebody on the way may read everything.")
  private boolean insecure;

  @Option(
      names = "--map",
      paramLabel = "PATH=ADDRESS",
      description = "Another address for some, both ways; repeat for more.")
  private Map<String, String> maps = new LinkedHashMap<>();

  @Option(names = "--print", description = "Show every message.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  WebSocketCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "messages").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    return LoneDefinition.of(spec, new WebSocketProvider(), namespace, settings())
        .withMapping(LoneDefinition.bothWays(maps))
        .withProfile(standard ? TypeProfile.STANDARD : TypeProfile.COMPATIBLE);
  }

  private boolean isServer() {
    if (target != null && (listen != null || url != null)) {
      throw wrong("URL contradicts --listen and --url: be a client or a server");
    }
    if (listen != null && url != null) {
      throw wrong("--listen and --url say the same; only one of them");
    }
    if (mode == null) {
      return target == null && (url == null || !url.contains("://"));
    }
    return switch (mode) {
      case "server" -> {
        if (target != null) {
          throw wrong("a server connects to nobody: --listen says where it is");
        }
        yield true;
      }
      case "client" -> {
        if (listen != null || target == null && url == null) {
          throw wrong("a client needs a URL to connect to, and does not listen");
        }
        yield false;
      }
      default -> throw wrong("--mode is server or client, not " + Printable.escape(mode));
    };
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    boolean server = isServer();
    settings.put("mode", Value.of(server ? "server" : "client"));
    if (server) {
      LoneDefinition.put(settings, "bind", listen != null ? listen : url);
    } else {
      LoneDefinition.put(settings, "url", target != null ? target : url);
    }
    LoneDefinition.put(settings, "path", path);
    settings.put("format", Value.of(format));
    LoneDefinition.put(settings, "namespace_policy", policy);
    if (relay != null) {
      settings.put("relay", Value.of((boolean) relay));
    }
    LoneDefinition.put(settings, "headers", headers);
    LoneDefinition.put(settings, "protocols", protocols);
    LoneDefinition.put(settings, "origins", origins);
    token(settings);
    if (ping != null) {
      settings.put("ping_interval", Value.of(ping.toNanos() / 1e9));
    }
    if (noReconnect) {
      settings.put("reconnect", Value.FALSE);
    }
    if (noCompression) {
      settings.put("compression", Value.FALSE);
    }
    if (maxMessage != null) {
      settings.put("max_message", Value.of((long) maxMessage));
    }
    if (maxClients != null) {
      settings.put("max_clients", Value.of((long) maxClients));
    }
    LoneDefinition.put(settings, "cert", certificate);
    LoneDefinition.put(settings, "key", key);
    LoneDefinition.put(settings, "ca", authorities);
    LoneDefinition.put(settings, "fingerprint", fingerprint);
    if (insecure) {
      settings.put("insecure", Value.TRUE);
    }
    return settings;
  }

  private void token(Map<String, Value> settings) {
    String said = clasp.terminal().environment().get(TOKEN_VARIABLE);
    if (tokenFile != null) {
      try {
        settings.put(
            "token", Value.of(Files.readString(tokenFile).lines().findFirst().orElse("").strip()));
      } catch (IOException e) {
        throw wrong("--socket-token-file: cannot read " + tokenFile);
      }
    } else if (said != null && !said.isEmpty() && !format.equals("json-rpc")) {
      settings.put("token", Value.of(said));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
