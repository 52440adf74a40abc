package dev.clasp.oscquery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The WebSocket to another program. Thread-safe. */
final class RemoteLine implements WebSocket.Listener, AutoCloseable {

  /** Longest message, in characters or bytes. */
  private static final int MAX_MESSAGE = 1 << 20;

  /** Messages that wait until the program reads; commands are not limited by it. */
  private static final int MAX_WAITING = 4096;

  /** Told what comes; one call at a time. */
  interface Listener {
    void text(byte[] utf8);

    void binary(byte[] packet);

    /** Once. */
    void ended();
  }

  private final Listener listener;
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private @Nullable WebSocket socket;
  private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
  private volatile long heard = System.nanoTime();

  RemoteLine(Listener listener) {
    this.listener = listener;
  }

  synchronized void opened(WebSocket open) {
    socket = open;
  }

  /** Sends a command. */
  void say(String command) {
    line(command, null);
  }

  /**
   * Sends a packet.
   *
   * @return whether there was room
   */
  boolean send(byte[] packet) {
    return waiting.get() < MAX_WAITING && line(null, packet);
  }

  /** One after the other: the JDK wants it so. */
  private synchronized boolean line(@Nullable String command, byte @Nullable [] packet) {
    WebSocket open = socket;
    if (open == null || over.get()) {
      return false;
    }
    waiting.incrementAndGet();
    last =
        last.handle((_, _) -> 0)
            .thenCompose(_ ->
                command != null
                    ? open.sendText(command, true)
                    : open.sendBinary(ByteBuffer.wrap(packet == null ? new byte[0] : packet), true))
            .whenComplete((_, failure) -> {
              waiting.decrementAndGet();
              if (failure != null) {
                end();
              }
            });
    return true;
  }

  /**
   * Asks whether it is there.
   *
   * @throws IOException it has not said anything for too long
   */
  void probe() throws IOException {
    if (System.nanoTime() - heard > 3 * ImportEndpoint.QUIET_NANOS) {
      throw new IOException("it does not answer any more");
    }
    synchronized (this) {
      WebSocket open = socket;
      if (open != null) {
        last = last.handle((_, _) -> 0).thenCompose(_ -> open.sendPing(ByteBuffer.allocate(0)));
      }
    }
  }

  // --- from the program --------------------------------------------------------------------------

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean complete) {
    heard = System.nanoTime();
    if (text.length() + part.length() > MAX_MESSAGE) {
      from.abort();
      end();
      return null;
    }
    text.append(part);
    if (complete) {
      String message = text.toString();
      text.setLength(0);
      listener.text(message.getBytes(StandardCharsets.UTF_8));
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean complete) {
    heard = System.nanoTime();
    if (binary.size() + part.remaining() > MAX_MESSAGE) {
      from.abort();
      end();
      return null;
    }
    byte[] bytes = new byte[part.remaining()];
    part.get(bytes);
    binary.writeBytes(bytes);
    if (complete) {
      byte[] packet = binary.toByteArray();
      binary.reset();
      listener.binary(packet);
    }
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    heard = System.nanoTime();
    from.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    end();
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    end();
  }

  private void end() {
    if (over.compareAndSet(false, true)) {
      listener.ended();
    }
  }

  @Override
  public synchronized void close() {
    over.set(true);
    WebSocket open = socket;
    if (open != null) {
      last.cancel(false);
      open.sendClose(WebSocket.NORMAL_CLOSURE, "").whenComplete((_, _) -> open.abort());
    }
  }
}
