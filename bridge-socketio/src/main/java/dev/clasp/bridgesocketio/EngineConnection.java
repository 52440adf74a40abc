package dev.clasp.bridgesocketio;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridgesocketio.EngineFrame.Binary;
import dev.clasp.bridgesocketio.EngineFrame.Text;
import dev.clasp.bridgesocketio.HttpExchange.Fault;
import dev.clasp.protocol.Value;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of Engine.IO 3 or 4: by requests that wait (polling), by a WebSocket, or first by the
 * one and then by the other. Everything of it happens on one event loop; what is public here may be
 * called from anywhere.
 */
final class EngineConnection {

  private static final Logger LOG = LoggerFactory.getLogger(EngineConnection.class);

  private static final SecureRandom RANDOM = new SecureRandom();

  /** Time to join a namespace, and to finish a change of the transport. */
  private static final long PATIENCE_SECONDS = 20;

  /** Answers and the like that wait; a client that takes none is gone. */
  private static final int MAX_WAITING = 2000;

  /** Of the same. A request of a few bytes may have an answer of 64 KiB. */
  private static final int MAX_WAITING_BYTES = 8 << 20;

  /** Times that a client joins a namespace before it has to begin anew: each may cost a session. */
  private static final int MAX_JOINS = 1000;

  /** Beyond one for each namespace: a client that joins, leaves and joins again. */
  private static final int SPARE_SESSIONS = 4;

  /** In one answer to a poll; more come with the next. */
  private static final int POLL_BYTES = 256 * 1024;

  private final ServerEndpoint server;
  private final ServerConfig config;
  private final boolean four;
  private final EventLoop loop;
  private final String peer;
  private final Optional<String> token;
  private final String sid;

  private final Map<String, Visitor> visitors = new LinkedHashMap<>();
  private final Deque<EngineFrame> waiting = new ArrayDeque<>();
  private final AtomicBoolean awake = new AtomicBoolean();

  private volatile @Nullable HttpExchange poll;
  private @Nullable Channel webSocket;
  private @Nullable Channel probing;
  private long waitingBytes;
  private OptionalLong lonely = OptionalLong.empty();
  private int joins;

  /** Sessions at the router that begin or end at the moment. */
  private int moving;

  private boolean registered;
  private boolean closed;
  private long heard;
  private int refusals;
  private @Nullable SocketPacket partial;
  private final List<byte[]> attachments = new ArrayList<>();
  private int attached;

  EngineConnection(
      ServerEndpoint server,
      ServerConfig config,
      boolean four,
      EventLoop loop,
      String peer,
      Optional<String> token) {
    this.server = server;
    this.config = config;
    this.four = four;
    this.loop = loop;
    this.peer = peer;
    this.token = token;
    this.sid = randomId();
  }

  static String randomId() {
    byte[] bytes = new byte[15];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  String sid() {
    return sid;
  }

  String peer() {
    return peer;
  }

  /** Engine.IO 4, that is Socket.IO 3 and 4. */
  boolean four() {
    return four;
  }

  void run(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.trace("the server has stopped; {} is gone", peer, e);
    }
  }

  // --- transports --------------------------------------------------------------------------------

  void open(HttpExchange exchange) {
    run(() -> {
      if (begin()) {
        answerPoll(exchange);
      } else {
        exchange.refuse(Fault.REQUEST, "too many clients");
      }
    });
  }

  void open(Channel channel) {
    run(() -> {
      if (begin()) {
        webSocket = channel;
        if (channel.isActive()) {
          drain();
        } else {
          close("connection lost");
        }
      } else {
        channel.close();
      }
    });
  }

  private boolean begin() {
    if (!server.register(this)) {
      return false;
    }
    registered = true;
    heard = System.nanoTime();
    Map<String, Value> open = new LinkedHashMap<>();
    open.put("sid", Value.of(sid));
    open.put(
        "upgrades",
        Value.of(
            config.transports().contains("websocket")
                ? List.of(Value.of("websocket"))
                : List.of()));
    open.put("pingInterval", Value.of(config.pingInterval().toMillis()));
    open.put("pingTimeout", Value.of(config.pingTimeout().toMillis()));
    open.put("maxPayload", Value.of((long) config.maxPayload()));
    hold(new Text(EngineFrame.OPEN + JsonValues.text(Value.of(open))));
    beat();
    if (four) {
      loop.schedule(
          () -> {
            if (visitors.isEmpty()) {
              close("no namespace was joined");
            }
          },
          PATIENCE_SECONDS,
          TimeUnit.SECONDS);
    } else {
      // Clients of version 2 are in the default namespace without asking.
      connect(
          SocketPacket.of(SocketPacket.Type.CONNECT, "/", OptionalLong.empty(), Optional.empty()));
    }
    return true;
  }

