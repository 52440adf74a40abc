package dev.clasp.security;

import dev.clasp.security.PairingJson.Addressed;
import dev.clasp.security.PairingJson.Content;
import dev.clasp.security.PairingJson.Sealed;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Second;
import java.security.SecureRandom;
import java.util.List;

/**
 * The client's side of pairing: makes its three messages and takes the three answers. For one
 * exchange; each method is for once, in the order in which they stand here. Whatever goes wrong
 * ends it. Costs tens of milliseconds. Not thread-safe.
 */
public final class PairingClient {

  private enum State {
    NEW,
    FIRST_SENT,
    SECOND_SENT,
    THIRD_SENT,
    ENDED
  }

  /**
   * What pairing gives.
   *
   * @param token the secret
   * @param scopes what may be done with it, as the server says
   * @param server name of the server
   */
  public record Paired(String token, List<String> scopes, String server) {
    public Paired {
      scopes = List.copyOf(scopes);
    }

    @Override
    public String toString() {
      return "Paired[scopes=" + scopes + ", server=" + server + "]";
    }
  }

  private final PairingParty party;
  private State state = State.NEW;
  private String exchange = "";

  /**
   * @param name what the client calls itself; the server keeps it with the token
   * @throws IllegalArgumentException it is no name: 1 to 64 characters, none that controls anything
   */
  public PairingClient(String name, PairingCode code, SecureRandom random) {
    PairingParty.violation(name)
        .ifPresent(problem -> {
          throw new IllegalArgumentException(problem);
        });
    party = new PairingParty(PairingParty.CLIENT + name, code, random);
  }

  /** The nearest that can be a name; {@code otherwise} if nothing is left. */
  public static String nameFrom(String text, String otherwise) {
    StringBuilder name = new StringBuilder();
    text.codePoints()
        .filter(c -> !Quoted.acts(c))
        .takeWhile(c -> name.length() + Character.charCount(c) <= PairingParty.MAX_NAME)
        .forEach(name::appendCodePoint);
    return name.toString().isBlank() ? otherwise : name.toString().strip();
  }

  /** The first message. */
  public byte[] first() {
    step(State.NEW, State.FIRST_SENT);
    return PairingJson.first(party.first());
  }

  /**
   * The second message.
   *
   * @param answer to the first
   * @throws PairingException of kind MALFORMED or REFUSED: it is no proper one
   */
  public byte[] second(byte[] answer) {
    step(State.FIRST_SENT, State.ENDED);
    Addressed<First> theirs = PairingJson.parseFirstAnswer(answer);
    exchange = theirs.exchange();
    party.first(theirs.round());
    byte[] message = PairingJson.second(exchange, party.second());
    state = State.SECOND_SENT;
    return message;
  }

  /**
   * The third message.
   *
   * @param answer to the second
   * @throws PairingException of kind MALFORMED or REFUSED: it is no proper one
   */
  public byte[] third(byte[] answer) {
    step(State.SECOND_SENT, State.ENDED);
    Second theirs = PairingJson.parseSecondAnswer(answer);
    party.second(theirs);
    byte[] message = PairingJson.third(exchange, party.third());
    state = State.THIRD_SENT;
    return message;
  }

  /**
   * The token. It comes from somebody who knows the code.
   *
   * @param answer to the third message
   * @throws PairingException of kind MALFORMED or REFUSED: the server does not know the code, or
   *     somebody changed its answer
   */
  public Paired finish(byte[] answer) {
    step(State.THIRD_SENT, State.ENDED);
    Sealed theirs = PairingJson.parseThirdAnswer(answer);
    party.third(theirs.third());
    Content content =
        PairingJson.parseContent(
            new PairingBox(party.keyingMaterial(), exchange).open(theirs.box()));
    return new Paired(content.token(), content.scopes(), party.otherName());
  }

  private void step(State expected, State next) {
    if (state != expected) {
      state = State.ENDED;
      throw new IllegalStateException("not the next step of the exchange");
    }
    state = next;
  }
}
