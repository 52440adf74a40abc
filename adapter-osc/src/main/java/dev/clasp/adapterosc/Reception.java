package dev.clasp.adapterosc;

import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.protocol.ErrorCode;
import java.net.InetAddress;
import java.util.Optional;

/** Decides who gets a session, by the first packet. Thread-safe. */
final class Reception {

  private final Surroundings around;

  Reception(Surroundings around) {
    this.around = around;
  }

  /**
   * Somebody may come in.
   *
   * @param proven his address cannot be forged, or it does no harm
   */
  record Ticket(Optional<String> token, boolean proven) {}

  /** Either of them, or neither: then nobody should be told anything. */
  record Verdict(Optional<Ticket> ticket, Optional<OscMessage> refusal) {}

  /**
   * Reads a packet, with less patience than the codec has: what begins with neither a slash nor a
   * bundle is no OSC, and whoever sends rubbish gets no session for it.
   *
   * @throws OscException it is none
   */
  static OscPacket read(byte[] buffer, int offset, int length) throws OscException {
    if (length == 0 || buffer[offset] != '/' && buffer[offset] != '#') {
      throw new OscException("a packet begins with a slash or with #bundle");
    }
    return OscCodec.decode(buffer, offset, length);
  }

  /**
   * Looks at somebody who has no session.
   *
   * @param connected over TCP: the address is not forged
   */
  Verdict judge(InetAddress source, Hosts.Host host, OscPacket first, boolean connected) {
    OscMessage message = Reserved.first(first);
    if (message == null || isAnswer(message.address())) {
      return new Verdict(Optional.empty(), Optional.empty());
    }
    Optional<OscAllowance> allowance = around.allowance(source);
    Optional<String> shown = Reserved.token(first);
    Optional<String> token = shown.or(() -> allowance.flatMap(OscAllowance::token));
    if (around.wantsTokens() && token.isEmpty()) {
      return refused(
          OscCounter.REFUSED_TOKEN,
          ErrorCode.UNAUTHORIZED,
          "send your token first: /clasp/auth ,s TOKEN",
          message.address());
    }
    if (shown.isPresent() && !host.mayTryToken(around.now())) {
      return refused(
          OscCounter.REFUSED_TOKEN,
          ErrorCode.TOO_MANY,
          "too many tokens in a second",
          Reserved.AUTH);
    }
    Optional<String> full = host.enter();
    if (full.isPresent()) {
      return refused(OscCounter.REFUSED_FULL, ErrorCode.UNAVAILABLE, full.get(), message.address());
    }
    boolean proven = connected || source.isLoopbackAddress() || allowance.isPresent();
    return new Verdict(Optional.of(new Ticket(token, proven)), Optional.empty());
  }

  /** Never answered, or two routers would talk for ever. */
  private static boolean isAnswer(String address) {
    return switch (address) {
      case Reserved.ERROR, Reserved.PONG, Reserved.ADDRESS, Reserved.LISTED, Reserved.BYE -> true;
      default -> false;
    };
  }

  private Verdict refused(OscCounter counter, int code, String text, String address) {
    around.counts().add(counter);
    return new Verdict(Optional.empty(), Optional.of(Reserved.error(code, text, address)));
  }
}
