package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.HostPort;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** The two sockets of a session: the control port, and the one after it for data. */
final class RtpMidiSockets implements RtpMidiSession.Network, AutoCloseable {

  /** Pairs of ports that are tried until two free ones lie side by side. */
  private static final int MAX_TRIES = 64;

  private final UdpSocket control;
  private final UdpSocket data;

  private RtpMidiSockets(UdpSocket control, UdpSocket data) {
    this.control = control;
    this.data = data;
  }

  /**
   * Opens both.
   *
   * @param bind port 0 for any two, the first of which is even
   * @throws BridgeException passing
   */
  static RtpMidiSockets open(HostPort bind, Consumer<String> errors) {
    InetAddress address = UdpSocket.address(bind);
    for (int i = 0; ; i++) {
      UdpSocket control = null;
      try {
        control = new UdpSocket(address, bind.port(), errors);
        int port = control.port();
        if (bind.port() == 0 && (port % 2 != 0 || port > 65_534)) {
          control.close();
          continue;
        }
        return new RtpMidiSockets(control, new UdpSocket(address, port + 1, errors));
      } catch (IOException e) {
        if (control != null) {
          control.close();
        }
        if (bind.port() != 0 || i > MAX_TRIES) {
          throw cannot(bind, e);
        }
      }
    }
  }

  private static BridgeException cannot(HostPort bind, IOException e) {
    String both = "udp ports " + bind.port() + " and " + (bind.port() + 1);
    return e instanceof BindException && String.valueOf(e.getMessage()).contains("in use")
        ? BridgeException.passing(
            both
                + " are not both free: another program has an RTP-MIDI session (on Linux, ss -lnp"
                + " shows it); take another port, by custom an even one")
        : BridgeException.passing(
            "cannot listen on " + bind.host() + " " + both + ": " + e.getMessage());
  }

  /** The control port. */
  int port() {
    return control.port();
  }

  /** Begins to read, with a thread for each socket. */
  void start(String name, UdpSocket.Receiver controls, UdpSocket.Receiver packets) {
    control.start(name + "-control", controls);
    data.start(name + "-data", packets);
  }

  @Override
  public void control(InetSocketAddress to, byte[] bytes) {
    control.send(to, bytes);
  }

  @Override
  public void data(InetSocketAddress to, byte[] bytes) {
    data.send(to, bytes);
  }

  @Override
  public void close() {
    control.close();
    data.close();
  }
}
