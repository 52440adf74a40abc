package dev.clasp.server;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.Framing;
import dev.clasp.router.spi.Connection;
import dev.clasp.transport.FrameLink;
import java.net.InetSocketAddress;

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
    if (link.remote() instanceof InetSocketAddress address) {
      String host = address.getHostString();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
    return link.remote().toString();
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
