package dev.clasp.adapterosc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The way to one program, by datagrams. */
final class UdpOutlet implements Outlet {

  private final UdpDoor door;
  private InetSocketAddress target;
  private boolean closed;

  UdpOutlet(UdpDoor door, InetSocketAddress target) {
    this.door = door;
    this.target = target;
  }

  @Override
  public String transport() {
    return "osc-udp";
  }

  @Override
  public InetSocketAddress target() {
    return target;
  }

  @Override
  public boolean retarget(int port) {
    target = new InetSocketAddress(target.getAddress(), port);
    door.retargeted(this);
    return true;
  }

  @Override
  public boolean send(byte[] packet, int length) {
    if (closed || !door.hasRoom()) {
      return false;
    }
    ByteBuf datagram =
        door.channel().alloc().directBuffer(length, length).writeBytes(packet, 0, length);
    door.write(new DatagramPacket(datagram, target));
    return true;
  }

  @Override
  public void flush() {
    door.flushSoon();
  }

  @Override
  public boolean writable() {
    return door.channel().isWritable();
  }

  /**
   * One socket serves all: what comes meanwhile waits with the client of the session, in bounds.
   */
  @Override
  public void reading(boolean enabled) {}

  @Override
  public void later(Runnable task, long nanos) {
    door.channel().eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    closed = true;
  }
}
