package dev.clasp.bridgesocketio;

import dev.clasp.client.ClaspClient;
import dev.clasp.client.ClaspException;
import dev.clasp.client.ClaspException.Kind;
import dev.clasp.client.ClientEvent;
import dev.clasp.client.Parameter;
import dev.clasp.client.Signal;
import dev.clasp.client.Subscription;
import dev.clasp.protocol.AddressPattern;
import dev.clasp.protocol.PatternException;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client in a namespace: its rooms, and, if it has one, its session at the router. On the loop of
 * its connection, but for {@link #offer} and {@link #wants}.
 */
final class Visitor {

  /** Signals that wait for a client that reads slowly. */
  private static final int MAX_WAITING = 4096;

  /** Of their values. */
  private static final long MAX_WAITING_BYTES = 8 << 20;

  /** Acknowledgements that are waited for; beyond, none is asked for. */
  private static final int MAX_ASKED = 1024;

  /** Own writes whose copy from the router is still to come. */
  private static final int MAX_WRITTEN = 1024;

  /** A room; with a session of its own also the subscription behind it. */
  private record Room(AddressPattern pattern, Optional<Subscription> subscription) {}

  private final EngineConnection connection;
  private final ServerEndpoint server;
  private final ServerConfig config;
  private final String namespace;
  private final Outbox outbox = new Outbox(MAX_WAITING, MAX_WAITING_BYTES);

  /** Replaced as a whole, since others look at it. In the order of joining. */
  private volatile Map<String, Room> rooms = Map.of();

  /** Are these the rooms of one that has joined none? */
  private boolean automatic = true;

  private volatile boolean present;
  private volatile boolean gone;
  private @Nullable ClaspClient session;
  private final Map<Long, Runnable> asked = new HashMap<>();
  private long asking;

  /** By address, oldest first. Guarded by itself. */
  private final Map<String, Deque<Value>> written = new HashMap<>();

  private int writes;

  Visitor(
      EngineConnection connection, ServerEndpoint server, ServerConfig config, String namespace) {
    this.connection = connection;
    this.server = server;
    this.config = config;
    this.namespace = namespace;
  }

  String namespace() {
    return namespace;
  }

  // --- coming and going --------------------------------------------------------------------------

  void enter(Optional<String> token) {
    if (!config.own()) {
      Optional<String> wrong = config.token().flatMap(wanted -> wrong(wanted.text(), token));
      if (wrong.isPresent()) {
        refused(wrong.get(), wrong.get());
      } else {
        entered();
      }
      return;
    }
    CompletableFuture<ClaspClient> connecting;
    try {
      connecting =
          server
              .door()
              .client("socketio " + connection.peer(), connection.peer(), token)
              .clockSync(false)
              // A thread for each of hundreds of clients would be too much.
              .loops(server.loops())
              .listener(event -> {
                if (present
                    && (event instanceof ClientEvent.Closed
                        || event instanceof ClientEvent.ReconnectGaveUp)) {
                  connection.close("the router has ended the session");
                }
              })
              .connect();
    } catch (RuntimeException e) {
      connecting = CompletableFuture.failedFuture(e);
    }
    connection.moves(connecting);
    connecting.whenComplete((client, failure) ->
        connection.run(() -> {
          if (failure != null) {
            if (!gone) {
              refused(notAdmitted(failure, token.isPresent()), reason(failure));
            }
          } else if (gone) {
            server.closing(client.closeAsync());
          } else {
            session = client;
            entered();
          }
        }));
  }

  /** For the client, who need not know where the router is. */
  private static String notAdmitted(Throwable failure, boolean token) {
    boolean refused = cause(failure) instanceof ClaspException e && e.kind() == Kind.REFUSED;
    return refused
        ? token
            ? "the router refuses this token"
            : "the router wants a token: auth: { token: \"...\" }"
        : "the router cannot be reached at the moment";
  }

  private static Optional<String> wrong(String wanted, Optional<String> token) {
    if (token.isEmpty()) {
      return Optional.of("this server wants a token: auth: { token: \"...\" }");
    }
    return MessageDigest.isEqual(
            wanted.getBytes(StandardCharsets.UTF_8), token.get().getBytes(StandardCharsets.UTF_8))
        ? Optional.empty()
        : Optional.of("wrong token");
  }

  /**
   * @param why for the client
   * @param detail for us
   */
  private void refused(String why, String detail) {
    gone = true;
    server.dropped(connection.peer() + " is not let in: " + detail);
    connection.refuse(namespace, why);
  }

  private void entered() {
    connection.accept(namespace);
    present = true;
    server.entered(this);
    for (String room : config.rooms()) {
      add(room, AddressPattern.parse(full(room)), _ -> {});
    }
  }

  /** Once; also if it never came in. */
  void leave() {
    if (gone) {
      return;
    }
    gone = true;
    present = false;
    server.left(this);
    rooms = Map.of();
    outbox.clear();
    asked.values().forEach(Runnable::run);
    asked.clear();
    ClaspClient open = session;
    if (open != null) {
      CompletableFuture<Void> ending = open.closeAsync();
      connection.moves(ending);
      server.closing(ending);
    }
  }

  // --- rooms -------------------------------------------------------------------------------------

  private String full(String room) {
    String inside = room.startsWith("/") ? room : "/" + room;
    return namespace.equals("/") ? inside : namespace + inside;
  }

  private void join(String room, Consumer<Optional<String>> reply) {
    AddressPattern pattern;
    try {
      pattern = AddressPattern.parse(full(room));
    } catch (PatternException e) {
      reply.accept(Optional.of("no room: " + e.getMessage()));
      return;
    }
    if (automatic) {
      automatic = false;
      List.copyOf(rooms.keySet()).forEach(this::remove);
    }
    if (rooms.containsKey(room)) {
      reply.accept(Optional.empty());
    } else if (rooms.size() >= config.maxRooms()) {
      reply.accept(Optional.of("no more than " + config.maxRooms() + " rooms"));
    } else {
      add(room, pattern, reply);
    }
  }

  private void add(String room, AddressPattern pattern, Consumer<Optional<String>> reply) {
    ClaspClient client = session;
    if (client == null) {
      put(room, new Room(pattern, Optional.empty()));
      reply.accept(Optional.empty());
      server.present(
          pattern,
          signal -> {
            if (isMine(signal.address())) {
              offer(signal);
            }
          });
      return;
    }
    Subscription subscription = client.subscribe(pattern.text(), signal -> told(room, signal));
    put(room, new Room(pattern, Optional.of(subscription)));
    subscription
        .active()
        .whenComplete((_, failure) ->
            connection.run(() -> {
              if (failure != null) {
                remove(room);
              }
              reply.accept(Optional.ofNullable(failure).map(Visitor::reason));
            }));
  }

  private void put(String room, Room made) {
    Map<String, Room> next = new LinkedHashMap<>(rooms);
    next.put(room, made);
    rooms = next;
  }

  private boolean remove(String room) {
    Map<String, Room> next = new LinkedHashMap<>(rooms);
    Room old = next.remove(room);
    rooms = next;
    if (old != null) {
      old.subscription().ifPresent(Subscription::close);
    }
    return old != null;
  }

  // --- to the client -----------------------------------------------------------------------------

  /** Is this in one of its rooms? Any thread. */
  boolean wants(String path) {
    return present
        && isMine(path)
        && rooms.values().stream().anyMatch(room -> room.pattern().matches(path));
  }

  /** Is it of this namespace, and not of one below it? */
  private boolean isMine(String path) {
    return server.names().namespaceOf(path).filter(namespace::equals).isPresent();
  }

  /** Any thread. */
  void offer(MappedSignal signal) {
    if (!outbox.offer(signal)) {
      server.dropped(
          connection.peer() + " reads too slowly; one for " + signal.address() + " is left out");
    }
    connection.wake();
  }

  /** From its own session, on a thread of that. */
  private void told(String room, Signal signal) {
    if (!isMine(signal.address())) {
      return;
    }
    // In two rooms at once it comes twice; the first counts.
    for (Map.Entry<String, Room> each : rooms.entrySet()) {
      if (each.getKey().equals(room)) {
        break;
      }
      if (each.getValue().pattern().matches(signal.address())) {
        return;
      }
    }
    switch (signal) {
      case Signal.Change change -> {
        if (!isOwn(change)) {
          offer(new MappedSignal(change.address(), SignalType.PARAM, change.value()));
        }
      }
      case Signal.Event event ->
          offer(new MappedSignal(event.address(), SignalType.EVENT, event.value()));
      case Signal.Stream stream ->
          offer(new MappedSignal(stream.address(), SignalType.STREAM, stream.value()));
      case Signal.Gesture _, Signal.TimelinePublished _ -> {}
    }
  }

  /** The router sends a write to its writer, too; Socket.IO does not. */
  private boolean isOwn(Signal.Change change) {
    synchronized (written) {
      Deque<Value> mine = written.get(change.address());
      if (change.fromSnapshot() || mine == null || !mine.contains(change.value())) {
        return false;
      }
      // Those before it are over, too: the router keeps the order.
      while (!change.value().equals(mine.removeFirst())) {
        writes--;
      }
      writes--;
      if (mine.isEmpty()) {
        written.remove(change.address());
      }
      return true;
    }
  }

  private void writing(MappedSignal signal) {
    synchronized (written) {
      if (writes < MAX_WRITTEN && wants(signal.address())) {
        written.computeIfAbsent(signal.address(), _ -> new ArrayDeque<>(2)).add(signal.value());
        writes++;
      }
    }
  }

  private void notWritten(MappedSignal signal) {
    synchronized (written) {
      Deque<Value> mine = written.get(signal.address());
      if (mine != null && mine.removeLastOccurrence(signal.value())) {
        writes--;
        if (mine.isEmpty()) {
          written.remove(signal.address());
        }
      }
    }
  }

  /** What is to be sent next. */
  Optional<SocketPacket> next() {
    while (present) {
      Optional<MappedSignal> signal = outbox.poll();
      if (signal.isEmpty()) {
        return Optional.empty();
      }
      String name = server.names().event(namespace, signal.get().address());
      if (!EventNames.isReserved(name)) {
        return Optional.of(packet(name, signal.get()));
      }
      // Clients take it for an attack and leave.
      server.dropped(signal.get().address() + ": no event may be called " + name);
    }
    return Optional.empty();
  }

  private SocketPacket packet(String name, MappedSignal signal) {
    List<Value> data = new ArrayList<>();
    data.add(Value.of(name));
    data.addAll(EventNames.arguments(signal));
    OptionalLong ack = OptionalLong.empty();
    if (config.ackTimeout().isPresent() && asked.size() < MAX_ASKED) {
      long number = asking++;
      ack = OptionalLong.of(number);
      asked.put(
          number,
          server.schedule(
              () ->
                  connection.run(() -> {
                    if (asked.remove(number) != null) {
                      server.dropped(
                          connection.peer() + " does not acknowledge " + signal.address());
                    }
                  }),
              config.ackTimeout().get()));
    }
    return SocketPacket.of(SocketPacket.Type.EVENT, namespace, ack, Optional.of(Value.of(data)));
  }

  void acknowledged(long number) {
    Runnable timer = asked.remove(number);
    if (timer != null) {
      timer.run();
    }
  }

  // --- from the client ---------------------------------------------------------------------------

  void event(SocketPacket packet) {
    if (!present) {
      return;
    }
    Consumer<Map<String, Value>> answer = answer(packet.ack());
    Consumer<Optional<String>> reply =
        why -> {
          Map<String, Value> said = new LinkedHashMap<>();
          said.put("ok", Value.of(why.isEmpty()));
          why.ifPresent(text -> said.put("error", Value.of(text)));
          answer.accept(said);
        };
    List<Value> arguments = packet.arguments();
    String name = packet.name();
    String first =
        !arguments.isEmpty() && arguments.getFirst() instanceof Value.Text(String text) ? text : "";
    switch (name) {
      case "join", "subscribe" -> {
        if (!first.isEmpty()) {
          join(first, reply);
          return;
        }
      }
      case "leave", "unsubscribe" -> {
        if (!first.isEmpty()) {
          reply.accept(remove(first) ? Optional.empty() : Optional.of("not in room " + first));
          return;
        }
      }
      case "get" -> {
        if (first.startsWith("/") && arguments.size() == 1) {
          get(full(first), reply, answer);
          return;
        }
      }
      case "set", "publish" -> {
        if (first.startsWith("/") && arguments.size() <= 2) {
          write(
              full(first),
              name.equals("set") ? SignalType.PARAM : SignalType.EVENT,
              arguments.size() == 2 ? arguments.get(1) : Value.NULL,
              reply);
          return;
        }
      }
      default -> {}
    }
    Optional<String> path = server.names().path(namespace, name);
    if (path.isEmpty()) {
      server.dropped(connection.peer() + " sent an event that is no address: " + name);
      reply.accept(Optional.of("'" + name + "' cannot be an address"));
    } else if (!SocketIoSettings.takes(config.events(), name)) {
      reply.accept(Optional.of("this server does not take " + name));
    } else {
      MappedSignal signal = server.names().signal(path.get(), arguments);
      carry(signal, reply);
    }
  }

  /** Any thread; nothing if no answer is wanted, and only the first. */
  private Consumer<Map<String, Value>> answer(OptionalLong number) {
    if (number.isEmpty()) {
      return _ -> {};
    }
    boolean[] done = new boolean[1];
    return said ->
        connection.run(() -> {
          if (!done[0] && present) {
            done[0] = true;
            connection.send(
                SocketPacket.of(
                    SocketPacket.Type.ACK,
                    namespace,
                    number,
                    Optional.of(Value.of(List.of(Value.of(said))))));
          }
        });
  }

  private void write(String path, SignalType type, Value value, Consumer<Optional<String>> reply) {
    if (EventNames.isAddress(path)) {
      carry(new MappedSignal(path, type, value), reply);
    } else {
      reply.accept(Optional.of("'" + path + "' is no address"));
    }
  }

  private void carry(MappedSignal signal, Consumer<Optional<String>> reply) {
    ClaspClient client = session;
    if (client == null) {
      server.received(this, connection.peer(), signal, reply);
      return;
    }
    CompletableFuture<?> sent;
    try {
      if (signal.type() == SignalType.PARAM) {
        writing(signal);
        sent = client.set(signal.address(), signal.value());
      } else if (signal.value().equals(Value.NULL)) {
        sent = client.emit(signal.address());
      } else {
        sent = client.emit(signal.address(), signal.value());
      }
    } catch (RuntimeException e) {
      sent = CompletableFuture.failedFuture(e);
    }
    sent.whenComplete((_, failure) -> {
      if (failure != null) {
        notWritten(signal);
        server.dropped(signal.address() + " of " + connection.peer() + ": " + reason(failure));
      }
      reply.accept(Optional.ofNullable(failure).map(Visitor::reason));
    });
  }

  private void get(
      String path, Consumer<Optional<String>> reply, Consumer<Map<String, Value>> answer) {
    ClaspClient client = session;
    Consumer<Optional<Value>> found =
        value -> {
          if (value.isEmpty()) {
            reply.accept(Optional.of(path + " has no value"));
          } else {
            Map<String, Value> said = new LinkedHashMap<>();
            said.put("ok", Value.TRUE);
            said.put("value", value.get());
            answer.accept(said);
          }
        };
    if (client == null) {
      found.accept(server.present(path));
      return;
    }
    try {
      client
          .get(path)
          .whenComplete((parameter, failure) -> {
            if (failure != null) {
              reply.accept(Optional.of(reason(failure)));
            } else {
              found.accept(parameter.map(Parameter::value));
            }
          });
    } catch (RuntimeException e) {
      reply.accept(Optional.of(reason(e)));
    }
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static String reason(Throwable failure) {
    Throwable cause = cause(failure);
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
