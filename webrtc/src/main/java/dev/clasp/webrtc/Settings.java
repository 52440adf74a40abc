package dev.clasp.webrtc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Everything that peer connections are built from, as the builder collected it.
 *
 * @param admit asked, with the session id, whether a peer may connect and send
 */
record Settings(
    List<IceServer> iceServers,
    RoutingMode mode,
    Duration connectTimeout,
    Duration retryAfter,
    Function<? super String, ? extends CompletionStage<Boolean>> admit,
    Consumer<? super PeerEvent> listener) {

  Settings {
    iceServers = List.copyOf(iceServers);
  }

  List<String> features() {
    return mode == RoutingMode.ROUTER_ONLY
        ? SignalCodec.ROUTER_ONLY_FEATURES
        : mode == RoutingMode.PEER_ONLY ? SignalCodec.PEER_ONLY_FEATURES : SignalCodec.FEATURES;
  }
}
