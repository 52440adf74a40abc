package dev.clasp.webrtc;

/** Which ways data may take. */
public enum RoutingMode {
  /** Directly where a connection stands, else through the router. The default. */
  PREFER_PEER,
  /** Always through the router: no offer is made or answered, so no address is disclosed. */
  ROUTER_ONLY,
  /** Directly or not at all. */
  PEER_ONLY
}
