package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be set, and how it is read. */
final class SocketIoSettings {

  private static final int MAX_NAMESPACES = 32;
  private static final int MAX_TOKEN_BYTES = 16_384;

  private SocketIoSettings() {}

  static final List<BridgeSetting> ALL =
      List.of(
          new BridgeSetting(
              "mode",
              Kind.CHOICE,
              Value.of("client"),
              "client of a Socket.IO server, or server.",
              List.of("client", "server")),
          new BridgeSetting(
              "url",
              Kind.TEXT,
              Value.of("http://localhost:3000"),
              "Client: the server, http:// or https://."),
          new BridgeSetting(
              "listen",
              Kind.ENDPOINT,
              Value.of("127.0.0.1:3001"),
              "Server: host and port; only this machine unless a host is given."),
          new BridgeSetting("path", Kind.TEXT, Value.of("/socket.io"), "Path of the requests."),
          new BridgeSetting(
              "namespaces",
              Kind.LIST,
              Value.of(List.of(Value.of("/"))),
              "Namespaces of Socket.IO; what is in /admin is below /admin."),
          new BridgeSetting(
              "sio_namespace",
              Kind.TEXT,
              Value.NULL,
              "The same for one, as other bridges name it."),
          new BridgeSetting(
              "events",
              Kind.LIST,
              Value.of(List.of(Value.of("*"))),
              "Events that are taken from the other side; * for all."),
          new BridgeSetting(
              "names",
              Kind.CHOICE,
              Value.NULL,
              "What /chat/msg is called as an event: msg (last), chat/msg (path), /chat/msg"
                  + " (address). Else last for clients and path for servers and with standard.",
              List.of("last", "path", "address")),
          new BridgeSetting(
              "token",
              Kind.SECRET,
              Value.NULL,
              "Client: shown to the server as auth.token. Server: what clients must show."),
          new BridgeSetting(
              "token_file",
              Kind.TEXT,
              Value.NULL,
              "File whose first line is the token, instead of token."),
          new BridgeSetting(
              "auth", Kind.TREE, Value.NULL, "Client: a map, further fields of auth."),
          new BridgeSetting(
              "transports",
              Kind.LIST,
              Value.of(List.of(Value.of("polling"), Value.of("websocket"))),
              "polling, websocket, or both: the first is tried first, and upgraded."),
          new BridgeSetting(
              "server_version",
              Kind.CHOICE,
              Value.of("4"),
              "Client: version of the server's Socket.IO. Of version 2 it is over WebSocket only.",
              List.of("2", "3", "4")),
          new BridgeSetting(
              "reconnect", Kind.SWITCH, Value.TRUE, "Client: connect again when it is lost."),
          new BridgeSetting(
              "reconnect_delay",
              Kind.DURATION,
              Value.of("1s"),
              "Client: pause before the first try, doubled with each; by chance half more or less."),
          new BridgeSetting(
              "reconnect_delay_max", Kind.DURATION, Value.of("30s"), "Client: longest pause."),
          new BridgeSetting(
              "ack", Kind.SWITCH, Value.FALSE, "Ask for an acknowledgement of every event."),
          new BridgeSetting(
              "ack_timeout",
              Kind.DURATION,
              Value.of("5s"),
              "How long to wait for it; none is counted as lost."),
          new BridgeSetting(
              "ca",
              Kind.TEXT,
              Value.NULL,
              "Client: PEM file with the authorities that are trusted, and no others."),
          new BridgeSetting(
              "fingerprint",
              Kind.TEXT,
              Value.NULL,
              "Client: SHA-256 of the server's certificate: trust it whatever its name."),
          new BridgeSetting(
              "insecure",
              Kind.SWITCH,
              Value.FALSE,
              "Client: do not check who the server is: somebody on the way may read everything."),
          new BridgeSetting(
              "cert",
              Kind.TEXT,
              Value.NULL,
              "PEM file with our own certificate; a server with one speaks TLS."),
          new BridgeSetting("key", Kind.TEXT, Value.NULL, "PEM file with its key."),
          new BridgeSetting(
              "sessions",
              Kind.CHOICE,
              Value.of("shared"),
              "Server: shared: clients have the rights of the bridge; own: each has a session of its"
                  + " own at the router, with its token and its rights.",
              List.of("shared", "own")),
          new BridgeSetting(
              "rooms",
              Kind.LIST,
              Value.of(List.of(Value.of("/**"))),
              "Server: patterns of a client that has joined no room of its own; an empty list for"
                  + " none."),
          new BridgeSetting(
              "origins",
              Kind.LIST,
              Value.NULL,
              "Server: further pages that may connect, such as https://show.example; * for all."),
          new BridgeSetting(
              "max_clients", Kind.INTEGER, Value.of(200), "Server: clients at once, 1 to 10000."),
          new BridgeSetting(
              "max_rooms", Kind.INTEGER, Value.of(100), "Server: rooms of a client, 1 to 1000."),
          new BridgeSetting(
              "max_payload",
              Kind.INTEGER,
              Value.of(1_000_000),
              "Server: bytes of one message or request, 1000 to 16777216."),
          new BridgeSetting(
              "ping_interval",
              Kind.DURATION,
              Value.of("25s"),
              "Server: how often clients are asked whether they are there."),
          new BridgeSetting(
              "ping_timeout",
              Kind.DURATION,
              Value.of("20s"),
              "Server: how long they may take to answer."));

