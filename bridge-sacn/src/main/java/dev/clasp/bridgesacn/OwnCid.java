package dev.clasp.bridgesacn;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;

/**
 * The CID of a bridge for which none is set. It must be the same after a restart (ANSI E1.31-2018,
 * 5.6), and no file is to be kept for that: it is made of what this machine and the bridge are
 * called.
 */
final class OwnCid {

  private static final Path MACHINE_ID = Path.of("/etc/machine-id");

  private OwnCid() {}

  static UUID of(String bridge, String sourceName) {
    return made(machine(), bridge, sourceName);
  }

  static UUID made(String machine, String bridge, String sourceName) {
    String all = String.join("\n", "clasp-sacn", machine, bridge, sourceName);
    return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8));
  }

  private static String machine() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "";
    }
    try {
      // Containers of one image share it, but not their name.
      return Files.readString(MACHINE_ID).strip() + " " + host;
    } catch (IOException e) {
      return hardware() + " " + host;
    }
  }

  /** The lowest hardware address; the order of interfaces changes. */
  private static String hardware() {
    try {
      return NetworkInterface.networkInterfaces()
          .map(OwnCid::hardware)
          .filter(text -> !text.isEmpty())
          .sorted()
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private static String hardware(NetworkInterface of) {
    try {
      return HexFormat.of()
          .formatHex(Objects.requireNonNullElse(of.getHardwareAddress(), new byte[0]));
    } catch (IOException e) {
      return "";
    }
  }
}
