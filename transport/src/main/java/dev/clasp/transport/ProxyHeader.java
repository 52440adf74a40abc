package dev.clasp.transport;

import dev.clasp.protocol.Bytes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * The header that a proxy puts in front of a connection to say whose it is: version 2 of the PROXY
 * protocol (its specification, section 2.2). Bounded; never reads beyond the header.
 *
 * @param length bytes of the header
 * @param source whom the proxy speaks for; empty for the proxy itself (LOCAL) and for kinds of
 *     addresses other than TCP over IP
 */
record ProxyHeader(int length, Optional<InetSocketAddress> source) {

  /** Signature, version with command, kind of addresses, length of the rest. */
  static final int FIXED = 16;

  /** Longest rest: the addresses, and room for the extensions that proxies in use add. */
  static final int MAX_REST = 520;

  private static final int VERSION_2 = 0x20;
  private static final int LOCAL = 0;
  private static final int COMMAND_PROXY = 1;
  private static final int TCP_IPV4 = 0x11;
  private static final int TCP_IPV6 = 0x21;

  /**
   * Reads the header that begins at the offset.
   *
   * @return empty if more bytes are needed
   * @throws Violation it is not one that is understood
   */
  static Optional<ProxyHeader> read(byte[] b, int offset, int available) {
    if (available < FIXED) {
      return Optional.empty();
    }
    int command = b[offset + 12] & 0xFF;
    int rest = Bytes.u16(b, offset + 14);
    if ((command & 0xF0) != VERSION_2 || (command & 0x0F) > COMMAND_PROXY) {
      throw new Violation(1002, "PROXY header with version and command " + command);
    }
    if (rest > MAX_REST) {
      throw new Violation(1009, "PROXY header of " + rest + " bytes, at most " + MAX_REST);
    }
    if (available < FIXED + rest) {
      return Optional.empty();
    }
    int kind = b[offset + 13] & 0xFF;
    int length = FIXED + rest;
    int width = kind == TCP_IPV4 ? 4 : kind == TCP_IPV6 ? 16 : 0;
    if ((command & 0x0F) == LOCAL || width == 0) {
      return Optional.of(new ProxyHeader(length, Optional.empty()));
    }
    if (rest < 2 * width + 4) {
      throw new Violation(1002, "PROXY header without its addresses");
    }
    int at = offset + FIXED;
    return Optional.of(
        new ProxyHeader(
            length,
            Optional.of(
                new InetSocketAddress(
                    address(Arrays.copyOfRange(b, at, at + width)),
                    Bytes.u16(b, at + 2 * width)))));
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 and 16 bytes are addresses", e);
    }
  }
}
