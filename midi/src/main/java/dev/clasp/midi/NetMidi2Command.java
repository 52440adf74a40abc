package dev.clasp.midi;

import java.util.List;

/**
 * What the two sides of a session of Network MIDI 2.0 (UDP) say to each other (M2-124-UM 1.0,
 * sections 5 and 6): a byte that says which, the length of what follows in words, two bytes and the
 * words. Immutable.
 *
 * <p>Names have no control characters and at most {@link #LONGEST_NAME} bytes of UTF-8; digests and
 * nonces are written in hexadecimal.
 */
public sealed interface NetMidi2Command {

  /** Bytes of the name of an endpoint. */
  int LONGEST_NAME = 98;

  /** Bytes of the identity of a product. */
  int LONGEST_PRODUCT = 42;

  /** Words of UMP Data (section 7.1). */
  int MOST_WORDS = 64;

  /** Bytes of a nonce and of a digest (sections 6.7 and 6.9). */
  int NONCE_BYTES = 16;

  int DIGEST_BYTES = 32;

  /** Capabilities of who invites (section 6.4, table 11). */
  int CAN_AUTHENTICATE = 1;

  int CAN_AUTHENTICATE_USER = 2;

  /** Reasons of a NAK (section 6.15, table 25). */
  int NAK_OTHER = 0x00;

  int NAK_NOT_SUPPORTED = 0x01;
  int NAK_NOT_EXPECTED = 0x02;
  int NAK_MALFORMED = 0x03;
  int NAK_BAD_PING_REPLY = 0x20;

  /** Reasons of a Bye (section 6.16). */
  int BYE_UNKNOWN = 0x00;

  int BYE_ENDED = 0x01;
  int BYE_POWER_DOWN = 0x02;
  int BYE_TOO_MUCH_LOST = 0x03;
  int BYE_TIMEOUT = 0x04;
  int BYE_NO_SESSION = 0x05;
  int BYE_NOTHING_PENDING = 0x06;
  int BYE_PROTOCOL_ERROR = 0x07;
  int BYE_TOO_MANY = 0x40;
  int BYE_NOT_AUTHENTICATED = 0x41;
  int BYE_REFUSED = 0x42;
  int BYE_AUTHENTICATION_FAILED = 0x43;
  int BYE_NO_SUCH_USER = 0x44;
  int BYE_NO_MATCHING_METHOD = 0x45;
  int BYE_CANCELED = 0x80;

  /** {@code 01}: may I take part? */
  record Invitation(int capabilities, String name, String product) implements NetMidi2Command {}

  /** {@code 02}. */
  record Authentication(String digest) implements NetMidi2Command {}

  /** {@code 03}. */
  record UserAuthentication(String digest, String user) implements NetMidi2Command {}

  /** {@code 10}. */
  record Accepted(String name, String product) implements NetMidi2Command {}

  /** {@code 11}: somebody is being asked. */
  record Pending(String name, String product) implements NetMidi2Command {}

  /**
   * {@code 12}, and {@code 13} with a user.
   *
   * @param state 0 for the first time, 1 after a wrong digest, 2 for a user who is not known
   */
  record AuthenticationRequired(boolean user, int state, String nonce, String name, String product)
      implements NetMidi2Command {}

  /** {@code 20}. */
  record Ping(int id) implements NetMidi2Command {}

  /** {@code 21}. */
  record PingReply(int id) implements NetMidi2Command {}

  /**
   * {@code 80}.
   *
   * @param count how many from there on; 0 for all there are
   */
  record RetransmitRequest(int sequence, int count) implements NetMidi2Command {}

  /**
   * {@code 81}.
   *
   * @param reason 0 unknown, 1 it is not kept any more
   * @param sequence the first that is still there
   */
  record RetransmitError(int reason, int sequence) implements NetMidi2Command {}

  /** {@code 82}. */
  record Reset() implements NetMidi2Command {}

  /** {@code 83}. */
  record ResetReply() implements NetMidi2Command {}

  /**
   * {@code 8F}.
   *
   * @param header of the command that is refused
   */
  record Nak(int reason, int header, String text) implements NetMidi2Command {
    /** The command that is refused. */
    public int code() {
      return header >>> 24;
    }
  }

  /** {@code F0}: it is over. */
  record Bye(int reason, String text) implements NetMidi2Command {}

  /** {@code F1}. */
  record ByeReply() implements NetMidi2Command {}

  /**
   * {@code FF}.
   *
   * @param sequence 0 to 65535, one more each time
   * @param packets whole ones, together at most {@link #MOST_WORDS} words; none says only that
   *     there was nothing else
   */
  record UmpData(int sequence, List<Ump> packets) implements NetMidi2Command {
    public UmpData {
      Range.check("sequence", sequence, 0, 0xFFFF);
      packets = List.copyOf(packets);
    }

    /** Words of all of them. */
    public int words() {
      int words = 0;
      for (Ump packet : packets) {
        words += packet.words().length;
      }
      return words;
    }
  }

  /**
   * One that is not known, or is damaged.
   *
   * @param header its first word
   */
  record Unknown(int header, boolean damaged) implements NetMidi2Command {}
}
