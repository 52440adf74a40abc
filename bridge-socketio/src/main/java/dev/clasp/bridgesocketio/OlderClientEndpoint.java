package dev.clasp.bridgesocketio;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Socket.IO server of version 2 (Engine.IO 3, Socket.IO protocol 4), which the
 * library for version 3 and 4 does not speak to; over WebSocket. Thread-safe.
 */
final class OlderClientEndpoint implements Endpoint {

  private static final long MAX_QUEUED_BYTES = 512 * 1024;
  private static final long WAIT_MILLIS = 50;
  private static final int MAX_ASKED = 1024;

  /** Of one message. */
  private static final int MAX_ATTACHED = 16 << 20;

  private static final Duration ANSWER = Duration.ofSeconds(15);

  private final ClientConfig config;
  private final EndpointContext context;
  private final EventNames names;
  private final Backoff backoff;
  private final RandomGenerator random =
      new SplittableRandom(ThreadLocalRandom.current().nextLong());
  private final OkHttpClient http;

  private final Object lock = new Object();
  // Guarded by the lock.
  private final TreeSet<String> connected = new TreeSet<>();
  private final Map<Long, Runnable> asked = new HashMap<>();
  private final List<byte[]> attachments = new ArrayList<>();
  private @Nullable SocketPacket partial;
  private @Nullable WebSocket open;
  private Runnable timer = () -> {};
  private int attached;
  private long asking;
  private long heardNanos;
  private int attempts;
  private boolean closed;

  OlderClientEndpoint(ClientConfig config, EndpointContext context) {
    this.config = config;
    this.context = context;
    this.names = config.names(context.profile());
    this.backoff = new Backoff(config.reconnectDelay(), 2, config.reconnectDelayMax(), true, 0);
    this.http = ClientEndpoint.http(config).newBuilder().readTimeout(0, TimeUnit.SECONDS).build();
  }

  @Override
  public void start() {
    context.down("connecting to " + where());
    connect();
  }

  private String where() {
    return config.url().getScheme() + "://" + config.url().getHost() + ":" + config.url().getPort();
  }

