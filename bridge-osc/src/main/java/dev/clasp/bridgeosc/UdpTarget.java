package dev.clasp.bridgeosc;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.osc.OscCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Somebody who gets datagrams. A host name is looked up again every 30 s, never while sending. */
final class UdpTarget implements Destination {

  private static final long LOOK_UP_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final TargetSpec spec;
  private final UdpPort port;
  private final EndpointContext context;
  private final Runnable known;
  private volatile @Nullable InetSocketAddress address;
  private volatile boolean closed;
  private volatile Runnable cancel = () -> {};

  /**
   * @param known runs when the address is known, and when it changes
   */
  UdpTarget(TargetSpec spec, UdpPort port, EndpointContext context, Runnable known) {
    this.spec = spec;
    this.port = port;
    this.context = context;
    this.known = known;
  }

  void start() {
    try {
      address =
          new InetSocketAddress(
              InetAddress.ofLiteral(spec.address().host()), spec.address().port());
      known.run();
    } catch (IllegalArgumentException e) {
      Thread.startVirtualThread(this::lookUp);
    }
  }

  private void lookUp() {
    InetSocketAddress before = address;
    long again = LOOK_UP_NANOS;
    try {
      InetSocketAddress found =
          new InetSocketAddress(
              InetAddress.getByName(spec.address().host()), spec.address().port());
      if (!found.equals(before) && !closed) {
        address = found;
        known.run();
      }
    } catch (UnknownHostException e) {
      again = RETRY_NANOS;
      if (before == null) {
        context.error(spec + ": the host is not known; looking again");
      }
    }
    if (!closed) {
      cancel = context.schedule(() -> Thread.startVirtualThread(this::lookUp), again);
    }
  }

  @Override
  public boolean wide() {
    return spec.width() == 64;
  }

  @Override
  public boolean accepts(String oscAddress) {
    return spec.filter().isEmpty() || spec.filter().get().matches(oscAddress);
  }

  @Override
  public int maxBytes() {
    return OscCodec.MAX_DATAGRAM;
  }

  @Override
  public void send(byte[] packet, int length) {
    InetSocketAddress to = address;
    if (to == null) {
      context.dropped(spec + ": the host is not known yet");
      return;
    }
    port.send(packet, length, to, spec.toString());
  }

  boolean isAt(InetSocketAddress other) {
    return other.equals(address);
  }

  void close() {
    closed = true;
    cancel.run();
  }

  @Override
  public String toString() {
    return spec.toString();
  }
}
