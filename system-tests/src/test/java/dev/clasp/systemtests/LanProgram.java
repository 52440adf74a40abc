package dev.clasp.systemtests;

import dev.clasp.discovery.Advertisement;
import dev.clasp.discovery.BroadcastResponder;
import dev.clasp.discovery.BroadcastSource;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.DeviceSource;
import dev.clasp.discovery.DiscoveryEvent;
import dev.clasp.discovery.MdnsAdvertiser;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.discovery.MdnsSource;
import dev.clasp.discovery.MdnsTimes;
import dev.clasp.protocol.Feature;
import dev.clasp.server.BroadcastCompanion;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.MdnsCompanion;
import dev.clasp.server.ServerConfig;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Discovery on the local network, in a process of its own that can run in another network. Prints a
 * line for whatever happens, with fields between bars; ends when its input does.
 */
public final class LanProgram {

  private static final MdnsNetwork NETWORK = MdnsNetwork.ALL.withLook(Duration.ofMillis(200));

  private LanProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "advertise" -> advertise(args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]));
      case "browse" -> watch(new MdnsSource(NETWORK));
      case "probe" ->
          watch(new BroadcastSource(BroadcastResponder.DEFAULT_PORT, Duration.ofSeconds(1)));
      case "serve" -> serve(args[1]);
      case "arduino" -> arduino(args[1]);
      default -> throw new IllegalArgumentException("unknown command " + args[0]);
    }
  }

  private static synchronized void print(String... fields) {
    System.out.println(String.join("|", fields));
    System.out.flush();
  }

  private static void awaitEndOfInput() throws IOException {
    while (System.in.read() >= 0) {
      // Nobody has anything to say.
    }
  }

  /**
   * @param seconds how long others may remember its address
   */
  private static void advertise(String name, int port, int seconds) throws IOException {
    Advertisement what =
        new Advertisement(
            UUID.randomUUID(),
            name,
            EnumSet.of(Feature.PARAM, Feature.EVENT, Feature.STREAM),
            Map.of("ws", port),
            false,
            "/clasp");
    try (MdnsAdvertiser advertiser =
            new MdnsAdvertiser(what, NETWORK, new MdnsTimes(seconds, 4500));
        ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor()) {
      advertiser.start();
      String[] told = {""};
      looking.scheduleWithFixedDelay(
          () -> {
            String now = advertiser.announced() ? advertiser.name() : "";
            if (!now.equals(told[0])) {
              told[0] = now;
              print("announced", now);
            }
          },
          0,
          50,
          TimeUnit.MILLISECONDS);
      print("ready");
      awaitEndOfInput();
      looking.shutdownNow();
    }
  }

  private static void watch(DeviceSource source) throws IOException {
    try (source) {
      source.start(LanProgram::tell);
      print("ready");
      awaitEndOfInput();
    }
  }

  private static void tell(DiscoveryEvent event) {
    switch (event) {
      case DiscoveryEvent.Found(Device device) -> tell("found", device);
      case DiscoveryEvent.Updated(Device device) -> tell("updated", device);
      case DiscoveryEvent.Lost(String id) -> print("lost", id);
      case DiscoveryEvent.Failed(var mechanism, String message) ->
          print("failed", mechanism.toString(), message);
    }
  }

  private static void tell(String what, Device device) {
    print(
        what,
        device.id(),
        device.name(),
        device.url().orElse(""),
        String.join(",", device.info().features()),
        device.stableId().orElse(""));
  }

  private static void serve(String name) throws IOException {
    UUID id = UUID.randomUUID();
    ServerConfig config =
        ServerConfig.DEFAULT
            .withHost("0.0.0.0")
            .withPort(0)
            .withAllowOpen(true)
            .withCompanions(
                List.of(
                    MdnsCompanion.factory(id, Optional.of(name), NETWORK),
                    BroadcastCompanion.factory(
                        id, Optional.of(name), BroadcastResponder.DEFAULT_PORT)));
    try (ClaspServer server = ClaspServer.start(config)) {
      print("ready", String.valueOf(server.address().getPort()), id.toString());
      awaitEndOfInput();
    }
  }

  // --- as the Arduino library does it ------------------------------------------------------------

  /** discovery.md 2.4: one query, 5 s, 512 bytes of each packet, nothing checked. */
  private static void arduino(String link) throws IOException {
    byte[] query =
        HexFormat.of()
            .parseHex("000000000001000000000000065f636c617370045f746370056c6f63616c00000c0001");
    InetAddress group = InetAddress.getByName("224.0.0.251");
    try (MulticastSocket socket = new MulticastSocket(5353)) {
      NetworkInterface network = NetworkInterface.getByName(link);
      socket.joinGroup(new InetSocketAddress(group, 5353), network);
      socket.setNetworkInterface(network);
      socket.send(new DatagramPacket(query, query.length, group, 5353));
      socket.setSoTimeout(5_000);
      while (true) {
        DatagramPacket packet = new DatagramPacket(new byte[512], 512);
        socket.receive(packet);
        Optional<String> answer = new SmallParser(packet.getData(), packet.getLength()).answer();
        if (answer.isPresent()) {
          print("arduino", answer.get(), String.valueOf(packet.getLength()));
          return;
        }
      }
    } catch (SocketTimeoutException e) {
      print("arduino", "nothing");
    }
  }

  /** With the limits that the library has. */
  private static final class SmallParser {
    private final byte[] b;
    private final int length;
    private int at = 12;

    SmallParser(byte[] b, int length) {
      this.b = b;
      this.length = length;
    }

    /** Address, port and name, if the packet has them all. */
    Optional<String> answer() {
      if (length < 12 || (b[2] & 0x80) == 0) {
        return Optional.empty();
      }
      for (int i = 0; i < u16(4); i++) {
        skipName();
        at += 4;
      }
      String ip = "";
      String name = "";
      int port = 0;
      // Authorities are not stepped over: with one, everything behind is read in the wrong place.
      int records = u16(6) + u16(10);
      for (int i = 0; i < records && at < length; i++) {
        skipName();
        int type = u16(at);
        int size = u16(at + 8);
        at += 10;
        switch (type) {
          case 1 ->
              ip =
                  (b[at] & 255)
                      + "."
                      + (b[at + 1] & 255)
                      + "."
                      + (b[at + 2] & 255)
                      + "."
                      + (b[at + 3] & 255);
          case 33 -> port = u16(at + 4);
          case 16 -> {
            for (int k = at; k < at + size; k += 1 + (b[k] & 255)) {
              String text = new String(b, k + 1, b[k] & 255, StandardCharsets.UTF_8);
              if (text.startsWith("name=")) {
                name = text.substring(5, Math.min(text.length(), 36));
              }
            }
          }
          default -> {}
        }
        at += size;
      }
      return ip.isEmpty() || port == 0
          ? Optional.empty()
          : Optional.of(ip + " " + port + " " + name);
    }

    private void skipName() {
      while (at < length) {
        int head = b[at] & 255;
        if (head >= 192) {
          at += 2;
          return;
        }
        at += 1 + head;
        if (head == 0) {
          return;
        }
      }
    }

    private int u16(int place) {
      return (b[place] & 255) << 8 | b[place + 1] & 255;
    }
  }
}
