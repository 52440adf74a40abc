package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;

/** MIDI 2.0 over the network: Network MIDI 2.0 (UDP). */
final class NetMidi2Scheme implements MidiScheme {

  private static final String INVITE = "midi2://";
  private static final String LISTEN = "midi2-listen://";
  private static final String FIND = "midi2-find://";

  @Override
  public List<String> names() {
    return List.of("midi2", "midi2-listen", "midi2-find");
  }

  @Override
  public List<String> help() {
    return List.of(
        "midi2://HOST:PORT            a Network MIDI 2.0 (UDP) host that we ask to let us in",
        "midi2-listen://ADDRESS:PORT  be such a host; 0.0.0.0:5673 for the whole network",
        "midi2-find://NAME            a host that is found by its name, * and ? allowed");
  }

  @Override
  public MidiPort port(String address, Map<String, Value> options, EndpointContext context) {
    String[] parts = address.split("\\?(?=[a-z_]+=)", 2);
    NetMidi2Config config = config(parts[0]);
    if (parts.length > 1) {
      Map<String, Value> query = PortOptions.query(parts[1]);
      if (query.containsKey("secret")) {
        throw BridgeException.lasting(
            "an address is shown to everybody: put the secret into a file, secret_file=PATH, or"
                + " under options");
      }
      config = config.with(query);
    }
    return new NetMidi2Port(parts[0], config.with(options).checked(), context);
  }

  static NetMidi2Config config(String address) {
    if (address.startsWith(INVITE) && address.length() > INVITE.length()) {
      HostPort where = where(address, INVITE);
      if (where.port() == 0) {
        throw BridgeException.lasting("there is no port 0 in " + address);
      }
      return NetMidi2Config.inviting(where);
    }
    if (address.startsWith(LISTEN)) {
      return NetMidi2Config.listening(where(address, LISTEN));
    }
    if (address.startsWith(FIND) && address.length() > FIND.length()) {
      return NetMidi2Config.finding(address.substring(FIND.length()));
    }
    throw BridgeException.lasting(
        "the address must be midi2://HOST:PORT, midi2-listen://ADDRESS:PORT or midi2-find://NAME,"
            + " not "
            + address);
  }

  private static HostPort where(String address, String scheme) {
    String rest = address.substring(scheme.length()).replaceFirst("/$", "");
    HostPort where =
        HostPort.parse("the address", rest.isEmpty() ? ":" : rest, NetMidi2Config.PORT);
    return where.host().isEmpty() ? new HostPort(NetMidi2Config.HERE, where.port()) : where;
  }

  @Override
  public List<FoundPort> list(long nanos) {
    return MidiNeighbours.list(MidiNeighbours.MIDI2, "midi2", INVITE, nanos);
  }
}
