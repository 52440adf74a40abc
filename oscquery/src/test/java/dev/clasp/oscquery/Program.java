package dev.clasp.oscquery;

import com.fasterxml.jackson.databind.JsonNode;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A program with a WebSocket to an OSCQuery server. */
final class Program implements WebSocket.Listener, AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  final List<JsonNode> commands = new CopyOnWriteArrayList<>();
  final List<OscMessage> messages = new CopyOnWriteArrayList<>();
  volatile int closedWith;
  private @Nullable WebSocket socket;

  private Program() {}

  static Program connect(URI uri) {
    Program program = new Program();
    program.socket = program.http.newWebSocketBuilder().buildAsync(uri, program).join();
    return program;
  }

  private WebSocket socket() {
    WebSocket s = socket;
    if (s == null) {
      throw new IllegalStateException();
    }
    return s;
  }

  Program say(String command, String path) {
    return text(CommandText.of(command, path));
  }

  Program text(String message) {
    socket().sendText(message, true).join();
    return this;
  }

  Program send(String address, OscArgument... arguments) {
    return send(OscCodec.encode(new OscMessage(address, arguments)));
  }

  Program send(byte[] packet) {
    socket().sendBinary(ByteBuffer.wrap(packet), true).join();
    return this;
  }

  /** Waits until it has heard that; returns the last message of the address. */
  OscMessage hears(String address, OscArgument... arguments) {
    OscMessage wanted = new OscMessage(address, arguments);
    Eventually.is(() -> wanted + " among " + messages, () -> messages.contains(wanted));
    return wanted;
  }

  void isTold(String command, String path) {
    Eventually.is(
        () -> command + " " + path + " among " + commands,
        () ->
            commands.stream()
                .anyMatch(c ->
                    c.path("COMMAND").asText().equals(command)
                        && c.path("DATA").asText().equals(path)));
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
    text.append(part);
    if (last) {
      commands.add(Room.json(text.toString()));
      text.setLength(0);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      try {
        OscPacket packet = OscCodec.decode(binary.toByteArray());
        messages.add((OscMessage) packet);
      } catch (OscException e) {
        throw new AssertionError(e);
      }
      binary.reset();
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    closedWith = status;
    return null;
  }

  @Override
  public void close() {
    socket().abort();
    http.shutdownNow();
  }
}
