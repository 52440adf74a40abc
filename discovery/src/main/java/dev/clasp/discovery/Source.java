package dev.clasp.discovery;

import java.net.InetAddress;
import java.util.HexFormat;

/**
 * Who sends a request, as far as limits are concerned: an IPv4 address, or an IPv6 network of 64
 * bits, of which whoever has one address usually has all.
 *
 * @param local this machine, which has no limits
 */
record Source(String key, boolean local) {

  static Source of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return new Source(
        bytes.length == 4
            ? address.getHostAddress()
            : HexFormat.of().formatHex(bytes, 0, 8) + "/64",
        address.isLoopbackAddress());
  }
}
