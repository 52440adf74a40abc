package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.EndpointContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A connection to somebody, made again when it is lost: after half a second, later after 10 s. */
final class TcpTarget {

  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(10);
  private static final int CONNECT_MILLIS = 5000;

  private final TargetSpec spec;
  private final OscConfig config;
  private final EndpointContext context;
  private final Inbound inbound;
  private final BiConsumer<TcpTarget, String> changed;
  private volatile @Nullable TcpLink link;
  private volatile boolean closed;
  private volatile Runnable cancel = () -> {};
  private long pause = FIRST_PAUSE;

  /**
   * @param changed told when it is connected (with an empty text) and when not, and why
   */
  TcpTarget(
      TargetSpec spec,
      OscConfig config,
      EndpointContext context,
      Inbound inbound,
      BiConsumer<TcpTarget, String> changed) {
    this.spec = spec;
    this.config = config;
    this.context = context;
    this.inbound = inbound;
    this.changed = changed;
  }

  void start() {
    Thread.ofVirtual().name("osc-" + spec).start(this::connect);
  }

  private void connect() {
    String why;
    try (SocketChannel channel = SocketChannel.open()) {
      channel
          .socket()
          .connect(
              new InetSocketAddress(spec.address().host(), spec.address().port()), CONNECT_MILLIS);
      TcpLink connected =
          new TcpLink(
              channel,
              spec.framing().orElseThrow(),
              false,
              spec.width() == 64,
              spec.filter(),
              config.maxPacket(),
              context,
              inbound);
      link = connected;
      if (closed) {
        connected.close();
      }
      pause = FIRST_PAUSE;
      changed.accept(this, "");
      connected.run();
      why = "the connection to " + spec + " is lost";
    } catch (IOException | RuntimeException e) {
      why = "cannot connect to " + spec + ": " + e.getMessage();
    }
    link = null;
    if (!closed) {
      changed.accept(this, why);
      cancel = context.schedule(this::start, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  Optional<TcpLink> link() {
    return Optional.ofNullable(link);
  }

  void close() {
    closed = true;
    cancel.run();
    TcpLink open = link;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public String toString() {
    return spec.toString();
  }
}
