package dev.clasp.security;

import java.util.Optional;

/**
 * What the router makes of a token that somebody asks about, without letting anybody in.
 *
 * @param identity whom it shows, also if it does not let in; empty if the router does not know it
 * @param refusal why it does not let in, in a few words; empty if it does
 */
public record Judgement(Optional<Identity> identity, Optional<String> refusal) {

  static Judgement good(Identity identity) {
    return new Judgement(Optional.of(identity), Optional.empty());
  }

  static Judgement bad(Optional<Identity> identity, String why) {
    return new Judgement(identity, Optional.of(why));
  }
}
