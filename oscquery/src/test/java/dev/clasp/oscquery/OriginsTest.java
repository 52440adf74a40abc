package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Web pages: those of this machine may read and connect, those of others may not. */
class OriginsTest {

  @Test
  void aPageOfThisMachineMayRead() {
    try (Room room = new Room()) {
      HttpResponse<String> response = room.get("/", "Origin", "http://localhost:3000");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("access-control-allow-origin"))
          .contains("http://localhost:3000");
    }
  }

  @Test
  void aPageOfAnotherSiteMayNot() {
    try (Room room = new Room()) {
      HttpResponse<String> response = room.get("/", "Origin", "https://evil.example");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(response.headers().firstValue("access-control-allow-origin")).isEmpty();
      assertThat(room.server.count(OscQueryCounter.REFUSED_ORIGINS)).isEqualTo(1);
    }
  }

  @Test
  void aConfiguredSiteMay() {
    try (Room room = new Room(c -> c.withOrigins(Set.of("https://show.example")))) {
      assertThat(room.get("/", "Origin", "https://show.example").statusCode()).isEqualTo(200);
      assertThat(room.get("/", "Origin", "https://evil.example").statusCode()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, https://evil.example, 403",
    "evil.example, '', 403",
    "evil.example, http://evil.example, 403",
    "localhost, '', 101",
    "localhost, http://localhost, 101",
  })
  void webSocketsKnowTheSameRules(String host, String origin, int status) throws IOException {
    try (Room room = new Room()) {
      assertThat(
              raw(
                  room,
                  "GET / HTTP/1.1\r\nHost: "
                      + host
                      + "\r\n"
                      + (origin.isEmpty() ? "" : "Origin: " + origin + "\r\n")
                      + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @CsvSource({"evil.example, 403", "127.0.0.1, 200", "stage.local, 200"})
  void aForeignNameThatPointsHereIsRefused(String host, int status) throws IOException {
    try (Room room = new Room()) {
      assertThat(raw(room, "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @CsvSource({"NONSENSE, 400", "GET / HTTP/1.0, 200", "GET http://x/ HTTP/1.1, 200"})
  void oddRequestsAreAnswered(String line, int status) throws IOException {
    try (Room room = new Room()) {
      assertThat(raw(room, line + "\r\nConnection: close\r\n\r\n")).contains(" " + status + " ");
    }
  }

  @Test
  void aHugeHeadOrBodyIsRefused() throws IOException {
    try (Room room = new Room()) {
      assertThat(raw(room, "GET /" + "a".repeat(10_000) + " HTTP/1.1\r\n\r\n"))
          .startsWith("HTTP/1.1 4");
      assertThat(
              raw(
                  room,
                  "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
                      + "Connection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 413");
    }
  }

  private static String raw(Room room, String request) throws IOException {
    try (Socket socket =
        new Socket(room.server.address().getAddress(), room.server.address().getPort())) {
      socket.setSoTimeout((int) Eventually.LIMIT.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(40), StandardCharsets.US_ASCII);
    }
  }
}