  /** Where servers of version 2 look for a token. */
  private String query() {
    return config.auth().fields().entrySet().stream()
        .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  // --- connections -------------------------------------------------------------------------------

  private void connect() {
    String query = query();
    String given = config.url().getRawQuery();
    String url =
        where()
            + config.path()
            + "/?EIO=3&transport=websocket"
            + (given == null ? "" : "&" + given)
            + (query.isEmpty() ? "" : "&" + query);
    synchronized (lock) {
      if (!closed) {
        open = http.newWebSocket(new Request.Builder().url(url).build(), new Listener());
      }
    }
  }

  private final class Listener extends WebSocketListener {
    @Override
    public void onMessage(WebSocket socket, String text) {
      guarded(socket, () -> text(socket, text));
    }

    @Override
    public void onMessage(WebSocket socket, ByteString bytes) {
      guarded(socket, () -> bytes(socket, bytes));
    }

    @Override
    public void onClosing(WebSocket socket, int code, String reason) {
      socket.close(1000, null);
      lost(socket, "the server has closed the connection");
    }

    @Override
    public void onFailure(WebSocket socket, Throwable failure, @Nullable Response response) {
      lost(
          socket,
          response == null
              ? String.valueOf(failure.getMessage())
              : "it answers " + response.code() + " " + response.message());
    }
  }

  private void guarded(WebSocket socket, Runnable task) {
    synchronized (lock) {
      if (closed || !socket.equals(open)) {
        return;
      }
      heardNanos = context.nanoTime();
    }
    task.run();
  }

  private void end(WebSocket socket, String why) {
    socket.cancel();
    lost(socket, why);
  }

  private void lost(WebSocket socket, String why) {
    synchronized (lock) {
      if (closed || !socket.equals(open)) {
        return;
      }
      open = null;
      timer.run();
      connected.clear();
      asked.values().forEach(Runnable::run);
      asked.clear();
      partial = null;
      attachments.clear();
      attached = 0;
      lock.notifyAll();
      if (config.reconnect()) {
        timer = later(attempts++, this::connect);
      }
    }
    context.down(
        "not connected to "
            + where()
            + ": "
            + why
            + (config.reconnect() ? "" : "; reconnect is off"));
  }

  private Runnable later(int attempt, Runnable task) {
    return context.schedule(
        task, backoff.delayNanos(attempt, random).orElse(TimeUnit.SECONDS.toNanos(1)));
  }

  private void beat(WebSocket socket, long interval, long timeout) {
    synchronized (lock) {
      if (closed || !socket.equals(open)) {
        return;
      }
      if (context.nanoTime() - heardNanos <= interval + timeout) {
        socket.send(String.valueOf(EngineFrame.PING));
        timer = context.schedule(() -> beat(socket, interval, timeout), interval);
        return;
      }
    }
    end(socket, "it does not answer pings");
  }

  // --- from the server ---------------------------------------------------------------------------

  private void text(WebSocket socket, String text) {
    switch (text.isEmpty() ? ' ' : text.charAt(0)) {
      case EngineFrame.OPEN -> {
        Value said = JsonValues.parse(text.substring(1)).orElse(Value.NULL);
        beat(socket, nanos(said, "pingInterval", 25_000), nanos(said, "pingTimeout", 5_000));
      }
      case EngineFrame.CLOSE -> end(socket, "the server has closed the connection");
      case EngineFrame.MESSAGE -> {
        Optional<SocketPacket> packet = SocketPacket.decode(text.substring(1));
        if (packet.isEmpty()) {
          context.dropped(where() + " sent a message that is none of Socket.IO");
        } else if (packet.get().attachments() > 0) {
          synchronized (lock) {
            partial = packet.get();
            attachments.clear();
            attached = 0;
          }
        } else {
          packet(socket, packet.get());
        }
      }
      default -> {}
    }
  }

  private static long nanos(Value said, String field, long otherwise) {
    long millis =
        said instanceof Value.Map(var fields) && fields.get(field) instanceof Value.Int(long given)
            ? given
            : otherwise;
    return TimeUnit.MILLISECONDS.toNanos(Math.clamp(millis, 100, 600_000));
  }

  private void bytes(WebSocket socket, ByteString frame) {
    Optional<SocketPacket> whole;
    synchronized (lock) {
      SocketPacket head = partial;
      if (head == null || frame.size() == 0 || frame.getByte(0) != EngineFrame.MESSAGE - '0') {
        return;
      }
      attachments.add(frame.substring(1).toByteArray());
      attached += frame.size();
      if (attached > MAX_ATTACHED) {
        partial = null;
        attachments.clear();
        context.dropped(where() + " sent more bytes in one message than " + MAX_ATTACHED);
        return;
      }
      if (attachments.size() < head.attachments()) {
        return;
      }
      whole = head.with(attachments);
      partial = null;
      attachments.clear();
    }
    whole.ifPresentOrElse(
        packet -> packet(socket, packet),
        () -> context.dropped(where() + " sent a message whose bytes are missing"));
  }

  private void packet(WebSocket socket, SocketPacket packet) {
    String namespace = packet.namespace();
    switch (packet.type()) {
      case CONNECT -> {
        if (namespace.equals("/")) {
          // It is joined without asking, and is the way to the others.
          config.namespaces().stream()
              .filter(each -> !each.equals("/"))
              .forEach(each -> join(socket, each));
        }
        if (config.namespaces().contains(namespace)) {
          synchronized (lock) {
            connected.add(namespace);
            attempts = 0;
          }
          state("");
        }
      }
      case DISCONNECT -> end(socket, namespace + ": the server has sent it away");
      case CONNECT_ERROR -> {
        String why =
            namespace
                + ": the server refuses: "
                + packet
                    .data()
                    .map(data -> data instanceof Value.Text(String said) ? said : "" + data)
                    .orElse("");
        if (namespace.equals("/")) {
          end(socket, why);
        } else {
          state(why);
          int attempt;
          synchronized (lock) {
            attempt = attempts++;
          }
          if (config.reconnect()) {
            later(attempt, () -> join(socket, namespace));
          }
        }
      }
      case EVENT, BINARY_EVENT -> event(socket, packet);
      case ACK, BINARY_ACK -> {
        synchronized (lock) {
          Runnable late = asked.remove(packet.ack().orElse(-1));
          if (late != null) {
            late.run();
          }
        }
      }
    }
  }

  private void join(WebSocket socket, String namespace) {
    String query = query();
    socket.send("40" + namespace + (query.isEmpty() ? "" : "?" + query));
  }

  private void state(String why) {
    String missing;
    boolean up;
    synchronized (lock) {
      up = !connected.isEmpty();
      missing =
          config.namespaces().stream()
              .filter(each -> !connected.contains(each))
              .collect(Collectors.joining(", "));
    }
    if (up) {
      context.up("connected to " + where() + (missing.isEmpty() ? "" : ", without " + missing));
      if (!why.isEmpty()) {
        context.error(why);
      }
    } else {
      context.down("not connected to " + where() + (why.isEmpty() ? "" : ": " + why));
    }
  }

  private void event(WebSocket socket, SocketPacket packet) {
    String name = packet.name();
    Consumer<Optional<String>> reply = reply(socket, packet);
    Optional<String> path = names.path(packet.namespace(), name);
    if (!config.namespaces().contains(packet.namespace())
        || !SocketIoSettings.takes(config.events(), name)) {
      reply.accept(Optional.of("the bridge does not take " + name));
      return;
    }
    if (path.isEmpty()) {
      context.dropped(where() + " sent an event that is no address: " + name);
      reply.accept(Optional.of("'" + name + "' cannot be an address"));
      return;
    }
    context.bytes(ClientEndpoint.size(packet.arguments()), 0);
    Parcel parcel =
        new Parcel(
            List.of(names.signal(path.get(), packet.arguments())),
            false,
            OptionalLong.empty(),
            Optional.of(where()));
    if (packet.ack().isEmpty()) {
      context.receive(parcel);
      return;
    }
    Runnable late =
        context.schedule(
            () -> reply.accept(Optional.of("the router does not answer")), ANSWER.toNanos());
    context.receive(
        parcel,
        outcome -> {
          late.run();
          reply.accept(outcome);
        });
  }

  /** Once, and nothing if no answer is wanted. */
  private Consumer<Optional<String>> reply(WebSocket socket, SocketPacket packet) {
    if (packet.ack().isEmpty()) {
      return _ -> {};
    }
    AtomicBoolean told = new AtomicBoolean();
    return why -> {
      if (told.compareAndSet(false, true)) {
        Map<String, Value> said = new LinkedHashMap<>();
        said.put("ok", Value.of(why.isEmpty()));
        why.ifPresent(text -> said.put("error", Value.of(text)));
        write(
            socket,
            SocketPacket.of(
                SocketPacket.Type.ACK,
                packet.namespace(),
                packet.ack(),
                Optional.of(Value.of(List.of(Value.of(said))))));
      }
    };
  }

  // --- to the server -----------------------------------------------------------------------------

  /** One after the other, so that nothing comes between a text and its bytes. */
  private void write(WebSocket socket, SocketPacket packet) {
    SocketPacket.Encoded encoded = packet.encode();
    synchronized (lock) {
      socket.send(EngineFrame.MESSAGE + encoded.text());
      for (byte[] bytes : encoded.attachments()) {
        byte[] frame = new byte[bytes.length + 1];
        frame[0] = EngineFrame.MESSAGE - '0';
        System.arraycopy(bytes, 0, frame, 1, bytes.length);
        socket.send(ByteString.of(frame, 0, frame.length));
      }
    }
  }

  @Override
  public void send(Parcel parcel) {
    for (MappedSignal signal : parcel.signals()) {
      Optional<EventNames.Place> place = names.place(signal.address());
      if (place.isEmpty()) {
        context.dropped(signal.address() + " is in none of the namespaces");
        continue;
      }
      String namespace = place.get().namespace();
      String event = place.get().event();
      if (EventNames.isReserved(event)) {
        context.dropped(signal.address() + ": no event may be called " + event);
        continue;
      }
      Optional<WebSocket> socket = roomFor(namespace);
      if (socket.isEmpty()) {
        context.dropped(signal.address() + ": not connected to " + namespace);
        continue;
      }
      List<Value> data = new ArrayList<>(List.of(Value.of(event)));
      data.addAll(EventNames.arguments(signal));
      context.bytes(0, ClientEndpoint.size(data));
      write(
          socket.get(),
          SocketPacket.of(
              SocketPacket.Type.EVENT,
              namespace,
              ack(signal.address()),
              Optional.of(Value.of(data))));
    }
  }

  private OptionalLong ack(String address) {
    if (config.ackTimeout().isEmpty()) {
      return OptionalLong.empty();
    }
    synchronized (lock) {
      if (asked.size() >= MAX_ASKED) {
        return OptionalLong.empty();
      }
      long number = asking++;
      asked.put(
          number,
          context.schedule(
              () -> {
                boolean missed;
                synchronized (lock) {
                  missed = asked.remove(number) != null;
                }
                if (missed) {
                  context.dropped(where() + " does not acknowledge " + address);
                }
              },
              config.ackTimeout().get().toNanos()));
      return OptionalLong.of(number);
    }
  }

  /** Waits while the server takes nothing; empty if it is not connected. */
  private Optional<WebSocket> roomFor(String namespace) {
    synchronized (lock) {
      try {
        while (!closed && connected.contains(namespace)) {
          WebSocket socket = open;
          if (socket != null && socket.queueSize() < MAX_QUEUED_BYTES) {
            return Optional.of(socket);
          }
          lock.wait(WAIT_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return Optional.empty();
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("server", Value.of(where()));
    synchronized (lock) {
      details.put("namespaces", Value.of(connected.stream().map(Value::of).toList()));
    }
    return details;
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      timer.run();
      asked.values().forEach(Runnable::run);
      asked.clear();
      WebSocket socket = open;
      open = null;
      if (socket != null) {
        socket.close(1000, null);
      }
      lock.notifyAll();
    }
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
