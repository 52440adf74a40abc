package dev.clasp.server;

import dev.clasp.security.PairingEvent;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in pairing, in the log of the server and for a witness. */
record PairingLog(Consumer<PairingEvent> witness) implements Consumer<PairingEvent> {

  private static final Logger LOG = LoggerFactory.getLogger(PairingLog.class);

  @Override
  public void accept(PairingEvent event) {
    // Names have no control characters, see PairingClient.
    switch (event) {
      case PairingEvent.Shown(var by, var scopes, var lifetime) ->
          LOG.info(
              "pairing: a code for {} is shown for {} s; asked for by {}",
              scopes,
              lifetime.toSeconds(),
              by);
      case PairingEvent.Withdrawn(var by) -> LOG.info("pairing: the code was taken back by {}", by);
      case PairingEvent.Started(var peer, var name) ->
          LOG.info("pairing: {} begins, which calls itself '{}'", peer, name);
      case PairingEvent.Failed(var peer, var name, var reason, var attemptsLeft) ->
          LOG.warn(
              "pairing: {} failed, which calls itself '{}': {}; {} attempts left",
              peer,
              name,
              reason,
              attemptsLeft);
      case PairingEvent.Exhausted() ->
          LOG.warn("pairing: the code has been tried too often and is void");
      case PairingEvent.Done(var peer, var name, var tokenId, var scopes) ->
          LOG.info("pairing: {} has a token now, '{}', id {}, for {}", peer, name, tokenId, scopes);
    }
    witness.accept(event);
  }
}
