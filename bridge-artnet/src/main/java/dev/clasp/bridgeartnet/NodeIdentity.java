package dev.clasp.bridgeartnet;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a node tells of itself in every reply.
 *
 * @param locals where it is reached now; at least one
 * @param port of Art-Net
 * @param portName at most 17 characters
 * @param longName at most 63 characters
 */
record NodeIdentity(Supplier<List<Local>> locals, int port, String portName, String longName) {

  /**
   * One of its own addresses.
   *
   * @param prefix bits of the network
   * @param mac six octets
   */
  record Local(Inet4Address address, int prefix, byte[] mac) {

    byte[] mask() {
      return octets(bits());
    }

    private int bits() {
      return prefix == 0 ? 0 : -1 << Integer.SIZE - prefix;
    }

    private static byte[] octets(int bits) {
      return new byte[] {
        (byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits
      };
    }

    /** Of the network: the highest address. */
    byte[] broadcast() {
      return octets(number(address) | ~bits());
    }

    boolean reaches(InetAddress other) {
      return other instanceof Inet4Address four
          && (number(four) & bits()) == (number(address) & bits());
    }

    private static int number(Inet4Address address) {
      byte[] b = address.getAddress();
      return (b[0] & 0xFF) << 24 | (b[1] & 0xFF) << 16 | (b[2] & 0xFF) << 8 | b[3] & 0xFF;
    }
  }

  /** The address by which that one reaches us. */
  Local towards(InetAddress other) {
    List<Local> now = locals.get();
    return now.stream().filter(local -> local.reaches(other)).findFirst().orElse(now.getFirst());
  }
}