  /** Asks clients of Engine.IO 4 whether they are there; those of 3 ask by themselves. */
  private void beat() {
    loop.schedule(
        () -> {
          if (closed) {
            return;
          }
          if (!visitors.isEmpty()) {
            lonely = OptionalLong.empty();
          } else if (lonely.isEmpty()) {
            lonely = OptionalLong.of(System.nanoTime());
          } else if (System.nanoTime() - lonely.getAsLong()
              > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
            // Whoever is let in nowhere shall not keep a place.
            close("it is in no namespace");
            return;
          }
          long limit = config.pingInterval().plus(config.pingTimeout()).toNanos();
          if (System.nanoTime() - heard > limit) {
            close("ping timeout");
            return;
          }
          if (four) {
            queue(new Text(String.valueOf(EngineFrame.PING)));
          }
          beat();
        },
        config.pingInterval().toNanos(),
        TimeUnit.NANOSECONDS);
  }

  void poll(HttpExchange exchange) {
    run(() -> {
      if (closed) {
        exchange.refuse(Fault.SESSION);
      } else if (webSocket != null) {
        exchange.refuse(Fault.REQUEST);
      } else if (poll != null) {
        exchange.refuse(Fault.REQUEST, "two polls at once");
        close("two polls at once");
      } else {
        answerPoll(exchange);
      }
    });
  }

  private void answerPoll(HttpExchange exchange) {
    poll = exchange;
    exchange
        .channel()
        .closeFuture()
        .addListener(_ ->
            run(() -> {
              HttpExchange open = poll;
              if (open != null && open.channel().equals(exchange.channel())) {
                // The silence that follows is what ends it, unless the client polls again.
                poll = null;
              }
            }));
    drain();
    if (poll != null && probing != null) {
      noop();
    }
  }

  /** Is its answer that of a poll? Any thread. */
  boolean waits(Channel channel) {
    HttpExchange open = poll;
    return open != null && open.channel().equals(channel);
  }

  void post(byte[] body, boolean binary, HttpExchange exchange) {
    run(() -> {
      if (closed || webSocket != null) {
        exchange.refuse(closed ? Fault.SESSION : Fault.REQUEST);
        return;
      }
      Optional<List<EngineFrame>> frames = EngineFrame.parse(four, binary, body);
      if (frames.isEmpty()) {
        exchange.refuse(Fault.REQUEST);
        malformed("a request that is no list of packets");
        return;
      }
      server.bytes(body.length, 0);
      exchange.answer(HttpResponseStatus.OK, "text/html", "ok");
      for (EngineFrame frame : frames.get()) {
        if (!closed) {
          heard(frame);
        }
      }
    });
  }

  /** A second transport, which may take the place of the first. */
  void probe(Channel channel) {
    run(() -> {
      if (closed || webSocket != null || probing != null) {
        channel.close();
        return;
      }
      probing = channel;
      loop.schedule(
          () -> {
            if (channel.equals(probing)) {
              probing = null;
              channel.close();
            }
          },
          PATIENCE_SECONDS,
          TimeUnit.SECONDS);
    });
  }

  /** Text from a WebSocket. */
  void frame(Channel from, Text frame) {
    run(() -> {
      server.bytes(frame.size(), 0);
      if (from.equals(webSocket)) {
        heard(frame);
      } else if (from.equals(probing)) {
        probed(from, frame.text());
      } else {
        from.close();
      }
    });
  }

  private void probed(Channel from, String text) {
    if (text.equals("2probe")) {
      from.writeAndFlush(new TextWebSocketFrame("3probe"));
      noop();
    } else if (text.equals("5")) {
      noop();
      probing = null;
      webSocket = from;
      heard = System.nanoTime();
      drain();
    } else {
      probing = null;
      from.close();
    }
  }

  /** Lets a poll return, so that the client can change to the other transport. */
  private void noop() {
    HttpExchange open = poll;
    if (open != null) {
      poll = null;
      answer(open, List.of(new Text(String.valueOf(EngineFrame.NOOP))));
    }
  }

  /** Bytes from a WebSocket. */
  void bytes(Channel from, byte[] frame) {
    run(() -> {
      server.bytes(frame.length, 0);
      if (!from.equals(webSocket)) {
        from.close();
      } else if (four) {
        heard(new Binary(frame));
      } else if (frame.length > 0 && frame[0] == EngineFrame.MESSAGE - '0') {
        byte[] message = new byte[frame.length - 1];
        System.arraycopy(frame, 1, message, 0, message.length);
        heard(new Binary(message));
      } else {
        malformed("bytes that are no message");
      }
    });
  }

  /** A WebSocket has ended. */
  void lost(Channel channel) {
    run(() -> {
      if (channel.equals(webSocket)) {
        close("connection lost");
      } else if (channel.equals(probing)) {
        probing = null;
      }
    });
  }

