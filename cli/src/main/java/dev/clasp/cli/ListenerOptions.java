package dev.clasp.cli;

import dev.clasp.ble.BleListener;
import dev.clasp.ble.BleNodes;
import dev.clasp.ble.Encryption;
import dev.clasp.ble.NodesConfig;
import dev.clasp.ble.PeripheralConfig;
import dev.clasp.serial.SerialListener;
import dev.clasp.serial.SerialSettings;
import dev.clasp.transport.ListenerFactory;
import dev.clasp.transport.QuicConfig;
import dev.clasp.transport.QuicServer;
import dev.clasp.transport.ServerTls;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.UdpConfig;
import dev.clasp.transport.UdpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The ways into {@code clasp server} besides its main port. */
final class ListenerOptions {

  @Option(
      names = "--quic",
      order = HelpSections.NETWORK + 20,
      arity = "0..1",
      fallbackValue = "" + QuicConfig.DEFAULT_PORT,
      paramLabel = "PORT",
      description =
          "Listen for QUIC too; needs --tls-cert and --tls-key (UDP port, default: ${FALLBACK-VALUE})."
              + " 0 = any free one.")
  private @Nullable Integer quic;

  @Option(
      names = "--udp",
      order = HelpSections.NETWORK + 21,
      arity = "0..1",
      fallbackValue = "7330",
      paramLabel = "PORT",
      description =
          "Listen for single datagrams too, a frame each (default: ${FALLBACK-VALUE}). 0 = any free"
              + " one.")
  private @Nullable Integer udp;

  @Option(
      names = "--udp-max-datagram",
      order = HelpSections.NETWORK + 22,
      paramLabel = "BYTES",
      description =
          "Longest of them, 512 to 65507 (default: ${DEFAULT-VALUE}, which every network carries in"
              + " one piece).")
  private int maxDatagram = UdpConfig.DEFAULT_DATAGRAM;

  @Option(
      names = "--udp-no-validation",
      order = HelpSections.NETWORK + 23,
      description =
          "Believe datagrams where they come from: for devices that cannot answer the question, on"
              + " closed networks only.")
  private boolean noValidation;

  @Option(
      names = "--serial",
      order = HelpSections.NETWORK + 24,
      paramLabel = "URL",
      description = {
        "Take clients from a serial port; may be repeated.",
        "Example: /dev/ttyUSB0?baud=115200; see docs/serial.md"
      })
  private List<String> serial = new ArrayList<>();

  @Option(
      names = "--ble",
      order = HelpSections.NETWORK + 25,
      arity = "0..1",
      fallbackValue = "CLASP",
      paramLabel = "NAME",
      description =
          "Be a Bluetooth LE peripheral of this name, for one central at a time (default:"
              + " ${FALLBACK-VALUE}). See docs/ble.md")
  private @Nullable String peripheral;

  @Option(
      names = "--ble-encryption",
      order = HelpSections.NETWORK + 26,
      paramLabel = "WHAT",
      description =
          "What a central needs: encrypted (paired), authenticated, secure, or none (default:"
              + " ${DEFAULT-VALUE}).")
  private BleEncryption encryption = BleEncryption.ENCRYPTED;

  @Option(
      names = "--ble-node",
      order = HelpSections.NETWORK + 27,
      paramLabel = "ADDRESS",
      description = {
        "Connect to this Bluetooth LE peripheral, which is a client of the router; may be repeated.",
        "paired: every one that is paired; any: every one in range"
      })
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = "--ble-adapter",
      order = HelpSections.NETWORK + 28,
      paramLabel = "NAME",
      description = "Such as hci0 (default: the first that is switched on).")
  private @Nullable String adapter;

  /** What a central needs. */
  enum BleEncryption {
    NONE(Encryption.NONE),
    ENCRYPTED(Encryption.ENCRYPTED),
    AUTHENTICATED(Encryption.AUTHENTICATED),
    SECURE(Encryption.SECURE);

    private final Encryption value;

    BleEncryption(Encryption value) {
      this.value = value;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The option that lets in whoever is in range of the radio, if there is one. */
  Optional<String> openRadio() {
    if (peripheral != null && encryption == BleEncryption.NONE) {
      return Optional.of("--ble-encryption none");
    }
    return nodes.contains("any") ? Optional.of("--ble-node any") : Optional.empty();
  }

  /**
   * What to listen for.
   *
   * @param host address to bind
   * @param tlsOnly refuse what is not encrypted
   * @throws IllegalArgumentException an option is wrong, with a sentence for the user
   */
  List<ListenerFactory> factories(String host, Optional<ServerTls> tls, boolean tlsOnly) {
    List<ListenerFactory> factories = new ArrayList<>();
    Integer quicPort = quic;
    if (quicPort != null) {
      NetworkOptions.range("--quic", quicPort, 0, 65_535);
      if (tls.isEmpty()) {
        throw new IllegalArgumentException(
            "--quic needs --tls-cert and --tls-key: QUIC is always encrypted. Make them with: clasp"
                + " cert");
      }
      factories.add(QuicServer.with(QuicConfig.of(host, quicPort, tls.get())));
    }
    Integer udpPort = udp;
    if (udpPort != null) {
      NetworkOptions.range("--udp", udpPort, 0, 65_535);
      if (tlsOnly) {
        throw new IllegalArgumentException(
            "--udp is never encrypted: leave out --tls-only, or use --quic instead");
      }
      factories.add(
          UdpServer.factory(
              UdpConfig.of(host, udpPort)
                  .withMaxDatagram(maxDatagram)
                  .withValidate(!noValidation)));
    } else if (noValidation) {
      throw new IllegalArgumentException("--udp-no-validation belongs to --udp");
    }
    for (String url : serial) {
      try {
        factories.add(
            SerialListener.factory(
                SerialSettings.parse(url.startsWith("serial:") ? url : "serial:" + url)));
      } catch (TransportException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }
    addBluetooth(factories);
    return factories;
  }

  private void addBluetooth(List<ListenerFactory> factories) {
    String name = peripheral;
    String wanted = adapter;
    if (name != null) {
      PeripheralConfig config =
          PeripheralConfig.DEFAULT.withName(name).withEncryption(encryption.value);
      factories.add(BleListener.factory(wanted == null ? config : config.withAdapter(wanted)));
    }
    if (!nodes.isEmpty()) {
      Set<String> addresses = new TreeSet<>(nodes);
      boolean any = addresses.remove("any");
      boolean paired = addresses.remove("paired");
      if ((any || paired) && nodes.size() > 1) {
        throw new IllegalArgumentException("--ble-node is any, paired, or a list of addresses");
      }
      NodesConfig config = NodesConfig.DEFAULT.withAllowed(addresses).withPairedOnly(paired);
      factories.add(BleNodes.factory(wanted == null ? config : config.withAdapter(wanted)));
    }
    if (wanted != null && name == null && nodes.isEmpty()) {
      throw new IllegalArgumentException("--ble-adapter belongs to --ble and --ble-node");
    }
  }
}
