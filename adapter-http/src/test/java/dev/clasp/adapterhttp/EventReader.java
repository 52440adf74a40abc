package dev.clasp.adapterhttp;

import dev.clasp.bridge.JsonValues;
import dev.clasp.protocol.Value;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event stream on a socket, which can be cut anywhere. */
final class EventReader implements Closeable {

  /**
   * One event.
   *
   * @param name empty for an ordinary one
   * @param id empty if it has none
   */
  record Event(String name, String id, String data) {

    Map<String, Value> json() {
      return ((Value.Map) JsonValues.parse(data).orElseThrow()).entries();
    }

    String address() {
      return json().get("address") instanceof Value.Text(String text) ? text : "";
    }

    long revision() {
      return json().get("revision") instanceof Value.Int(long number) ? number : -1;
    }

    Value value() {
      return json().getOrDefault("value", Value.NULL);
    }
  }

  private final Socket socket;
  private final BufferedReader in;
  final int status;
  final List<String> head = new ArrayList<>();
  private int left = -1;

  EventReader(int port, String target, String... headers) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
    StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    String first = in.readLine();
    status = Integer.parseInt(first.split(" ")[1]);
    for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
      head.add(line.toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** Bytes of the chunked body; -1 at its end. */
  private int read() throws IOException {
    if (left == 0) {
      in.readLine();
      left = -1;
    }
    if (left < 0) {
      String size = in.readLine();
      if (size == null) {
        return -1;
      }
      left = Integer.parseInt(size.strip(), 16);
      if (left == 0) {
        return -1;
      }
    }
    left--;
    return in.read();
  }

  /** The next line of the stream; null at its end. */
  private @Nullable String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int c = read();
      if (c < 0) {
        return null;
      }
      if (c == '\n') {
        return new String(
            line.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
      }
      line.append((char) c);
    }
  }

  /** The next block of lines. */
  List<String> block() throws IOException {
    List<String> lines = blockOrEnd();
    if (lines == null) {
      throw new EOFException("the stream has ended");
    }
    return lines;
  }

  private @Nullable List<String> blockOrEnd() throws IOException {
    List<String> lines = new ArrayList<>();
    while (true) {
      String line = line();
      if (line == null) {
        return null;
      }
      if (line.isEmpty()) {
        return lines;
      }
      lines.add(line);
    }
  }

  /** The next event, comments and the time to retry skipped. */
  Event next() throws IOException {
    Event event = nextOrEnd();
    if (event == null) {
      throw new EOFException("the stream has ended");
    }
    return event;
  }

  /** Whether nothing more comes. */
  boolean ends() throws IOException {
    return nextOrEnd() == null;
  }

  private @Nullable Event nextOrEnd() throws IOException {
    while (true) {
      List<String> lines = blockOrEnd();
      if (lines == null) {
        return null;
      }
      String name = "";
      String id = "";
      String data = null;
      for (String line : lines) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        }
      }
      if (data != null) {
        return new Event(name, id, data);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
