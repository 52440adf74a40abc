package dev.clasp.webrtc;

import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Signals as values and back (transports.md 8.2). Unknown entries are ignored; everything that is
 * taken over is bounded.
 */
final class SignalCodec {

  static final String ANNOUNCE = "/clasp/p2p/announce";

  static final String WEBRTC = "webrtc";

  /** Takes introductions and relayed data. Ours. */
  static final String RELAY = "relay";

  /** In the order of the reference, with what is ours behind. */
  static final List<String> FEATURES = List.of(WEBRTC, "reliable", "unreliable", RELAY);

  /** Without {@code webrtc}: who wants no direct connections. */
  static final List<String> ROUTER_ONLY_FEATURES = List.of("reliable", "unreliable", RELAY);

  private SignalCodec() {}

  /** As the reference. */
  static final List<String> PEER_ONLY_FEATURES = List.of(WEBRTC, "reliable", "unreliable");

  /** Where the signals of a session go. */
  static String address(String session) {
    return "/clasp/p2p/signal/" + session;
  }

  /** True for what can be a session id in an address. */
  static boolean isSession(String text) {
    return !text.isEmpty()
        && text.length() <= Limits.MAX_SESSION
        && text.chars()
            .allMatch(c ->
                (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.:~@+=".indexOf(c) >= 0);
  }

  // --- out ---------------------------------------------------------------------------------------

  static Value announcement(String session, List<String> features) {
    Map<String, Value> map = new LinkedHashMap<>();
    putAnnouncement(map, session, features);
    return Value.of(map);
  }

  private static void putAnnouncement(
      Map<String, Value> map, String session, Iterable<String> features) {
    List<Value> texts = new ArrayList<>();
    features.forEach(feature -> texts.add(Value.of(feature)));
    map.put("session_id", Value.of(session));
    map.put("p2p_capable", Value.TRUE);
    map.put("features", Value.of(texts));
  }

  static Value encode(PeerSignal signal) {
    Map<String, Value> map = new LinkedHashMap<>();
    switch (signal) {
      case PeerSignal.Offer offer -> {
        put(map, "offer", offer);
        map.put("sdp", Value.of(offer.sdp()));
      }
      case PeerSignal.Answer answer -> {
        put(map, "answer", answer);
        map.put("sdp", Value.of(answer.sdp()));
      }
      case PeerSignal.IceCandidate ice -> {
        put(map, "ice_candidate", ice);
        map.put("candidate", Value.of(ice.candidate().json()));
      }
      case PeerSignal.Connected connected -> put(map, "connected", connected);
      case PeerSignal.Disconnected disconnected -> {
        put(map, "disconnected", disconnected);
        disconnected.reason().ifPresent(reason -> map.put("reason", Value.of(reason)));
      }
      case PeerSignal.Introduction introduction -> {
        put(map, "announce", introduction.from());
        putAnnouncement(map, introduction.from(), introduction.features());
        map.put("answer", Value.of(introduction.answer()));
      }
      case PeerSignal.Relayed relayed -> {
        put(map, "relay", relayed.from());
        map.put("reliable", Value.of(relayed.reliable()));
        map.put("data", Value.of(relayed.messages().stream().map(Value::of).toList()));
      }
    }
    return Value.of(map);
  }

  private static void put(Map<String, Value> map, String type, PeerSignal.OfAttempt signal) {
    put(map, type, signal.from());
    map.put("correlation_id", Value.of(signal.correlation()));
  }

  private static void put(Map<String, Value> map, String type, String from) {
    map.put("type", Value.of(type));
    map.put("from", Value.of(from));
  }

  // --- in ----------------------------------------------------------------------------------------

  /** Who announces itself, and what it can. */
  record Announcement(String session, boolean capable, Set<String> features) {}

  /**
   * @throws MalformedSignal with what is wrong
   */
  static Announcement decodeAnnouncement(Value value) {
    Map<String, Value> map = map(value);
    boolean capable = Value.TRUE.equals(map.getOrDefault("p2p_capable", Value.FALSE));
    return new Announcement(session(map, "session_id"), capable, features(map));
  }

  /**
   * @throws MalformedSignal with what is wrong
   */
  static PeerSignal decode(Value value) {
    Map<String, Value> map = map(value);
    String from = session(map, "from");
    String type = text(map, "type", 32);
    return switch (type) {
      case "offer" ->
          new PeerSignal.Offer(from, correlation(map), text(map, "sdp", Limits.MAX_SDP));
      case "answer" ->
          new PeerSignal.Answer(from, correlation(map), text(map, "sdp", Limits.MAX_SDP));
      case "ice_candidate" ->
          new PeerSignal.IceCandidate(
              from,
              correlation(map),
              Candidate.parse(text(map, "candidate", Limits.MAX_CANDIDATE)));
      case "connected" -> new PeerSignal.Connected(from, correlation(map));
      case "disconnected" -> new PeerSignal.Disconnected(from, correlation(map), reason(map));
      case "announce" ->
          new PeerSignal.Introduction(
              from, features(map), Value.TRUE.equals(map.getOrDefault("answer", Value.FALSE)));
      case "relay" ->
          new PeerSignal.Relayed(
              from, data(map), !Value.FALSE.equals(map.getOrDefault("reliable", Value.TRUE)));
      default -> throw new MalformedSignal("unknown type of signal");
    };
  }

  private static Map<String, Value> map(Value value) {
    if (value instanceof Value.Map(var entries)) {
      return entries;
    }
    throw new MalformedSignal("a signal is a map");
  }

  private static String text(Map<String, Value> map, String name, int max) {
    if (map.get(name) instanceof Value.Text(String text)
        && !text.isEmpty()
        && text.length() <= max) {
      return text;
    }
    throw new MalformedSignal(name + " is no text of 1 to " + max + " characters");
  }

  private static String session(Map<String, Value> map, String name) {
    String session = text(map, name, Limits.MAX_SESSION);
    if (!isSession(session)) {
      throw new MalformedSignal(name + " is no session id");
    }
    return session;
  }

  private static String correlation(Map<String, Value> map) {
    return text(map, "correlation_id", Limits.MAX_CORRELATION);
  }

  private static Optional<String> reason(Map<String, Value> map) {
    if (map.get("reason") instanceof Value.Text(String text) && !text.isEmpty()) {
      return Optional.of(text.substring(0, Math.min(text.length(), Limits.MAX_REASON)));
    }
    return Optional.empty();
  }

  private static Set<String> features(Map<String, Value> map) {
    Set<String> features = new LinkedHashSet<>();
    if (map.get("features") instanceof Value.Array(var values)) {
      for (Value each : values) {
        if (each instanceof Value.Text(String text)
            && text.length() <= Limits.MAX_FEATURE
            && features.size() < Limits.MAX_FEATURES) {
          features.add(text);
        }
      }
    }
    return features;
  }

  private static List<byte[]> data(Map<String, Value> map) {
    List<byte[]> messages = new ArrayList<>();
    // One alone need not be in an array: easier to write by hand.
    List<Value> values =
        map.get("data") instanceof Value.Array(var several)
            ? several
            : List.of(map.getOrDefault("data", Value.NULL));
    for (Value each : values) {
      if (!(each instanceof Value.Bytes bytes)) {
        throw new MalformedSignal("relayed data is not bytes");
      }
      messages.add(bytes.value());
    }
    if (messages.isEmpty()) {
      throw new MalformedSignal("relayed data is missing");
    }
    return messages;
  }
}
