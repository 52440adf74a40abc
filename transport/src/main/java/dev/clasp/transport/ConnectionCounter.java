package dev.clasp.transport;

import java.util.Locale;

/**
 * What became of connections, in one list: each counts once when it arrives and once more if it was
 * turned away. Totals since start.
 */
public enum ConnectionCounter {
  ACCEPTED("result=accepted", "Connections that were taken"),
  WEBSOCKETS("transport=websocket", "Of those, the ones that became WebSockets"),
  TCP("transport=tcp", "Of those, the ones that speak CLASP over TCP"),
  QUIC("transport=quic", "Of those, the ones over QUIC"),
  UDP("transport=udp", "Of those, the ones over UDP"),
  MQTT("transport=mqtt", "Of those, the ones that speak MQTT"),
  HTTP2("transport=http2", "Of those, the ones that speak HTTP/2"),
  TLS("security=tls", "Of those, the ones inside TLS"),
  STREAMED("answer=streamed", "Answers of pages that were sent piece by piece"),
  STREAM_CUT("answer=cut", "Of those, the ones that were cut off because nobody read them"),
  REFUSED_TOTAL("result=limit", "Refused: too many connections in all"),
  REFUSED_ADDRESS("result=ip_limit", "Refused: too many from one address"),
  REFUSED_UNAUTHENTICATED(
      "result=ip_unauthenticated", "Refused: too many from one address that are not let in yet"),
  REFUSED_RATE("result=ip_rate", "Refused: one address connects too often"),
  PACED("result=paced", "Times that new connections had to wait, because too many came at once"),
  ACCEPT_FAILED("result=accept_error", "Times that the system could not give us a connection"),
  DISPLACED("result=displaced", "Closed to make room, because they were not let in yet"),
  TIMED_OUT("result=handshake_timeout", "Closed: they did not say in time what they want"),
  REFUSED_ORIGIN("result=origin", "Refused: web pages that may not connect"),
  REFUSED_PROXY("result=proxy", "Refused: what a proxy says cannot be used, or it is not trusted"),
  REFUSED_TLS("result=tls_error", "Refused: TLS that failed, or that this listener does not speak"),
  REFUSED_PLAIN("result=plain", "Refused: no TLS, which this listener insists on"),
  REFUSED_MQTT("result=mqtt", "Refused: MQTT, which this listener does not speak"),
  REFUSED_HTTP2("result=http2_flood", "Ended: HTTP/2 that asks for too much"),
  REFUSED_DISABLED("result=disabled", "Refused: a protocol that is switched off"),
  REFUSED_UNKNOWN("result=protocol_error", "Refused: nothing that is known here");

  private final String label;
  private final String help;

  ConnectionCounter(String label, String help) {
    this.label = label;
    this.help = help;
  }

  /** Name in the status API: {@code timed_out}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Name of the time series that all of them share. */
  public String series() {
    return "clasp_connections_total";
  }

  /** {@code name=value}. */
  public String label() {
    return label;
  }

  public String help() {
    return help;
  }
}
