package dev.clasp.bridgesocketio;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import io.socket.client.Ack;
import io.socket.client.AckWithTimeout;
import io.socket.client.Manager;
import io.socket.client.Socket;
import io.socket.engineio.client.Transport;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import okhttp3.OkHttpClient;
import okhttp3.WebSocket;
import org.json.JSONObject;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Socket.IO server of version 3 or 4, by the library of the Socket.IO project. Its
 * callbacks come on the one thread that the library has, and never wait.
 */
final class ClientEndpoint implements Endpoint {

  /** Bytes and packets that wait in the library; beyond, {@link #send} waits. */
  private static final long MAX_QUEUED_BYTES = 512 * 1024;

  private static final int MAX_QUEUED = 1000;
  private static final long WAIT_MILLIS = 50;

  /** After that the router does not answer. */
  private static final Duration ANSWER = Duration.ofSeconds(15);

  private final ClientConfig config;
  private final EndpointContext context;
  private final EventNames names;
  private final Backoff backoff;
  private final RandomGenerator random =
      new SplittableRandom(ThreadLocalRandom.current().nextLong());
  private final Map<String, Socket> sockets = new LinkedHashMap<>();
  private final Set<String> connected = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
  private final Object room = new Object();
  private int older;
  private int newer;
  private volatile @Nullable WebSocket webSocket;
  private volatile @Nullable OkHttpClient http;
  private volatile boolean closed;

  ClientEndpoint(ClientConfig config, EndpointContext context) {
    this.config = config;
    this.context = context;
    this.names = config.names(context.profile());
    this.backoff = new Backoff(config.reconnectDelay(), 2, config.reconnectDelayMax(), true, 0);
  }

  @Override
  public void start() {
    OkHttpClient client = http(config);
    http = client;
    Manager.Options options = new Manager.Options();
    options.path = config.path() + "/";
    options.transports = config.transports().toArray(String[]::new);
    options.auth = config.auth().fields().isEmpty() ? null : config.auth().fields();
    options.reconnection = config.reconnect();
    options.reconnectionDelay = config.reconnectDelay().toMillis();
    options.reconnectionDelayMax = config.reconnectDelayMax().toMillis();
    options.callFactory = client;
    options.webSocketFactory =
        (request, listener) -> {
          WebSocket made = client.newWebSocket(request, listener);
          webSocket = made;
          return made;
        };
    if (config.url().getRawQuery() != null) {
      options.query = config.url().getRawQuery();
    }
    Manager manager = new Manager(config.url(), options);
    manager.on(
        Manager.EVENT_TRANSPORT,
        given -> {
          webSocket = null;
          clearQueued();
          if (given.length > 0 && given[0] instanceof Transport transport) {
            transport.on(Transport.EVENT_DRAIN, _ -> drained());
          }
        });
    context.down("connecting to " + where());
    for (String namespace : config.namespaces()) {
      Socket socket = manager.socket(namespace, options);
      sockets.put(namespace, socket);
      socket.on(Socket.EVENT_CONNECT, _ -> connected(namespace));
      socket.on(
          Socket.EVENT_DISCONNECT,
          given -> disconnected(namespace, socket, given.length > 0 ? given[0] : null));
      socket.on(
          Socket.EVENT_CONNECT_ERROR,
          given -> refused(namespace, socket, given.length > 0 ? given[0] : null));
      socket.onAnyIncoming(given -> event(namespace, given));
    }
    sockets.values().forEach(Socket::connect);
  }

  static OkHttpClient http(ClientConfig config) {
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder().readTimeout(60, TimeUnit.SECONDS).followRedirects(false);
    if (config.url().getScheme().equals("https")) {
      builder.sslSocketFactory(
          config.tls().sslContext().getSocketFactory(), config.tls().trustManager());
      if (!config.tls().checksName()) {
        builder.hostnameVerifier((_, _) -> true);
      }
    }
    return builder.build();
  }

  private String where() {
    return config.url().getScheme() + "://" + config.url().getHost() + ":" + config.url().getPort();
  }

  // --- connections -------------------------------------------------------------------------------

  private void connected(String namespace) {
    if (closed) {
      return;
    }
    attempts.remove(namespace);
    connected.add(namespace);
    state("");
  }

  private void state(String why) {
    if (connected.isEmpty()) {
      context.down(
          "not connected to "
              + where()
              + (why.isEmpty() ? "" : ": " + why)
              + (config.reconnect() ? "" : "; reconnect is off"));
      return;
    }
    List<String> missing =
        config.namespaces().stream().filter(each -> !connected.contains(each)).toList();
    context.up(
        "connected to "
            + where()
            + (missing.isEmpty() ? "" : ", without " + String.join(", ", missing)));
    if (!missing.isEmpty() && !why.isEmpty()) {
      context.error(why);
    }
  }

  private void disconnected(String namespace, Socket socket, @Nullable Object reason) {
    connected.remove(namespace);
    synchronized (room) {
      room.notifyAll();
    }
    if (closed) {
      return;
    }
    state(namespace + ": " + reason);
    if ("io server disconnect".equals(reason)) {
      // The library tries again when a connection is lost, but not when the server has ended it.
      later(namespace, socket);
    }
  }

  private void refused(String namespace, Socket socket, @Nullable Object error) {
    if (closed) {
      return;
    }
    if (error instanceof JSONObject said) {
      state(namespace + ": the server refuses: " + said.optString("message", said.toString()));
      later(namespace, socket);
    } else {
      String text = error instanceof Throwable failure ? reason(failure) : String.valueOf(error);
      state(namespace + ": " + text);
      if (text.contains("v2.x")) {
        later(namespace, socket);
      }
    }
  }

