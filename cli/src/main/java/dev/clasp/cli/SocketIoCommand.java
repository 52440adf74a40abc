package dev.clasp.cli;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgesocketio.SocketIoProvider;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code clasp socketio}: events of Socket.IO as addresses, until it is interrupted. */
@Command(
    name = "socketio",
    description = {
      "Carry events between Socket.IO and the router, until Ctrl-C.",
      "",
      "Event chat is address /socketio/chat. With a URL it is a client of a Socket.IO server (version 2, 3 or"
          + " 4), with --listen a server for pages and programs (version 2, 3 or 4).",
    },
    footer = {
      "",
      "Examples:",
      "  clasp socketio http://localhost:3000             everything that this server sends",
      "  clasp socketio https://show.example --event cue --sio-namespace /stage --sio-token-file FILE",
      "  clasp socketio --listen :3001                    a server for pages and programs of this machine",
      "  clasp socketio --listen 0.0.0.0:3001 --sio-token-file FILE --origin https://show.example",
      "  clasp socketio --listen :3001 --room '/lights/**'  what clients get that ask for nothing",
    })
final class SocketIoCommand implements Callable<Integer> {

  private static final String NAME = "socketio";

  private final Clasp clasp;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description = "The Socket.IO server (default: http://localhost:3000).")
  private @Nullable String url;

  @Option(
      names = "--listen",
      paramLabel = "[HOST]:PORT",
      description =
          "Be a server; without a host for this machine only, 0.0.0.0:3001 for the network.")
  private @Nullable String listen;

  @Option(
      names = {"--namespace", "--prefix"},
      paramLabel = "ADDRESS",
      description = "Where the events are in the address space (default: ${DEFAULT-VALUE}).")
  private String namespace = "/socketio";

  @Option(
      names = "--map",
      paramLabel = "PATH=ADDRESS",
      description = "Another address for some, both ways; repeat for more.")
  private Map<String, String> maps = new LinkedHashMap<>();

  @Option(
      names = "--sio-namespace",
      paramLabel = "NAME",
      description = "Namespace of Socket.IO, such as /admin; repeat for more (default: /).")
  private List<String> namespaces = new ArrayList<>();

  @Option(
      names = "--event",
      paramLabel = "NAME",
      description = "Take only this event; repeat for more (default: *, all).")
  private List<String> events = new ArrayList<>();

  @Option(
      names = "--names",
      paramLabel = "STYLE",
      description =
          "What /chat/msg is called as an event: last (msg), path (chat/msg), address (/chat/msg);"
              + " default: last, and path with --listen or --standard.")
  private @Nullable String names;

  @Option(
      names = "--sio-token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the token: shown to the server, or with --listen wanted of"
              + " clients; else $CLASP_SOCKETIO_TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--auth",
      paramLabel = "NAME=VALUE",
      description = "Further field that is shown to the server; repeat for more.")
  private Map<String, String> auth = new LinkedHashMap<>();

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "polling or websocket; repeat for both (default: both).")
  private List<String> transports = new ArrayList<>();

  @Option(
      names = "--sio-version",
      paramLabel = "N",
      description = "Version of the server's Socket.IO: 2, 3 or 4 (default: 4).")
  private @Nullable String version;

  @Option(names = "--sio-path", paramLabel = "PATH", description = "Default: /socket.io.")
  private @Nullable String path;

  @Option(
      names = "--no-reconnect",
      description = "Do not connect to the Socket.IO server again when it is lost.")
  private boolean noReconnect;

  @Option(
      names = "--ack",
      description = "Ask for an acknowledgement of every event, and count what has none.")
  private boolean ack;

  @Option(
      names = "--ack-timeout",
      paramLabel = "TIME",
      description = "How long to wait for it (default: 5s).")
  private Duration ackTimeout = Duration.ofSeconds(5);

  @Option(
      names = "--own-sessions",
      description = "With --listen: every client has the rights of the token that it shows.")
  private boolean own;

  @Option(
      names = "--room",
      paramLabel = "PATTERN",
      description =
          "With --listen: what clients get that join no room; repeat for more (default: /**).")
  private List<String> rooms = new ArrayList<>();

  @Option(
      names = "--no-rooms",
      description = "With --listen: clients get nothing until they join a room.")
  private boolean noRooms;

  @Option(
      names = "--origin",
      paramLabel = "ORIGIN",
      description = "With --listen: pages of this site may connect, too; repeat for more.")
  private List<String> origins = new ArrayList<>();

  @Option(
      names = "--max-clients",
      paramLabel = "N",
      description = "With --listen: clients at once (default: 200).")
  private @Nullable Integer maxClients;

  @Option(
      names = "--sio-cert",
      paramLabel = "FILE",
      description = "Our own certificate (PEM); with --listen the server then speaks TLS.")
  private @Nullable Path certificate;

  @Option(names = "--sio-key", paramLabel = "FILE", description = "Its key (PEM).")
  private @Nullable Path key;

  @Option(
      names = "--sio-ca",
      paramLabel = "FILE",
      description = "Trust servers with certificates by the authorities in this PEM file only.")
  private @Nullable Path authorities;

  @Option(
      names = "--sio-fingerprint",
      paramLabel = "SHA256",
      description = "Trust the server with this certificate, whatever its name.")
  private @Nullable String fingerprint;

  @Option(
      names = "--sio-insecure",
      description = "Do not check who the server is: somebody on the way may read everything.")
  private boolean insecure;

  @Option(
      names = "--standard",
      description = "Events become events, and their names are paths (default: parameters).")
  private boolean standard;

  @Option(names = "--print", description = "Show every event.")
  private boolean print;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Mixin private WaitOption waiting = new WaitOption();

  SocketIoCommand(Clasp clasp) {
    this.clasp = clasp;
  }

  @Override
  public Integer call() {
    return new LoneBridge(clasp, connection, waiting, NAME, "events").run(definition(), print);
  }

  // --- options -----------------------------------------------------------------------------------

  /** What the options say. */
  BridgeDefinition definition() {
    if (url != null && listen != null) {
      throw wrong("a URL is for clients, --listen for servers: only one of them");
    }
    if (listen == null) {
      for (String option :
          List.of("--own-sessions", "--room", "--no-rooms", "--origin", "--max-clients")) {
        if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
          throw wrong(option + " needs --listen");
        }
      }
    }
    if (noRooms && !rooms.isEmpty()) {
      throw wrong("--room and --no-rooms contradict each other");
    }
    return LoneDefinition.of(spec, new SocketIoProvider(), namespace, settings())
        .withMapping(LoneDefinition.bothWays(maps))
        .withProfile(standard ? TypeProfile.STANDARD : TypeProfile.COMPATIBLE);
  }

  private Map<String, Value> settings() {
    Map<String, Value> settings = new LinkedHashMap<>();
    settings.put("mode", Value.of(listen == null ? "client" : "server"));
    LoneDefinition.put(settings, "url", url);
    LoneDefinition.put(settings, "listen", listen);
    LoneDefinition.put(settings, "path", path);
    LoneDefinition.put(settings, "namespaces", namespaces);
    LoneDefinition.put(settings, "events", events);
    LoneDefinition.put(settings, "names", names);
    token(settings);
    LoneDefinition.put(settings, "auth", auth);
    LoneDefinition.put(settings, "server_version", version);
    LoneDefinition.put(settings, "transports", transports);
    settings.put("reconnect", Value.of(!noReconnect));
    settings.put("ack", Value.of(ack));
    settings.put("ack_timeout", Value.of(ackTimeout.toNanos() / 1e9));
    if (own) {
      settings.put("sessions", Value.of("own"));
    }
    LoneDefinition.put(settings, "rooms", rooms);
    if (noRooms) {
      settings.put("rooms", Value.of(List.of()));
    }
    LoneDefinition.put(settings, "origins", origins);
    if (maxClients != null) {
      settings.put("max_clients", Value.of((int) maxClients));
    }
    LoneDefinition.put(settings, "cert", certificate);
    LoneDefinition.put(settings, "key", key);
    LoneDefinition.put(settings, "ca", authorities);
    LoneDefinition.put(settings, "fingerprint", fingerprint);
    settings.put("insecure", Value.of(insecure));
    return settings;
  }

  private void token(Map<String, Value> settings) {
    String token = clasp.terminal().environment().get("CLASP_SOCKETIO_TOKEN");
    if (tokenFile != null) {
      LoneDefinition.put(settings, "token_file", tokenFile);
    } else if (token != null && !token.isEmpty()) {
      settings.put("token", Value.of(token));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
