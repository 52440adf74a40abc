package dev.clasp.bench;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Framing;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.Qos;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * What a router is compared to: a minimal fan-out server on Netty's own WebSocket handlers. It
 * keeps no state, knows no subscriptions and no limits, and forwards the bytes of every PUBLISH and
 * SET to all other connections; it answers HELLO, PING and SET only so that the load generator can
 * work with it.
 */
final class BareNetty implements AutoCloseable {

  /** How it sends. */
  enum Style {
    /**
     * What one socket read brought is copied into one buffer for each receiver, and written once.
     */
    BATCH,
    /** Each message is written and flushed to each receiver by itself, as simple servers do. */
    FLUSH;

    /** Name of the column in tables. */
    String side() {
      return "netty-" + name().toLowerCase(Locale.ROOT);
    }
  }

  private static final byte[] WELCOME =
      FrameCodec.encode(
          new Message.Welcome(
              1,
              Set.of(Feature.PARAM, Feature.EVENT, Feature.STREAM),
              0,
              "bare",
              "bare Netty",
              Optional.empty()));

  private final Style style;
  private final EventLoopGroup group;
  private final Channel listener;
  private final Map<EventLoop, Receivers> byLoop = new ConcurrentHashMap<>();

  private BareNetty(Style style, int loops) {
    this.style = style;
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(loops, io);
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    listener =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    initialize(channel);
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  static BareNetty start(Style style, int loops) {
    return new BareNetty(style, loops);
  }

  /** Prints the URL; ends with its input. */
  public static void main(String[] args) throws Exception {
    try (BareNetty server =
        start(Style.valueOf(args[0].toUpperCase(Locale.ROOT)), Integer.parseInt(args[1]))) {
      System.out.println(server.uri());
      while (System.in.read() >= 0) {
        // Until whoever started us ends.
      }
    }
  }

  URI uri() {
    return URI.create("ws://127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort());
  }

  @Override
  public void close() {
    listener.close().syncUninterruptibly();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }

  private void initialize(SocketChannel channel) {
    Receivers receivers = byLoop.computeIfAbsent(channel.eventLoop(), Receivers::new);
    channel
        .pipeline()
        .addLast(new HttpServerCodec())
        .addLast(new HttpObjectAggregator(8192))
        .addLast(
            new WebSocketServerProtocolHandler(
                WebSocketServerProtocolConfig.newBuilder()
                    .websocketPath("/")
                    .subprotocols("clasp")
                    .checkStartsWith(true)
                    .maxFramePayloadLength(1 << 20)
                    .build()))
        .addLast(new Connection(receivers));
  }

  /** The connections of one loop. Touched by its thread only. */
  private static final class Receivers {
    private final EventLoop loop;
    private final List<Connection> connections = new ArrayList<>();

    Receivers(EventLoop loop) {
      this.loop = loop;
    }

    /** Sends framed messages to everybody but their sender. */
    void forward(byte[] framed, int length, Connection sender) {
      for (Connection connection : connections) {
        if (!connection.equals(sender)) {
          connection.write(framed, length);
        }
      }
    }

    /** Sends one message, again and again, each time by itself. */
    void forwardOne(byte[] frame, Connection sender) {
      ByteBuf shared = Unpooled.wrappedBuffer(frame);
      for (Connection connection : connections) {
        if (!connection.equals(sender)) {
          connection.context().writeAndFlush(new BinaryWebSocketFrame(shared.retainedDuplicate()));
        }
      }
      shared.release();
    }
  }

  private final class Connection extends SimpleChannelInboundHandler<BinaryWebSocketFrame> {
    private final Receivers receivers;
    private ChannelHandlerContext context;

    /** What this socket read brings to the others, framed. */
    private byte[] batch = new byte[1024];

    private int batchLength;

    /** What it brings to the sender. */
    private byte[] replies = new byte[256];

    private int repliesLength;
    private long revision;

    @SuppressWarnings("NullAway.Init") // set when the handler is added
    Connection(Receivers receivers) {
      this.receivers = receivers;
    }

    ChannelHandlerContext context() {
      return context;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext upgraded, Object event) {
      if (event instanceof WebSocketServerProtocolHandler.HandshakeComplete) {
        receivers.connections.add(this);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
      receivers.connections.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
      failed.close();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext read, BinaryWebSocketFrame message) {
      byte[] frame = new byte[message.content().readableBytes()];
      message.content().readBytes(frame);
      int payload = FrameDescriptor.payloadStart(frame[1]);
      switch (frame[payload]) {
        case MessageType.HELLO -> {
          reply(WELCOME);
          reply(FrameCodec.encode(new Message.Snapshot(List.of())));
        }
        case MessageType.PING -> reply(FrameCodec.encode(new Message.Pong()));
        case MessageType.PUBLISH -> forward(frame);
        case MessageType.SET -> {
          forward(frame);
          if (Qos.ofFlags(frame[1]) != Qos.FIRE) {
            reply(acknowledge(frame, payload));
          }
        }
        default -> {
          // SUBSCRIBE and the rest: everybody gets everything.
        }
      }
    }

    private byte[] acknowledge(byte[] frame, int payload) {
      int addressLength = Bytes.u16(frame, payload + 2);
      byte[] ack = new byte[FrameDescriptor.HEADER_LENGTH + 12 + addressLength];
      FrameDescriptor.writeHeader(ack, 0, Qos.FIRE, 12 + addressLength);
      ack[4] = MessageType.ACK;
      ack[5] = 0x03;
      System.arraycopy(frame, payload + 2, ack, 6, 2 + addressLength);
      Bytes.putI64(ack, 8 + addressLength, ++revision);
      return ack;
    }

    private void forward(byte[] frame) {
      switch (style) {
        case BATCH -> {
          int prefix = Framing.WEBSOCKET.prefixLength(frame.length);
          batch = room(batch, batchLength + prefix + frame.length);
          Framing.WEBSOCKET.writePrefix(batch, batchLength, frame.length);
          System.arraycopy(frame, 0, batch, batchLength + prefix, frame.length);
          batchLength += prefix + frame.length;
        }
        case FLUSH -> {
          for (Receivers others : byLoop.values()) {
            if (others.equals(receivers)) {
              others.forwardOne(frame, this);
            } else {
              others.loop.execute(() -> others.forwardOne(frame, this));
            }
          }
        }
      }
    }

    private void reply(byte[] frame) {
      switch (style) {
        case BATCH -> {
          int prefix = Framing.WEBSOCKET.prefixLength(frame.length);
          replies = room(replies, repliesLength + prefix + frame.length);
          Framing.WEBSOCKET.writePrefix(replies, repliesLength, frame.length);
          System.arraycopy(frame, 0, replies, repliesLength + prefix, frame.length);
          repliesLength += prefix + frame.length;
        }
        case FLUSH ->
            context.writeAndFlush(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(frame)));
      }
    }

    private static byte[] room(byte[] b, int length) {
      return length <= b.length ? b : Arrays.copyOf(b, Math.max(length, 2 * b.length));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext read) {
      if (batchLength > 0) {
        int length = batchLength;
        batchLength = 0;
        for (Receivers others : byLoop.values()) {
          if (others.equals(receivers)) {
            others.forward(batch, length, this);
          } else {
            byte[] copy = Arrays.copyOf(batch, length);
            others.loop.execute(() -> others.forward(copy, length, this));
          }
        }
      }
      if (repliesLength > 0) {
        int length = repliesLength;
        repliesLength = 0;
        write(replies, length);
      }
    }

    /** Past Netty's WebSocket encoder, which lets buffers through as they are. */
    void write(byte[] framed, int length) {
      ByteBuf buffer = context.alloc().directBuffer(length, length);
      buffer.writeBytes(framed, 0, length);
      context.writeAndFlush(buffer, context.voidPromise());
    }
  }
}