  static boolean isServer(BridgeSettings settings) {
    return settings.text("mode").orElseThrow().equals("server");
  }

  static Optional<String> text(BridgeSettings settings, String name) {
    return settings.text(name).filter(text -> !text.isEmpty());
  }

  static List<String> namespaces(BridgeSettings settings) {
    List<String> given =
        text(settings, "sio_namespace").map(List::of).orElseGet(() -> settings.list("namespaces"));
    List<String> namespaces = new ArrayList<>();
    for (String each : given) {
      String name = each.startsWith("/") ? each : "/" + each;
      if (name.length() > 1 && name.endsWith("/")) {
        name = name.substring(0, name.length() - 1);
      }
      if (name.indexOf(',') >= 0
          || name.indexOf('?') >= 0
          || !name.equals("/") && !EventNames.isAddress(name)) {
        throw BridgeException.lasting("'" + each + "' is no namespace such as /admin");
      }
      if (!namespaces.contains(name)) {
        namespaces.add(name);
      }
    }
    if (namespaces.isEmpty() || namespaces.size() > MAX_NAMESPACES) {
      throw BridgeException.lasting(
          "namespaces: 1 to " + MAX_NAMESPACES + ", not " + namespaces.size());
    }
    return List.copyOf(namespaces);
  }

  static String path(BridgeSettings settings) {
    String path = settings.text("path").orElseThrow();
    path = path.startsWith("/") ? path : "/" + path;
    path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (!path.matches("(/[A-Za-z0-9._~-]{1,100}){1,8}")) {
      throw BridgeException.lasting("path is such as /socket.io, not " + path);
    }
    return path;
  }

  static List<String> transports(BridgeSettings settings) {
    List<String> transports = settings.list("transports");
    if (transports.isEmpty() || !List.of("polling", "websocket").containsAll(transports)) {
      throw BridgeException.lasting("transports are polling, websocket or both");
    }
    return transports;
  }

  static Optional<String> token(BridgeSettings settings) {
    Optional<String> file = text(settings, "token_file");
    Optional<String> token = text(settings, "token");
    if (file.isPresent() && token.isPresent()) {
      throw BridgeException.lasting("only one of token and token_file");
    }
    return file.map(SocketIoSettings::firstLine).or(() -> token);
  }

  private static String firstLine(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_TOKEN_BYTES) {
        throw BridgeException.lasting("token_file " + file + " is too long for a token");
      }
      String line = Files.readString(path).lines().findFirst().orElse("").strip();
      if (line.isEmpty()) {
        throw BridgeException.lasting("token_file " + file + " has no token in its first line");
      }
      return line;
    } catch (IOException | InvalidPathException e) {
      throw BridgeException.lasting("token_file " + file + " cannot be read: " + e.getMessage());
    }
  }

  static Duration duration(BridgeSettings settings, String name, Duration least, Duration most) {
    Duration time = settings.duration(name).orElseThrow();
    if (time.compareTo(least) < 0 || time.compareTo(most) > 0) {
      throw BridgeException.lasting(
          name
              + " must be from "
              + least.toMillis()
              + " ms to "
              + most.toSeconds()
              + " s, not "
              + time.toMillis()
              + " ms");
    }
    return time;
  }

  /** Empty: not asked for. */
  static Optional<Duration> ackTimeout(BridgeSettings settings) {
    Duration time =
        duration(settings, "ack_timeout", Duration.ofMillis(10), Duration.ofMinutes(10));
    return settings.on("ack") ? Optional.of(time) : Optional.empty();
  }

  static EventNames names(BridgeSettings settings, List<String> namespaces, TypeProfile profile) {
    EventNames.Style style =
        settings
            .text("names")
            .map(EventNames.Style::of)
            .orElse(
                isServer(settings) || profile == TypeProfile.STANDARD
                    ? EventNames.Style.PATH
                    : EventNames.Style.LAST);
    return new EventNames(style, namespaces, profile);
  }

  /** Which events are taken: all, or those of a list. */
  static boolean takes(List<String> events, String name) {
    return events.contains("*") || events.contains(name);
  }
}