  // --- what comes --------------------------------------------------------------------------------

  private void heard(EngineFrame frame) {
    heard = System.nanoTime();
    try {
      take(frame);
    } catch (RuntimeException e) {
      LOG.error("unexpected failure with a packet of {}", peer, e);
      close("unexpected failure");
    }
  }

  private void take(EngineFrame frame) {
    switch (frame) {
      case Binary(byte[] bytes) -> attached(bytes);
      case Text(String text) -> {
        char type = text.isEmpty() ? ' ' : text.charAt(0);
        switch (type) {
          case EngineFrame.MESSAGE -> message(text.substring(1));
          case EngineFrame.PING -> {
            if (!four && text.length() <= 16) {
              queue(new Text(EngineFrame.PONG + text.substring(1)));
            }
          }
          case EngineFrame.PONG, EngineFrame.NOOP, EngineFrame.UPGRADE -> {}
          case EngineFrame.CLOSE -> close("the client has closed it");
          default -> malformed("a packet of no known type");
        }
      }
    }
  }

  private void message(String text) {
    Optional<SocketPacket> packet = SocketPacket.decode(text);
    if (packet.isEmpty() || partial != null) {
      malformed("a message that is none of Socket.IO");
    } else if (packet.get().attachments() > 0) {
      partial = packet.get();
    } else {
      // Placeholders of bytes that nobody has announced are refused here.
      packet.get().with(List.of()).ifPresentOrElse(this::packet, () -> malformed("bytes missing"));
    }
  }

  private void attached(byte[] bytes) {
    SocketPacket open = partial;
    attached += bytes.length;
    if (open == null || attached > config.maxPayload()) {
      malformed(open == null ? "bytes without a message" : "more bytes than max_payload");
      return;
    }
    attachments.add(bytes);
    if (attachments.size() == open.attachments()) {
      Optional<SocketPacket> whole = open.with(attachments);
      partial = null;
      attachments.clear();
      attached = 0;
      whole.ifPresentOrElse(this::packet, () -> malformed("bytes missing"));
    }
  }

  private void packet(SocketPacket packet) {
    Visitor visitor = visitors.get(packet.namespace());
    switch (packet.type()) {
      case CONNECT -> {
        if (visitor == null) {
          connect(packet);
        }
      }
      case DISCONNECT -> {
        if (visitor != null) {
          visitors.remove(packet.namespace());
          visitor.leave();
        }
      }
      case EVENT, BINARY_EVENT -> {
        if (visitor != null) {
          visitor.event(packet);
        }
      }
      case ACK, BINARY_ACK -> {
        if (visitor != null) {
          visitor.acknowledged(packet.ack().orElseThrow());
        }
      }
      case CONNECT_ERROR -> malformed("an error of a client");
    }
  }

  private void connect(SocketPacket packet) {
    String namespace = packet.namespace();
    if (!config.namespaces().contains(namespace)) {
      if (four || !namespace.equals("/")) {
        refuse(namespace, "Invalid namespace");
      } else {
        // The way to the others leads through it, in version 2.
        accept(namespace);
      }
      return;
    }
    if (++joins > MAX_JOINS) {
      malformed("more than " + MAX_JOINS + " requests to join");
      return;
    }
    if (config.own() && moving >= config.namespaces().size() + SPARE_SESSIONS) {
      refuse(namespace, "too many sessions begin or end at the moment, try again");
      return;
    }
    Visitor visitor = new Visitor(this, server, config, namespace);
    // From now on the same namespace is not joined again.
    visitors.put(namespace, visitor);
    visitor.enter(token(packet));
  }

