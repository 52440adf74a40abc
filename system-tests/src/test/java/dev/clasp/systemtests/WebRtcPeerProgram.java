package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.client.ClaspClient;
import dev.clasp.webrtc.IceServer;
import dev.clasp.webrtc.Peer;
import dev.clasp.webrtc.PeerEvent;
import dev.clasp.webrtc.PeerException;
import dev.clasp.webrtc.PeerToPeer;
import dev.clasp.webrtc.RoutingMode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients with peer connections, in a process of its own that can run in another network. Speaks
 * the protocol of {@code peers/README.md}.
 */
public final class WebRtcPeerProgram {

  /**
   * @param lock held while the listener shall not go on
   */
  private record Open(ClaspClient client, CompletableFuture<PeerToPeer> peers, Semaphore lock) {}

  private static final Map<String, Open> CLIENTS = new ConcurrentHashMap<>();

  private WebRtcPeerProgram() {}

  public static void main(String[] args) throws IOException {
    print(JsonNodeFactory.instance.objectNode().put("notice", "ready"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode command = Json.parse(line);
        Thread.ofVirtual().start(() -> handle(command));
      }
    }
    CLIENTS.values().forEach(WebRtcPeerProgram::close);
    // At its end the native library writes a line to the standard output, which is none of ours.
    new FileOutputStream(FileDescriptor.out).close();
    System.exit(0);
  }

  private static synchronized void print(ObjectNode line) {
    System.out.println(line);
    System.out.flush();
  }

  private static void handle(JsonNode command) {
    ObjectNode answer = JsonNodeFactory.instance.objectNode();
    answer.put("answer", command.get("id").longValue());
    try {
      answer.set("value", Json.of(perform(command)));
    } catch (Throwable e) {
      Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
      answer.put(
          "error",
          (cause instanceof PeerException peer ? peer.kind() + ": " : "") + cause.getMessage());
    }
    print(answer);
  }

  private static Object perform(JsonNode command) {
    String name = command.get("client").asText();
    if (command.get("do").asText().equals("connect")) {
      ClaspClient client =
          ClaspClient.builder(command.get("url").asText())
              .name(name)
              .connectTimeout(Patience.START)
              .requestTimeout(Patience.LIMIT)
              .connectBlocking();
      CLIENTS.put(name, new Open(client, new CompletableFuture<>(), new Semaphore(1)));
      return Map.of("session", client.session());
    }
    Open open = CLIENTS.get(name);
    if (open == null) {
      throw new IllegalArgumentException("no client " + name + " here");
    }
    String peer = command.path("peer").asText();
    return switch (command.get("do").asText()) {
      case "p2p-start" -> {
        start(name, open, command);
        yield true;
      }
      case "p2p-connect" -> open.peers.join().connect(peer).join().state().toString();
      case "p2p-disconnect" -> {
        open.peers.join().disconnect(peer);
        yield true;
      }
      case "p2p-peers" -> open.peers.join().peers().stream().map(Peer::session).toList();
      case "p2p-send" -> send(open.peers.join(), peer, command);
      case "watch" -> {
        open.client
            .subscribe(
                command.get("pattern").asText(),
                signal ->
                    print(
                        (ObjectNode)
                            Json.of(
                                Map.of(
                                    "client",
                                    name,
                                    "notice",
                                    "signal",
                                    "address",
                                    signal.address()))))
            .active()
            .join();
        yield true;
      }
      case "p2p-hold" -> {
        open.lock.acquireUninterruptibly();
        yield true;
      }
      case "p2p-go-on" -> {
        open.lock.release();
        yield true;
      }
      case "session" -> open.client.session();
      case "close" -> {
        CLIENTS.remove(name);
        close(open);
        yield true;
      }
      default -> throw new IllegalArgumentException("unknown command " + command);
    };
  }

  private static void start(String name, Open open, JsonNode command) {
    PeerToPeer.Builder builder =
        PeerToPeer.builder(open.client)
            .mode(RoutingMode.valueOf(command.path("mode").asText("PREFER_PEER")))
            .connectTimeout(Duration.ofMillis(command.path("timeout").asLong(30_000)))
            .admit(_ -> command.path("admit").asBoolean(true))
            .listener(event -> {
              if (event instanceof PeerEvent.Received) {
                awaitPatience(open);
              }
              tell(name, event);
            });
    if (command.has("turn")) {
      builder.iceServers(
          List.of(
              IceServer.turn(
                  command.get("turn").asText(),
                  command.get("user").asText(),
                  command.get("password").asText())));
    }
    open.peers.complete(builder.start().join());
  }

  private static void awaitPatience(Open open) {
    open.lock.acquireUninterruptibly();
    open.lock.release();
  }

  /** Several of the same size, or one; answers with the way of the last. */
  private static String send(PeerToPeer peers, String peer, JsonNode command) {
    boolean reliable = command.path("reliable").asBoolean(true);
    if (command.has("text")) {
      byte[] text = command.get("text").asText().getBytes(StandardCharsets.UTF_8);
      return peers.send(peer, text, reliable).join().toString();
    }
    String route = "";
    byte[] data = new byte[command.get("size").intValue()];
    for (int i = 0; i < command.path("count").asInt(1); i++) {
      for (int k = 0; k < Math.min(4, data.length); k++) {
        data[k] = (byte) (i >>> (24 - 8 * k));
      }
      route = sendPatiently(peers, peer, data, reliable);
    }
    return route;
  }

  /** Tries again while the channel is full. */
  private static String sendPatiently(
      PeerToPeer peers, String peer, byte[] data, boolean reliable) {
    while (true) {
      try {
        return peers.send(peer, data, reliable).join().toString();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof PeerException full)
            || full.kind() != PeerException.Kind.OVERFLOW) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static void tell(String name, PeerEvent event) {
    Map<String, Object> notice = new LinkedHashMap<>();
    notice.put("client", name);
    notice.put("peer", event.peer());
    switch (event) {
      case PeerEvent.Announced(var _, var features) -> {
        notice.put("notice", "p2p-announced");
        notice.put("features", features);
      }
      case PeerEvent.Connected _ -> notice.put("notice", "p2p-connected");
      case PeerEvent.Received(var _, byte[] data, boolean reliable, var route) -> {
        notice.put("notice", "p2p-data");
        notice.put("length", data.length);
        notice.put("start", HexFormat.of().formatHex(data, 0, Math.min(32, data.length)));
        notice.put("reliable", reliable);
        notice.put("route", route.toString());
      }
      case PeerEvent.Failed(var _, String reason, boolean relay) -> {
        notice.put("notice", "p2p-failed");
        notice.put("reason", reason);
        notice.put("relay", relay);
      }
      case PeerEvent.Disconnected(var _, String reason) -> {
        notice.put("notice", "p2p-disconnected");
        notice.put("reason", reason);
      }
      case PeerEvent.Undelivered(var _, String reason) -> {
        notice.put("notice", "p2p-undelivered");
        notice.put("reason", reason);
      }
    }
    print((ObjectNode) Json.of(notice));
  }

  private static void close(Open open) {
    if (open.peers.isDone()) {
      open.peers.join().close();
    }
    open.client.close();
  }
}
