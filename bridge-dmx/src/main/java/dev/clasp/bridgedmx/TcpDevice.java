package dev.clasp.bridgedmx;

import dev.clasp.serial.SerialDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;

/**
 * An interface behind a serial server that passes plain bytes, such as ser2net in raw mode.
 *
 * <p><b>A server that has died</b> says nothing, and TCP alone would not notice for hours. While
 * nothing is on its way, keep-alive probes notice it. While something is, they do not run (RFC
 * 9293, 3.8.4), but little fits into the buffer, and a write that gets nowhere ends the connection.
 */
final class TcpDevice implements SerialDevice {

  private static final int CONNECT_MILLIS = 3000;

  /** A silent line is probed after so long, so often, so many times: dead after 11 s. */
  private static final int PROBE_AFTER_SECONDS = 5;

  private static final int PROBE_EVERY_SECONDS = 2;
  private static final int PROBES = 3;

  /** Some messages of levels: enough for 44 a second over a slow network. */
  private static final int SEND_BUFFER = 4096;

  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long IDLE = Long.MIN_VALUE;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private volatile long writingSince = IDLE;

  private TcpDevice(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  /**
   * Connects.
   *
   * @param url {@code tcp://host:port}
   * @throws IOException with a sentence for the user: it is no such URL, nobody is there
   */
  static TcpDevice open(String url) throws IOException {
    if (!InterfaceSpec.isServer(url)) {
      throw new IOException("a serial server is tcp://host:port, not " + url);
    }
    String rest = url.substring(InterfaceSpec.TCP.length()).replaceFirst("/$", "");
    int colon = rest.lastIndexOf(':');
    String host = rest.substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(rest.substring(colon + 1));
    if (port > 65_535) {
      throw new IOException(url + ": a port is at most 65535");
    }
    Socket socket = new Socket();
    try {
      socket.setSendBufferSize(SEND_BUFFER);
      socket.setKeepAlive(true);
      set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, PROBE_AFTER_SECONDS);
      set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, PROBE_EVERY_SECONDS);
      set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(READ_MILLIS);
      return new TcpDevice(socket);
    } catch (IOException e) {
      socket.close();
      throw new IOException("no serial server at " + url + ": " + e.getMessage(), e);
    }
  }

  /** Where the system has none of these, its own times hold. */
  private static void set(Socket socket, SocketOption<Integer> option, int value)
      throws IOException {
    if (socket.supportedOptions().contains(option)) {
      socket.setOption(option, value);
    }
  }

  @Override
  public int read(byte[] into) throws IOException {
    long since = writingSince;
    if (since != IDLE && System.nanoTime() - since > STUCK_NANOS) {
      throw new IOException("the serial server takes nothing any more");
    }
    try {
      int count = in.read(into);
      if (count < 0) {
        throw new IOException("the serial server has closed the connection");
      }
      return count;
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    writingSince = System.nanoTime();
    try {
      out.write(bytes);
    } finally {
      writingSince = IDLE;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed as far as we can.
    }
  }
}