  /** Of the packet, else of the first request. */
  private Optional<String> token(SocketPacket packet) {
    if (packet.data().orElse(Value.NULL) instanceof Value.Map(var auth)
        && auth.get("token") instanceof Value.Text(String text)
        && !text.isEmpty()) {
      return Optional.of(text);
    }
    for (String pair : packet.query().split("&")) {
      if (pair.startsWith("token=") && pair.length() > 6) {
        try {
          return Optional.of(URLDecoder.decode(pair.substring(6), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    return token;
  }

  /**
   * A session at the router begins or ends. On the loop; so that a client cannot start thousands.
   */
  void moves(CompletableFuture<?> session) {
    moving++;
    session.whenComplete((_, _) -> run(() -> moving--));
  }

  void accept(String namespace) {
    Optional<Value> data =
        four ? Optional.of(Value.of(Map.of("sid", Value.of(randomId())))) : Optional.empty();
    send(SocketPacket.of(SocketPacket.Type.CONNECT, namespace, OptionalLong.empty(), data));
  }

  void refuse(String namespace, String why) {
    visitors.remove(namespace);
    Value text = Value.of(why);
    Value data = four ? Value.of(Map.of("message", text)) : text;
    send(
        SocketPacket.of(
            SocketPacket.Type.CONNECT_ERROR, namespace, OptionalLong.empty(), Optional.of(data)));
    if (++refusals >= 5) {
      // Who guesses shall at least have to come again.
      loop.schedule(() -> close("refused too often"), 1, TimeUnit.SECONDS);
    }
  }

  private void malformed(String what) {
    server.dropped(peer + " sent " + what + "; it is disconnected");
    close("parse error");
  }

  // --- what goes ---------------------------------------------------------------------------------

  /** On the loop. */
  void send(SocketPacket packet) {
    SocketPacket.Encoded encoded = packet.encode();
    queue(new Text(EngineFrame.MESSAGE + encoded.text()));
    encoded.attachments().forEach(bytes -> queue(new Binary(bytes)));
  }

  private void queue(EngineFrame frame) {
    if (closed) {
      return;
    }
    if (waiting.size() >= MAX_WAITING || waitingBytes + frame.size() > MAX_WAITING_BYTES) {
      server.dropped(peer + " does not read; it is disconnected");
      close("too slow");
      return;
    }
    hold(frame);
    wake();
  }

  private void hold(EngineFrame frame) {
    waiting.add(frame);
    waitingBytes += frame.size();
  }

  /** There is something to send, or room for it. Any thread. */
  void wake() {
    if (awake.compareAndSet(false, true)) {
      try {
        loop.execute(() -> {
          awake.set(false);
          drain();
        });
      } catch (RejectedExecutionException e) {
        LOG.trace("the server has stopped; {} is gone", peer, e);
      }
    }
  }

  private void drain() {
    Channel channel = webSocket;
    HttpExchange open = poll;
    if (closed) {
      return;
    }
    if (channel != null) {
      boolean wrote = false;
      while (channel.isWritable()) {
        EngineFrame next = next();
        if (next == null) {
          break;
        }
        channel.write(framed(next));
        wrote = true;
      }
      if (wrote) {
        channel.flush();
      }
    } else if (open != null) {
      List<EngineFrame> frames = new ArrayList<>();
      int size = 0;
      while (size < POLL_BYTES && frames.size() < EngineFrame.MAX_FRAMES) {
        EngineFrame next = next();
        if (next == null) {
          break;
        }
        frames.add(next);
        size += next.size();
      }
      if (!frames.isEmpty()) {
        poll = null;
        answer(open, frames);
      }
    }
  }

  private void answer(HttpExchange exchange, List<EngineFrame> frames) {
    String body = EngineFrame.payload(four, frames);
    server.bytes(0, body.length());
    exchange.answer(HttpResponseStatus.OK, "text/plain; charset=UTF-8", body);
  }

  private WebSocketFrame framed(EngineFrame frame) {
    server.bytes(0, frame.size());
    return switch (frame) {
      case Text(String text) -> new TextWebSocketFrame(text);
      case Binary(byte[] bytes) ->
          new BinaryWebSocketFrame(
              four
                  ? Unpooled.wrappedBuffer(bytes)
                  : Unpooled.wrappedBuffer(new byte[] {(byte) (EngineFrame.MESSAGE - '0')}, bytes));
    };
  }

  /** The answers first, then of each namespace in turn. */
  private @Nullable EngineFrame next() {
    if (waiting.isEmpty()) {
      for (Visitor visitor : visitors.values()) {
        Optional<SocketPacket> packet = visitor.next();
        if (packet.isPresent()) {
          SocketPacket.Encoded encoded = packet.get().encode();
          hold(new Text(EngineFrame.MESSAGE + encoded.text()));
          encoded.attachments().forEach(bytes -> hold(new Binary(bytes)));
          if (visitors.size() > 1) {
            visitors.remove(visitor.namespace());
            visitors.put(visitor.namespace(), visitor);
          }
          break;
        }
      }
    }
    EngineFrame next = waiting.poll();
    waitingBytes -= next == null ? 0 : next.size();
    return next;
  }

  /** Ends it. Any thread. */
  void close(String why) {
    run(() -> {
      if (closed) {
        return;
      }
      closed = true;
      visitors.values().forEach(Visitor::leave);
      visitors.clear();
      waiting.clear();
      waitingBytes = 0;
      HttpExchange open = poll;
      poll = null;
      if (open != null) {
        answer(open, List.of(new Text(String.valueOf(EngineFrame.CLOSE))));
      }
      Channel channel = webSocket;
      if (channel != null && channel.isActive()) {
        channel
            .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
            .addListener(ChannelFutureListener.CLOSE);
      }
      Channel second = probing;
      if (second != null) {
        second.close();
      }
      if (registered) {
        server.unregister(this, why);
      }
    });
  }
}
