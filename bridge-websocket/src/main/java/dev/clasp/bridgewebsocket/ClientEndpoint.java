package dev.clasp.bridgewebsocket;

import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.EventLoops;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.extensions.compression.WebSocketClientCompressionHandler;
import io.netty.handler.ssl.SslHandler;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to somebody else's server. It is opened again when it ends, with growing pauses; what
 * waited for the other side goes over the next connection.
 */
final class ClientEndpoint implements Endpoint {

  private static final int MAX_RESPONSE = 16_384;
  private static final int UNDER_WAY = 1024;
  private static final long GOODBYE_MILLIS = 2000;

  /** A connection that lasted so long was a good one: the pauses begin small again. */
  private static final long STABLE_NANOS = 10_000_000_000L;

  private final WebSocketConfig config;
  private final WebSocketConfig.Client client;
  private final Translation translation;
  private final EndpointContext context;
  private final Semaphore room = new Semaphore(UNDER_WAY);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable EventLoops loops;
  private volatile @Nullable SocketPeer peer;
  private volatile @Nullable Channel channel;
  private volatile boolean closed;

  // On the loop.
  private PeerQueue queue;
  private int attempt;
  private long openSince;

  ClientEndpoint(
      WebSocketConfig config,
      WebSocketConfig.Client client,
      Translation translation,
      EndpointContext context) {
    this.config = config;
    this.client = client;
    this.translation = translation;
    this.context = context;
    this.queue = queue();
  }

  private PeerQueue queue() {
    return new PeerQueue(config.maxWaiting(), WebSocketConfig.MAX_WAITING_BYTES);
  }

  /** Without what may be a token. */
  private String where() {
    return client.url().toString().replaceFirst("[?#].*", "");
  }

  private int port() {
    int port = client.url().getPort();
    return port >= 0 ? port : client.url().getScheme().equals("wss") ? 443 : 80;
  }

  @Override
  public void start() {
    context.down("connecting to " + where());
    EventLoops made = EventLoops.create("clasp-websocket-" + context.name(), 1);
    loops = made;
    made.next().execute(() -> connect(made));
  }

  // --- the connection, on the loop ---------------------------------------------------------------

  private void connect(EventLoops on) {
    if (closed) {
      return;
    }
    String host = client.url().getHost();
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    ClientUpgrade upgrade =
        new ClientUpgrade(
            config,
            client,
            () -> new SocketPeer(new Other(), queue, config.pingInterval()),
            why -> failed(where() + " " + why));
    ChannelFuture connecting =
        on.bootstrap()
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(config.handshakeTimeout().toMillis() + 1, Integer.MAX_VALUE))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 << 10, 256 << 10))
            .handler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel made) {
                    var pipeline = made.pipeline();
                    if (client.url().getScheme().equals("wss")) {
                      SslHandler tls =
                          client.tls().context().newHandler(made.alloc(), bare, port());
                      tls.setHandshakeTimeoutMillis(config.handshakeTimeout().toMillis());
                      pipeline.addLast(tls);
                    }
                    pipeline
                        .addLast(new TrafficCounter(context))
                        .addLast(new HttpClientCodec())
                        .addLast(new HttpObjectAggregator(MAX_RESPONSE));
                    if (config.compression()) {
                      pipeline.addLast(new WebSocketClientCompressionHandler(config.maxMessage()));
                    }
                    pipeline.addLast(upgrade);
                  }
                })
            .connect(bare, port());
    channel = connecting.channel();
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        Throwable cause = done.cause();
        upgrade.fail(
            cause instanceof UnknownHostException
                ? "is at an unknown host"
                : "cannot be reached: " + (cause == null ? "?" : cause.getMessage()));
      }
    });
    if (closed) {
      connecting.channel().close();
    }
  }

  /** Not connected, or not any more. */
  private void failed(String why) {
    peer = null;
    channel = null;
    EventLoops on = loops;
    if (closed || on == null) {
      ended.complete(null);
      return;
    }
    if (openSince != 0 && context.nanoTime() - openSince > STABLE_NANOS) {
      attempt = 0;
    }
    openSince = 0;
    Optional<Backoff> backoff = client.backoff();
    if (backoff.isEmpty()) {
      context.down(why + "; reconnect is switched off");
      return;
    }
    context.down(why);
    long pause =
        backoff
            .get()
            .delayNanos(attempt++, ThreadLocalRandom.current())
            .orElse(backoff.get().cap().toNanos());
    on.next().schedule(() -> connect(on), pause, TimeUnit.NANOSECONDS);
  }

  private final class Other implements SocketPeer.Owner {
    @Override
    public void open(SocketPeer opened) {
      peer = opened;
      openSince = context.nanoTime();
      if (closed) {
        opened.end(SocketPeer.GOING_AWAY, "the bridge stops");
        return;
      }
      context.up("connected to " + where());
    }

    @Override
    public void received(SocketPeer from, SocketMessage message) {
      try {
        Parcel parcel = translation.read(message, where());
        if (!parcel.signals().isEmpty()) {
          context.receive(parcel);
        }
      } catch (Translation.UnusableMessage e) {
        context.dropped(where() + ": " + e.getMessage());
      }
    }

    @Override
    public void gone(SocketPeer from, String why) {
      if (why.contains("too slow")) {
        // What waits is more than may wait.
        queue = queue();
      }
      failed(where() + ": " + why);
    }
  }

  // --- to the other side -------------------------------------------------------------------------

  @Override
  public void send(Parcel parcel) {
    EventLoops running = loops;
    if (running == null) {
      return;
    }
    for (MappedSignal signal : parcel.signals()) {
      Optional<SocketMessage> message;
      try {
        message = translation.write(signal);
        if (message.isEmpty()) {
          continue;
        }
        room.acquire();
      } catch (EncodeException e) {
        context.dropped(signal.address() + " cannot be sent: " + e.getMessage());
        continue;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        context.dropped(signal.address() + ": interrupted");
        return;
      }
      Outgoing outgoing = Outgoing.of(message.get(), signal.address(), signal.type());
      try {
        running
            .next()
            .execute(() -> {
              room.release();
              offer(outgoing);
            });
      } catch (RuntimeException e) {
        // The loop has ended.
        room.release();
        context.dropped(signal.address() + ": the bridge is being stopped");
      }
    }
  }

  private void offer(Outgoing outgoing) {
    SocketPeer to = peer;
    if (to != null) {
      to.offer(outgoing);
    } else if (!queue.offer(outgoing)) {
      context.dropped(outgoing.address().orElse("a message") + ": too much waits");
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("url", Value.of(where()));
    details.put("connected", Value.of(peer != null));
    return details;
  }

  @Override
  public void close() {
    EventLoops running = loops;
    if (running == null) {
      return;
    }
    closed = true;
    SocketPeer open = peer;
    Channel under = channel;
    if (open != null) {
      open.end(SocketPeer.GOING_AWAY, "the bridge stops");
      ended.completeOnTimeout(null, GOODBYE_MILLIS, TimeUnit.MILLISECONDS).join();
    } else if (under != null) {
      under.close();
    }
    running.close();
    loops = null;
  }
}
