package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;

/** MIDI over the network: RTP-MIDI, with sessions as Apple has them. */
final class RtpMidiScheme implements MidiScheme {

  private static final String INVITE = "rtp://";
  private static final String LISTEN = "rtp-listen://";
  private static final String FIND = "rtp-find://";

  @Override
  public List<String> names() {
    return List.of("rtp", "rtp-listen", "rtp-find");
  }

  @Override
  public List<String> help() {
    return List.of(
        "rtp://HOST:PORT              an RTP-MIDI session that we ask to join (Mac, iPad, rtpMIDI)",
        "rtp-listen://ADDRESS:PORT    one that others may join; 0.0.0.0:5004 for the whole network",
        "rtp-find://NAME              one that is found by its name, * and ? allowed");
  }

  @Override
  public MidiPort port(String address, Map<String, Value> options, EndpointContext context) {
    String[] parts = address.split("\\?(?=[a-z]+=)", 2);
    RtpMidiConfig config = config(parts[0]);
    return new RtpMidiPort(
        parts[0],
        (parts.length > 1 ? config.with(PortOptions.query(parts[1])) : config).with(options),
        context);
  }

  static RtpMidiConfig config(String address) {
    if (address.startsWith(INVITE) && address.length() > INVITE.length()) {
      return RtpMidiConfig.inviting(where(address, INVITE, false));
    }
    if (address.startsWith(LISTEN)) {
      return RtpMidiConfig.listening(where(address, LISTEN, true));
    }
    if (address.startsWith(FIND) && address.length() > FIND.length()) {
      return RtpMidiConfig.finding(address.substring(FIND.length()));
    }
    throw BridgeException.lasting(
        "the address must be rtp://HOST:PORT, rtp-listen://ADDRESS:PORT or rtp-find://NAME, not "
            + address);
  }

  private static HostPort where(String address, String scheme, boolean ours) {
    String rest = address.substring(scheme.length()).replaceFirst("/$", "");
    HostPort where = HostPort.parse("the address", rest.isEmpty() ? ":" : rest, RtpMidiConfig.PORT);
    if (!ours && where.port() == 0) {
      throw BridgeException.lasting("there is no port 0 in " + address + "; the usual one is 5004");
    }
    if (where.port() == 65_535) {
      throw BridgeException.lasting(
          "behind port 65535 there is none for data; the usual one is 5004");
    }
    return where.host().isEmpty() ? new HostPort(RtpMidiConfig.HERE, where.port()) : where;
  }

  @Override
  public List<FoundPort> list(long nanos) {
    return MidiNeighbours.list(MidiNeighbours.RTP, "rtp", INVITE, nanos);
  }
}
