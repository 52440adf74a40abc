package dev.clasp.transport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Answers every connection with the same bytes, right or wrong, and keeps what it was asked. */
final class FakeServer implements AutoCloseable {

  /** What to do with a connection. */
  interface Script {
    void play(Socket socket, String request) throws Exception;
  }

  private final ServerSocket listener;
  private final Script script;
  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Socket> sockets = new LinkedBlockingQueue<>();

  private FakeServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread.ofVirtual().start(this::run);
  }

  static FakeServer start(Script script) throws IOException {
    return start(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), script);
  }

  static FakeServer start(ServerSocket listener, Script script) {
    return new FakeServer(listener, script);
  }

  /** Answers with a text in which {@code ACCEPT} stands for the right value; stays open. */
  static FakeServer answering(String answer) throws IOException {
    return start((socket, request) -> socket.getOutputStream().write(answer(answer, request)));
  }

  static byte[] answer(String answer, String request) {
    int at = request.indexOf("sec-websocket-key: ") + "sec-websocket-key: ".length();
    String key = request.substring(at, request.indexOf("\r\n", at));
    return answer.replace("ACCEPT", HttpEntry.accept(key)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private void run() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try {
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return;
        }
        head.write(b);
      }
      String request = head.toString(StandardCharsets.ISO_8859_1);
      requests.add(request);
      script.play(socket, request);
    } catch (Exception e) {
      // The test sees it by what the client gets.
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  String awaitRequest() throws InterruptedException {
    String request = requests.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    if (request == null) {
      throw new AssertionError("nobody asked");
    }
    return request;
  }

  Socket awaitSocket() throws InterruptedException {
    Socket socket = sockets.poll(Recorder.LIMIT_SECONDS, TimeUnit.SECONDS);
    if (socket == null) {
      throw new AssertionError("nobody connected");
    }
    return socket;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
