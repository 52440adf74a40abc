package dev.clasp.server;

import dev.clasp.security.PairingEvent;
import dev.clasp.security.TokenIssuer;
import java.util.function.Consumer;

/**
 * Pairing: clients get a token for a code that the server shows.
 *
 * @param issuer makes the tokens; the server's authenticator must know them
 * @param witness is told what happens, for an audit log, on the thread on which it does; must
 *     neither wait nor throw. The server writes its own log in any case
 */
public record PairingConfig(TokenIssuer issuer, Consumer<PairingEvent> witness) {

  public PairingConfig(TokenIssuer issuer) {
    this(issuer, event -> {});
  }
}