  private static String reason(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    Throwable cause = failure.getCause();
    return cause == null ? text : text + ": " + cause.getMessage();
  }

  private void later(String namespace, Socket socket) {
    if (!config.reconnect()) {
      return;
    }
    int attempt = attempts.merge(namespace, 1, Integer::sum) - 1;
    backoff
        .delayNanos(attempt, random)
        .ifPresent(delay ->
            context.schedule(
                () -> {
                  if (!closed) {
                    socket.connect();
                  }
                },
                delay));
  }

  // --- from the server ---------------------------------------------------------------------------

  private void event(String namespace, Object... given) {
    if (closed || given.length == 0 || !(given[0] instanceof String name)) {
      return;
    }
    boolean asks = given[given.length - 1] instanceof Ack;
    Optional<Ack> ack = asks ? Optional.of((Ack) given[given.length - 1]) : Optional.empty();
    if (!SocketIoSettings.takes(config.events(), name)) {
      ack.ifPresent(to -> answer(to, Optional.of("the bridge does not take " + name)));
      return;
    }
    Optional<String> path = names.path(namespace, name);
    if (path.isEmpty()) {
      context.dropped(where() + " sent an event that is no address: " + name);
      ack.ifPresent(to -> answer(to, Optional.of("'" + name + "' cannot be an address")));
      return;
    }
    List<Value> arguments;
    try {
      arguments =
          Arrays.stream(given, 1, given.length - (asks ? 1 : 0)).map(JsonTree::value).toList();
    } catch (IllegalArgumentException e) {
      context.dropped(where() + " sent " + name + " with " + e.getMessage());
      ack.ifPresent(to -> answer(to, Optional.of(String.valueOf(e.getMessage()))));
      return;
    }
    context.bytes(size(arguments), 0);
    Parcel parcel =
        new Parcel(
            List.of(names.signal(path.get(), arguments)),
            false,
            OptionalLong.empty(),
            Optional.of(where()));
    if (ack.isEmpty()) {
      context.receive(parcel);
      return;
    }
    AtomicBoolean told = new AtomicBoolean();
    Runnable late =
        context.schedule(
            () -> {
              if (told.compareAndSet(false, true)) {
                answer(ack.get(), Optional.of("the router does not answer"));
              }
            },
            ANSWER.toNanos());
    context.receive(
        parcel,
        outcome -> {
          if (told.compareAndSet(false, true)) {
            late.run();
            answer(ack.get(), outcome);
          }
        });
  }

  private static void answer(Ack to, Optional<String> why) {
    JSONObject said = new JSONObject();
    said.put("ok", why.isEmpty());
    why.ifPresent(text -> said.put("error", text));
    to.call(said);
  }

  /** The library does not say how many there were: about so many. */
  static long size(List<Value> arguments) {
    long size = 2;
    for (Value argument : arguments) {
      size +=
          switch (argument) {
            case Value.Text(String text) -> text.length() + 2L;
            case Value.Bytes bytes -> bytes.length();
            case Value.Array(var items) -> size(items);
            case Value.Map(var entries) ->
                entries.keySet().stream().mapToLong(String::length).sum()
                    + size(List.copyOf(entries.values()));
            default -> 8;
          };
    }
    return size;
  }

  // --- to the server -----------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    for (MappedSignal signal : parcel.signals()) {
      Optional<EventNames.Place> place = names.place(signal.address());
      if (place.isEmpty()) {
        context.dropped(signal.address() + " is in none of the namespaces");
        continue;
      }
      String event = place.get().event();
      Socket socket = sockets.get(place.get().namespace());
      if (EventNames.isReserved(event)) {
        context.dropped(signal.address() + ": no event may be called " + event);
      } else if (socket == null || !waitForRoom(socket)) {
        context.dropped(signal.address() + ": not connected to " + place.get().namespace());
      } else {
        List<Value> arguments = EventNames.arguments(signal);
        context.bytes(0, size(arguments));
        synchronized (room) {
          newer++;
        }
        socket.emit(
            event, arguments.stream().map(JsonTree::object).toArray(), ack(signal.address()));
      }
    }
  }

  private @Nullable Ack ack(String address) {
    if (config.ackTimeout().isEmpty()) {
      return null;
    }
    return new AckWithTimeout(config.ackTimeout().get().toMillis()) {
      @Override
      public void onTimeout() {
        if (!closed) {
          context.dropped(where() + " does not acknowledge " + address);
        }
      }

      @Override
      public void onSuccess(Object... given) {}
    };
  }

  /** Waits while the server takes nothing; false if it is not connected. */
  private boolean waitForRoom(Socket socket) {
    try {
      while (!closed && socket.connected()) {
        WebSocket open = webSocket;
        synchronized (room) {
          if (open == null ? older + newer < MAX_QUEUED : open.queueSize() < MAX_QUEUED_BYTES) {
            return true;
          }
          room.wait(WAIT_MILLIS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /** A request has taken everything that was there before it. */
  private void drained() {
    synchronized (room) {
      older = newer;
      newer = 0;
      room.notifyAll();
    }
  }

  private void clearQueued() {
    synchronized (room) {
      older = 0;
      newer = 0;
      room.notifyAll();
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("server", Value.of(where()));
    details.put("namespaces", Value.of(connected.stream().sorted().map(Value::of).toList()));
    return details;
  }

  @Override
  public void close() {
    closed = true;
    synchronized (room) {
      room.notifyAll();
    }
    sockets.values().forEach(Socket::disconnect);
    OkHttpClient client = http;
    if (client != null) {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
