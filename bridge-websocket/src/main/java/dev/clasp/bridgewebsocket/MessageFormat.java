package dev.clasp.bridgewebsocket;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What messages are, both ways (bridges.md 10.1 and 10.7). */
enum MessageFormat {
  /** {@code {"address":…,"value":…}}. */
  JSON("json"),
  /** Frames of CLASP, whatever the name says: the published bridges call them so. */
  MSGPACK("msgpack"),
  /** Values without addresses: text as text, bytes as binary, all else as JSON. */
  RAW("raw"),
  /** The maps of {@link #JSON} as MessagePack. */
  MESSAGEPACK("messagepack"),
  /** The maps of {@link #JSON} as CBOR (RFC 8949). */
  CBOR("cbor"),
  /** Requests and subscriptions of each client (bridges.md 10.5). */
  JSON_RPC("json-rpc");

  final String key;

  MessageFormat(String key) {
    this.key = key;
  }

  static Optional<MessageFormat> of(String key) {
    return Arrays.stream(values()).filter(format -> format.key.equals(key)).findFirst();
  }

  static List<String> keys() {
    return Arrays.stream(values()).map(format -> format.key).toList();
  }
}
