package dev.clasp.oscquery;

import dev.clasp.bridge.EchoGuard;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscMessage;
import dev.clasp.protocol.Value;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A program that is connected by WebSocket: its commands, its OSC, and what it listens to.
 *
 * <p>What is to be sent waits in one line. A value waits as the node that has it, once: so a slow
 * reader gets the newest one. Events and news of the tree wait as they come, up to a bound.
 *
 * <p>The line has a lock of its own, under which nothing else is taken; everything else belongs to
 * the event loop.
 */
final class Session extends SimpleChannelInboundHandler<WebSocketFrame> {

  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How long an own value may take to come back. */
  private static final Duration ECHO_WINDOW = Duration.ofSeconds(2);

  /** Pieces of news of the tree that wait; more become one: everything has changed. */
  private static final int NEWS_MAX = 1000;

  /** Messages that are written in one turn of the loop. */
  private static final int TURN = 512;

  /** What every session shares. */
  interface House {

    OscQueryTree tree();

    OscInput input();

    OscQueryCounts counts();

    OscQueryLimits limits();

    boolean readable(TreeNode node);

    /** Sends a datagram; false if OSC by UDP is not served. */
    boolean datagram(byte[] packet, InetSocketAddress to);

    void ended(Session session);
  }

  /** What waits besides values; a value is the node itself. */
  private sealed interface Waiting {
    record Event(String path, List<OscArgument> arguments) implements Waiting {}

    record News(String text) implements Waiting {}

    /** The value of the node that is the key. */
    record Newest() implements Waiting {}
  }

  private static final Waiting NEWEST = new Waiting.Newest();

  private final House house;
  private final EchoGuard own = new EchoGuard(ECHO_WINDOW, System::nanoTime);
  private final Set<TreeNode> listens = new HashSet<>();
  private final LinkedHashMap<Object, Waiting> waiting = new LinkedHashMap<>();
  private int eventsWaiting;
  private int newsWaiting;
  private boolean draining;
  private boolean finished;
  private volatile @Nullable ChannelHandlerContext context;
  private volatile @Nullable InetSocketAddress stream;
  private boolean pinged;

  Session(House house) {
    this.house = house;
  }

