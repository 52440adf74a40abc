package dev.clasp.security;

import java.util.Optional;
import java.util.function.Consumer;

/** Decides who may come in. Thread-safe. */
public interface Authenticator {

  /** Lets everybody in with every right, whatever the token. */
  Authenticator OPEN = (token, peer, answer) -> answer.accept(new Login.Admitted(Identity.ANYBODY));

  /**
   * Looks at the token of a HELLO. Never blocks: what takes long is done elsewhere.
   *
   * @param token absent or not empty
   * @param peer address of the client, for the log and for the limit of attempts
   * @param answer called exactly once, during this call or later, on any thread
   */
  void authenticate(Optional<String> token, String peer, Consumer<Login> answer);
}
