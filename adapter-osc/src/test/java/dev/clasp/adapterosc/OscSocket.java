package dev.clasp.adapterosc;

import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Arrays;

/** A program that speaks OSC over datagrams. */
final class OscSocket implements AutoCloseable {

  private static final int LIMIT_MILLIS = 30_000;

  private final DatagramSocket socket;
  private final InetSocketAddress server;
  private final ArrayDeque<String> got = new ArrayDeque<>();

  OscSocket(String from, InetSocketAddress server) throws IOException {
    this(from, 0, server);
  }

  OscSocket(String from, int port, InetSocketAddress server) throws IOException {
    this.socket = new DatagramSocket(port, InetAddress.getByName(from));
    this.server = server;
    socket.setSoTimeout(LIMIT_MILLIS);
    socket.setReceiveBufferSize(1 << 20);
  }

  int port() {
    return socket.getLocalPort();
  }

  OscSocket send(String address, Object... arguments) throws IOException {
    return send(Bench.message(address, arguments));
  }

  OscSocket send(OscPacket packet) throws IOException {
    return sendRaw(OscCodec.encode(packet));
  }

  OscSocket sendRaw(byte[] bytes) throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, server));
    return this;
  }

  /** The next message, as {@link MemoryOutlet#text}. */
  String next() throws IOException {
    while (got.isEmpty()) {
      receive();
    }
    return got.remove();
  }

  /** Skips messages until one begins like this. */
  String until(String beginning) throws IOException {
    while (true) {
      String next = next();
      if (next.startsWith(beginning)) {
        return next;
      }
    }
  }

  private void receive() throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    try {
      socket.receive(packet);
      add(OscCodec.decode(Arrays.copyOf(packet.getData(), packet.getLength())));
    } catch (OscException e) {
      throw new AssertionError(e);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("nothing came within " + LIMIT_MILLIS / 1000 + " s", e);
    }
  }

  private void add(OscPacket packet) {
    switch (packet) {
      case OscMessage message -> got.add(MemoryOutlet.text(message));
      case OscBundle bundle -> bundle.elements().forEach(this::add);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
