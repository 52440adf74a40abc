package dev.clasp.systemtests;

import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An OSC program of the test itself, on a UDP port of this machine. */
final class OscSocket implements AutoCloseable {

  private final DatagramSocket socket;
  private final BlockingQueue<OscPacket> received = new LinkedBlockingQueue<>();

  OscSocket() {
    try {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::receive);
  }

  private void receive() {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    while (!socket.isClosed()) {
      try {
        socket.receive(packet);
        received.add(OscCodec.decode(packet.getData(), 0, packet.getLength()));
      } catch (IOException e) {
        return;
      } catch (OscException e) {
        throw new AssertionError(e);
      }
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  void send(int port, String address, double value) {
    send(port, new OscMessage(address, new OscArgument.Float32((float) value)));
  }

  void send(int port, OscMessage message) {
    byte[] bytes = OscCodec.encode(message);
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whatever comes next. */
  OscPacket next() throws InterruptedException {
    OscPacket next = received.poll(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw new AssertionError("nothing came by OSC");
    }
    return next;
  }

  /** The next message with this address. */
  OscMessage await(String address) throws InterruptedException {
    for (; ; ) {
      OscPacket next = received.poll(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (next == null) {
        throw new AssertionError("no OSC message " + address + " came");
      }
      if (next instanceof OscMessage message && message.address().equals(address)) {
        return message;
      }
    }
  }

  /** Whether what has come until now brought this one value to this address; forgets it. */
  boolean has(String address, double value) {
    List<OscArgument> wanted = List.of(new OscArgument.Float32((float) value));
    for (OscPacket next = received.poll(); next != null; next = received.poll()) {
      if (next instanceof OscMessage message
          && message.address().equals(address)
          && message.arguments().equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    socket.close();
  }
}