  // --- from the program --------------------------------------------------------------------------

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext at, WebSocketFrame frame) {
    pinged = false;
    switch (frame) {
      case TextWebSocketFrame text -> command(bytes(text.content()));
      case BinaryWebSocketFrame binary -> house.input().take(bytes(binary.content()), own::sending);
      case PingWebSocketFrame ping -> {
        if (at.channel().isWritable()) {
          at.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
        }
      }
      case PongWebSocketFrame _ -> {}
      case CloseWebSocketFrame close -> end(at, close.retain());
      case ContinuationWebSocketFrame _ -> {}
      default -> {}
    }
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.getBytes(buffer.readerIndex(), bytes);
    return bytes;
  }

  private void command(byte[] text) {
    Optional<Command> command = Command.Reader.read(text, 0, text.length);
    if (command.isEmpty()) {
      house.counts().add(OscQueryCounter.MALFORMED);
      return;
    }
    switch (command.get()) {
      case Command.Listen(String path) -> listen(path);
      case Command.Ignore(String path) -> ignore(path);
      case Command.StartStreaming(int port) -> startStreaming(port);
      case Command.PathAdded _,
          Command.PathRemoved _,
          Command.PathChanged _,
          Command.PathRenamed _,
          Command.Unknown _ -> {
        house.counts().add(OscQueryCounter.MALFORMED);
        return;
      }
    }
    house.counts().add(OscQueryCounter.COMMANDS);
  }

  private void listen(String path) {
    Optional<TreeNode> found = house.tree().find(path).filter(TreeNode::isMethod);
    if (found.isEmpty()) {
      return;
    }
    TreeNode node = found.get();
    synchronized (listens) {
      if (finished || listens.size() >= house.limits().listens() || !listens.add(node)) {
        return;
      }
    }
    node.addListener(this);
    if (node.value().isPresent() && house.readable(node)) {
      // It may have changed since the program asked for the tree.
      line(node, NEWEST);
    }
  }

  private void ignore(String path) {
    house.tree().find(path).ifPresent(this::forget);
  }

  /** It listens to this node no more. Any thread. */
  void forget(TreeNode node) {
    synchronized (listens) {
      listens.remove(node);
    }
    node.removeListener(this);
    synchronized (waiting) {
      waiting.remove(node);
    }
  }

  /** To the machine that asks, never to another: nobody can point us at others. */
  private void startStreaming(int port) {
    ChannelHandlerContext at = context;
    if (at != null && at.channel().remoteAddress() instanceof InetSocketAddress remote) {
      stream = new InetSocketAddress(remote.getAddress(), port);
    }
  }

  // --- to the program; any thread ----------------------------------------------------------------

  /** A node that it listens to has a new value. */
  void changed(TreeNode node, String address, Value value) {
    if (own.isEcho(address, value)) {
      return;
    }
    if (house.readable(node)) {
      line(node, NEWEST);
    }
  }

  /** Something happened at a node that it listens to. */
  void happened(TreeNode node, String address, Value value) {
    if (own.isEcho(address, value)) {
      return;
    }
    List<OscArgument> arguments =
        value.equals(Value.NULL) ? List.of() : ArgumentTypes.arguments(value);
    line(new Object(), new Waiting.Event(node.path(), arguments));
  }

  /** The tree has changed. */
  void news(String command, String path) {
    line(command + " " + path, new Waiting.News(CommandText.of(command, path)));
  }

  private void line(Object key, Waiting what) {
    boolean wake;
    synchronized (waiting) {
      if (finished) {
        return;
      }
      if (waiting.putIfAbsent(key, what) != null) {
        house.counts().add(OscQueryCounter.CONFLATED);
        return;
      }
      switch (what) {
        case Waiting.Event _ -> eventsWaiting++;
        case Waiting.News _ -> {
          if (++newsWaiting > NEWS_MAX) {
            waiting.values().removeIf(Waiting.News.class::isInstance);
            waiting.put("all", new Waiting.News(CommandText.of("PATH_CHANGED", "/")));
            newsWaiting = 1;
          }
        }
        case Waiting.Newest _ -> {}
      }
      if (eventsWaiting > house.limits().events()) {
        waiting.clear();
        finished = true;
      }
      wake = !draining;
      draining = true;
    }
    ChannelHandlerContext at = context;
    if (wake && at != null) {
      try {
        at.executor().execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The loop has stopped, and the connection with it.
      }
    }
  }

  /** On the loop. */
  private void drain() {
    ChannelHandlerContext at = context;
    if (at == null || !at.channel().isActive()) {
      return;
    }
    int written = 0;
    while (at.channel().isWritable()) {
      Map.Entry<Object, Waiting> next;
      synchronized (waiting) {
        if (finished) {
          break;
        }
        Iterator<Map.Entry<Object, Waiting>> entries = waiting.entrySet().iterator();
        if (!entries.hasNext() || written >= TURN) {
          draining = entries.hasNext();
          break;
        }
        next = entries.next();
        next = Map.entry(next.getKey(), next.getValue());
        entries.remove();
        switch (next.getValue()) {
          case Waiting.Event _ -> eventsWaiting--;
          case Waiting.News _ -> newsWaiting--;
          case Waiting.Newest _ -> {}
        }
      }
      write(at, next.getKey(), next.getValue());
      written++;
    }
    if (written > 0) {
      at.flush();
    }
    boolean tooSlow;
    boolean more;
    synchronized (waiting) {
      tooSlow = finished && !closing;
      more = draining && !finished && written >= TURN;
    }
    if (tooSlow) {
      house.counts().add(OscQueryCounter.TOO_SLOW);
      end(
          at,
          new CloseWebSocketFrame(WebSocketCloseStatus.POLICY_VIOLATION, "you read too slowly"));
    } else if (more && at.channel().isWritable()) {
      at.executor().execute(this::drain);
    }
  }

  private boolean closing;

  private void write(ChannelHandlerContext at, Object key, Waiting what) {
    switch (what) {
      case Waiting.News(String text) -> at.write(new TextWebSocketFrame(text), at.voidPromise());
      case Waiting.Event(String path, var arguments) -> send(at, path, arguments, true);
      case Waiting.Newest _ -> {
        if (key instanceof TreeNode node) {
          List<OscArgument> arguments = node.arguments();
          if (!arguments.isEmpty()) {
            send(at, node.path(), arguments, false);
          }
        }
      }
    }
  }

  private void send(
      ChannelHandlerContext at, String path, List<OscArgument> arguments, boolean critical) {
    byte[] packet;
    try {
      packet = OscCodec.encode(new OscMessage(path, arguments));
    } catch (IllegalArgumentException e) {
      LOG.debug("{} cannot be sent by OSC: {}", path, e.getMessage());
      return;
    }
    house.counts().add(OscQueryCounter.OSC_OUT);
    InetSocketAddress datagrams = stream;
    if (datagrams != null
        && !critical
        && packet.length <= OscCodec.MAX_DATAGRAM
        && house.datagram(packet, datagrams)) {
      return;
    }
    at.write(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(packet)), at.voidPromise());
  }

  // --- life --------------------------------------------------------------------------------------

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext at) {
    if (at.channel().isWritable()) {
      drain();
    }
    at.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext at, Object event) {
    if (event instanceof IdleStateEvent) {
      if (pinged) {
        at.close();
        return;
      }
      pinged = true;
      if (at.channel().isWritable()) {
        at.writeAndFlush(new PingWebSocketFrame());
      }
    }
  }

  /** Says goodbye, and hears no more. Any thread. */
  void close() {
    ChannelHandlerContext at = context;
    if (at != null) {
      try {
        at.executor()
            .execute(
                () -> end(at, new CloseWebSocketFrame(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE)));
      } catch (RejectedExecutionException e) {
        // The loop has stopped, and the connection with it.
      }
    }
  }

  private void end(ChannelHandlerContext at, CloseWebSocketFrame frame) {
    if (closing) {
      frame.release();
      at.close();
      return;
    }
    closing = true;
    leave();
    at.writeAndFlush(frame).addListener(_ -> at.close());
    // Who does not read does not get it.
    at.executor().schedule(() -> at.close(), 2, java.util.concurrent.TimeUnit.SECONDS);
  }

  private void leave() {
    synchronized (waiting) {
      finished = true;
      waiting.clear();
    }
    List<TreeNode> all;
    synchronized (listens) {
      all = List.copyOf(listens);
      listens.clear();
    }
    all.forEach(node -> node.removeListener(this));
  }

  @Override
  public void channelInactive(ChannelHandlerContext at) {
    leave();
    house.ended(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext at, Throwable cause) {
    LOG.debug("{}: {}", at.channel().remoteAddress(), cause.toString());
    at.close();
  }
}
