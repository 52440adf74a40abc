package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;

/** A kind of ports that are named by an address: {@code raw:}, {@code tcp:}, {@code rtp:}. */
interface MidiScheme {

  /** What stands before the colon, in small letters; one scheme may have several. */
  List<String> names();

  /** For help: {@code rtp://HOST:PORT a session over the network}; one line each. */
  List<String> help();

  /**
   * Reads an address; opens nothing.
   *
   * @param address all of it: {@code rtp://studio.local:5004}
   * @param options further ones of the device that the user gave under {@code options}; a scheme
   *     refuses those that it does not know
   * @param context for time, later tasks and the name of the bridge; what happens is told to the
   *     listener of the port
   * @throws dev.clasp.bridge.spi.BridgeException lasting: says what is wrong with the address
   */
  MidiPort port(String address, Map<String, Value> options, EndpointContext context);

  /**
   * What is there to connect with, for {@code --list}; may look around on the network for as long
   * as given, and is empty if that makes no sense.
   */
  default List<FoundPort> list(long nanos) {
    return List.of();
  }
}
