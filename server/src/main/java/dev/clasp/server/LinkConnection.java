package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Framing;
import dev.clasp.router.spi.Connection;
import dev.clasp.transport.FrameLink;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A transport's link as the router's connection. */
final class LinkConnection implements Connection {

  private final FrameLink link;
  private final Framing framing;

  LinkConnection(FrameLink link) {
    this.link = link;
    this.framing = link.framing();
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
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
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
