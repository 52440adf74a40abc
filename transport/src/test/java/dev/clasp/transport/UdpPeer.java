package dev.clasp.transport;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A socket that says what the test wants. */
final class UdpPeer implements AutoCloseable {

  private final DatagramSocket socket;
  private final byte[] buffer = new byte[65_536];

  UdpPeer(InetSocketAddress server) throws IOException {
    socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
    socket.connect(server);
  }

  UdpPeer send(byte... bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length));
    return this;
  }

  byte[] read() throws IOException {
    return read(20_000);
  }

  private byte[] read(int millis) throws IOException {
    socket.setSoTimeout(millis);
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    socket.receive(packet);
    return Arrays.copyOf(buffer, packet.getLength());
  }

  /** Nothing more has come, and what is on its way within this machine would be here. */
  boolean quiet() throws IOException {
    return quiet(new ArrayList<>());
  }

  /** As {@link #quiet()}, and adds what has come. */
  boolean quiet(List<byte[]> more) throws IOException {
    try {
      more.add(read(20));
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  /** Says HELLO until the session is there. */
  UdpPeer hello(byte[] hello, boolean receipts) throws IOException {
    send(UdpFrames.opening(hello));
    byte[] challenge = read();
    byte[] proven = UdpFrames.stamped(hello, UdpFrames.stamp(challenge, 0));
    return send(receipts ? UdpFrames.opening(proven) : proven);
  }

  @Override
  public void close() {
    socket.close();
  }
}
