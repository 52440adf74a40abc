package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.Framing;
import dev.clasp.router.spi.Connection;
import dev.clasp.transport.FrameLink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Set;

/** A transport's link as the router's connection. */
final class LinkConnection implements Connection {

  private final FrameLink link;
  private final Framing framing;
  private final int smallFrame;

  /**
   * @param smallFrame longest frame for small nodes over TCP; 0 = as long as the transport has them
   */
  LinkConnection(FrameLink link, int smallFrame) {
    this.link = link;
    this.framing = link.framing();
    this.smallFrame = framing == Framing.LENGTH_PREFIX ? smallFrame : 0;
  }

  /** A program that speaks of gestures or timelines runs on a machine with memory for them. */
  @Override
  public int maxFrame(Set<Feature> features) {
    boolean small =
        smallFrame > 0
            && !features.contains(Feature.GESTURE)
            && !features.contains(Feature.TIMELINE);
    return small ? smallFrame : link.maxFrame();
  }

  @Override
  public int maxSnapshotFrame() {
    return smallFrame > 0 ? smallFrame : link.maxFrame();
  }

  @Override
  public void established() {
    link.established();
  }

  @Override
  public Framing framing() {
    return framing;
  }

  @Override
  public String peer() {
    return text(link.remote());
  }

  /** {@code 192.0.2.1:50000} or {@code [2001:db8::1]:50000}. */
  static String text(SocketAddress remote) {
    if (remote instanceof InetSocketAddress address) {
      String host = address.getHostString();
      String bracketed = host.contains(":") ? "[" + host + "]" : host;
      // Headers of proxies name no port.
      return address.getPort() == 0 ? bracketed : bracketed + ":" + address.getPort();
    }
    return remote.toString();
  }

  @Override
  public String transport() {
    return link.transport();
  }

  @Override
  public void write(byte[] framed, int offset, int length) {
    link.write(framed, offset, length);
  }

  @Override
  public boolean writable() {
    return link.writable();
  }

  @Override
  public void reading(boolean enabled) {
    if (enabled) {
      link.resumeReading();
    } else {
      link.pauseReading();
    }
  }

  @Override
  public void close(CloseReason reason) {
    link.close(reason);
  }
}
