package dev.clasp.bridge;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeProvider;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Datagrams such as {@code /fader/1 0.5}: a path, a blank, and JSON. */
public final class LineProvider implements BridgeProvider {

  @Override
  public String protocol() {
    return "line";
  }

  @Override
  public String title() {
    return "Lines of text over UDP";
  }

  @Override
  public String defaultNamespace() {
    return "/line";
  }

  @Override
  public List<BridgeSetting> settings() {
    return List.of(
        new BridgeSetting("port", Kind.INTEGER, Value.of(7000), "UDP port, 0 to 65535"),
        new BridgeSetting("peer", Kind.INTEGER, Value.NULL, "port on this machine to send to"));
  }

  @Override
  public Endpoint create(BridgeSettings settings, EndpointContext context) {
    int port = (int) settings.integer("port").orElseThrow();
    if (port < 0 || port > 65_535) {
      throw BridgeException.lasting("port must be 0 to 65535, not " + port);
    }
    return new Lines(port, settings.integer("peer"), context);
  }

  private static final class Lines implements Endpoint {

    private final int port;
    private final OptionalLong peer;
    private final EndpointContext context;
    private volatile Optional<DatagramSocket> socket = Optional.empty();
    private volatile Optional<Thread> reader = Optional.empty();

    Lines(int port, OptionalLong peer, EndpointContext context) {
      this.port = port;
      this.peer = peer;
      this.context = context;
    }

    @Override
    public void start() {
      try {
        DatagramSocket open =
            new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket = Optional.of(open);
        reader =
            Optional.of(Thread.ofVirtual().name("line-" + context.name()).start(() -> read(open)));
        context.up("listening on udp " + open.getLocalSocketAddress());
      } catch (IOException e) {
        // Somebody has the port: the host tries again later.
        throw BridgeException.passing("udp port " + port + ": " + e.getMessage());
      }
    }

    private void read(DatagramSocket open) {
      DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
      while (!open.isClosed()) {
        try {
          open.receive(packet);
          context.bytes(packet.getLength(), 0);
          String line =
              new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8).strip();
          int blank = line.indexOf(' ');
          Optional<Value> value =
              blank > 0 && line.charAt(0) == '/'
                  ? JsonValues.parse(line.substring(blank + 1))
                  : Optional.empty();
          if (value.isEmpty()) {
            context.dropped(packet.getSocketAddress() + " sent no path with JSON behind it");
            continue;
          }
          context.receive(
              new Parcel(
                  List.of(
                      new MappedSignal(line.substring(0, blank), SignalType.PARAM, value.get())),
                  false,
                  OptionalLong.empty(),
                  Optional.of(packet.getSocketAddress().toString())));
        } catch (IOException e) {
          if (!open.isClosed()) {
            context.failed("udp port " + port + ": " + e.getMessage());
            return;
          }
        }
      }
    }

    @Override
    public boolean sends() {
      return peer.isPresent();
    }

    @Override
    public void send(Parcel parcel) {
      for (MappedSignal signal : parcel.signals()) {
        byte[] line =
            (signal.address() + " " + JsonValues.text(signal.value()))
                .getBytes(StandardCharsets.UTF_8);
        try {
          socket
              .orElseThrow()
              .send(
                  new DatagramPacket(
                      line,
                      line.length,
                      InetAddress.getLoopbackAddress(),
                      (int) peer.orElseThrow()));
          context.bytes(0, line.length);
        } catch (IOException e) {
          context.dropped(signal.address() + ": " + e.getMessage());
        }
      }
    }

    @Override
    public Map<String, Value> details() {
      return socket.map(open -> Map.of("port", Value.of(open.getLocalPort()))).orElse(Map.of());
    }

    @Override
    public void close() {
      socket.ifPresent(DatagramSocket::close);
      // The port is free only when nobody reads from it any more.
      reader.ifPresent(Lines::join);
    }

    private static void join(Thread thread) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
