package dev.clasp.systemtests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A process in which published clients run: it takes commands and reports what happens, a line of
 * JSON each ({@code peers/README.md}). Thread-safe.
 */
final class Peer implements AutoCloseable {

  private final String name;
  private final Program program;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final Map<String, PeerClient> clients = new ConcurrentHashMap<>();
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  private Peer(String name, List<String> command) {
    this.name = name;
    this.program = Program.start(name, command, this::line, this::ended);
  }

  /** The published JavaScript client in Node.js. */
  static Peer node(String name) {
    return started(new Peer(name, Installation.nodeScript("node-peer.mjs")));
  }

  /** The published JavaScript client in Chromium, and pages of the router. */
  static Peer browser() {
    return started(new Peer("chromium", Installation.browser()));
  }

  /** The published Python client. */
  static Peer python() {
    return started(new Peer("python", Installation.python()));
  }

  /** The published JavaScript client in Node.js, which trusts these certificates too. */
  static Peer nodeTrusting(Path certificates) {
    return started(
        new Peer(
            "trusting node",
            with("NODE_EXTRA_CA_CERTS=" + certificates, Installation.nodeScript("node-peer.mjs"))));
  }

  /** The published Python client, which trusts these certificates. */
  static Peer pythonTrusting(Path certificates) {
    return started(
        new Peer("trusting python", with("SSL_CERT_FILE=" + certificates, Installation.python())));
  }

  /**
   * Chromium that trusts whoever has a key.
   *
   * @param key SHA-256 of the public key, in Base64
   */
  static Peer browserTrusting(String key) {
    List<String> command = new ArrayList<>(Installation.browser());
    command.add("--ignore-certificate-errors-spki-list=" + key);
    return started(new Peer("trusting chromium", command));
  }

  private static List<String> with(String variable, List<String> command) {
    return Stream.concat(Stream.of("env", variable), command.stream()).toList();
  }

  /**
   * A program that speaks the protocol, for example in a network of its own.
   *
   * @param command its command line
   */
  static Peer program(String name, List<String> command) {
    return started(new Peer(name, command));
  }

  private static Peer started(Peer peer) {
    try {
      peer.get("start", peer.ready, Patience.START);
      return peer;
    } catch (AssertionError e) {
      peer.close();
      throw e;
    }
  }

  private void line(String line) {
    JsonNode message = Json.parse(line);
    if (message.has("answer")) {
      CompletableFuture<JsonNode> answer = waiting.remove(message.get("answer").longValue());
      if (answer != null && message.has("error")) {
        answer.completeExceptionally(new PeerException(message.get("error").asText()));
      } else if (answer != null) {
        answer.complete(message.get("value"));
      }
    } else if (message.path("notice").asText().equals("ready")) {
      ready.complete(name);
    } else {
      PeerClient client = clients.get(message.path("client").asText());
      if (client != null) {
        client.notice(message);
      }
    }
  }

  private void ended() {
    PeerException gone = new PeerException(name + " has ended");
    ready.completeExceptionally(gone);
    waiting.values().forEach(answer -> answer.completeExceptionally(gone));
    clients.values().forEach(client -> client.ended(gone));
  }

  /** A client that is not connected yet. */
  PeerClient client(String clientName) {
    PeerClient client = new PeerClient(this, clientName);
    clients.put(clientName, client);
    return client;
  }

  /** Sends a command; the answer may come later. */
  CompletableFuture<JsonNode> send(String client, String what, Map<String, JsonNode> arguments) {
    long id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode command =
        JsonNodeFactory.instance.objectNode().put("id", id).put("client", client).put("do", what);
    arguments.forEach(command::set);
    program.write(command.toString());
    return answer;
  }

  /** Sends a command and waits for its answer. */
  JsonNode call(String client, String what, Map<String, JsonNode> arguments) {
    return get(
        client + " " + what + " " + arguments, send(client, what, arguments), Patience.START);
  }

  private <T> T get(String what, CompletableFuture<T> future, Duration limit) {
    try {
      return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PeerException problem) {
        throw new PeerException(
            name + ": " + what + ": " + problem.getMessage() + "\n" + transcript(), problem);
      }
      throw new AssertionError(e);
    } catch (TimeoutException e) {
      throw new AssertionError(
          name + ": no answer to " + what + " within " + limit.toSeconds() + " s\n" + transcript(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  String transcript() {
    return program.transcript();
  }

  @Override
  public void close() {
    program.close();
  }
}
