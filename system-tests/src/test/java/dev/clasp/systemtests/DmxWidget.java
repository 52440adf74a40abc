package dev.clasp.systemtests;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * What stands behind a serial server: a widget that speaks like the ENTTEC DMX USB Pro (API 1.44),
 * and keeps the levels that it was told to send. One connection after the other.
 */
final class DmxWidget implements AutoCloseable {

  private static final int START = 0x7E;
  private static final int END = 0xE7;
  private static final int GET_PARAMETERS = 3;
  private static final int OUTPUT = 6;

  private final ServerSocket server;
  private volatile byte[] packet = {};

  DmxWidget() {
    try {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::serve);
  }

  int port() {
    return server.getLocalPort();
  }

  /**
   * What a slot has, 0 if nothing was said of it.
   *
   * @param slot from 1; before it is the START code
   */
  int level(int slot) {
    byte[] last = packet;
    return slot < last.length ? Byte.toUnsignedInt(last[slot]) : 0;
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket line = server.accept()) {
        talk(line);
      } catch (IOException e) {
        // The bridge has gone, or the test is over.
      }
    }
  }

  private void talk(Socket line) throws IOException {
    DataInputStream in = new DataInputStream(line.getInputStream());
    for (; ; ) {
      if (in.readUnsignedByte() != START) {
        continue;
      }
      int label = in.readUnsignedByte();
      byte[] data = new byte[in.readUnsignedByte() | in.readUnsignedByte() << 8];
      in.readFully(data);
      if (in.readUnsignedByte() != END) {
        throw new AssertionError("a message with label " + label + " has no end");
      }
      switch (label) {
        case OUTPUT -> packet = data;
        // Firmware 1.44, BREAK and mark of 9 and 1 units, 40 packets a second.
        case GET_PARAMETERS ->
            line.getOutputStream()
                .write(new byte[] {START, GET_PARAMETERS, 5, 0, 44, 1, 9, 1, 40, (byte) END});
        default -> {}
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
