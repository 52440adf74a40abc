package dev.clasp.bridgehttp;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 (RFC 2104) over the bytes of a webhook, as webhooks are signed by convention.
 * Immutable; the secret is in no text.
 */
final class Signature {

  /** How it is written. */
  enum Form {
    /**
     * {@code t=1700000000,v1=HEX}: of the time in Unix seconds, a dot, and the body. Several v1 are
     * allowed, so that secrets can be changed.
     */
    TIMESTAMPED("Clasp-Signature"),
    /** {@code sha256=HEX}: of the body. */
    SHA256("X-Hub-Signature-256"),
    /** {@code HEX}: of the body. */
    HEX("X-Signature");

    private final String header;

    Form(String header) {
      this.header = header;
    }

    /** Where it is if the user says nothing else. */
    String header() {
      return header;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Form of(String key) {
      return valueOf(key.toUpperCase(Locale.ROOT));
    }

    static List<String> keys() {
      List<String> keys = new ArrayList<>();
      for (Form form : values()) {
        keys.add(form.key());
      }
      return keys;
    }
  }

  /** What a check says. */
  sealed interface Verdict {
    /**
     * It is genuine.
     *
     * @param mark the same again only if the same is sent again; empty if the form has no time, and
     *     two equal messages may both be meant
     */
    record Genuine(String mark) implements Verdict {}

    /** It is not; the sentence is for the sender and the log. */
    record Refused(String why) implements Verdict {}
  }

  private static final int MAX_HEADER = 4096;
  private static final int MAX_PARTS = 16;
  private static final int MAC_LENGTH = 32;

  private final SecretKeySpec key;
  private final Form form;
  private final String header;
  private final long toleranceSeconds;

  /**
   * @param toleranceSeconds how far the clocks of sender and receiver may be apart
   */
  Signature(byte[] secret, Form form, String header, long toleranceSeconds) {
    this.key = new SecretKeySpec(secret, "HmacSHA256");
    this.form = form;
    this.header = header;
    this.toleranceSeconds = toleranceSeconds;
  }

  String header() {
    return header;
  }

  Form form() {
    return form;
  }

  long toleranceSeconds() {
    return toleranceSeconds;
  }

  /** The header of a message. */
  String sign(byte[] body, long unixSeconds) {
    String hex = HexFormat.of().formatHex(mac(signed(body, unixSeconds)));
    return switch (form) {
      case TIMESTAMPED -> "t=" + unixSeconds + ",v1=" + hex;
      case SHA256 -> "sha256=" + hex;
      case HEX -> hex;
    };
  }

  private byte[] signed(byte[] body, long unixSeconds) {
    if (form != Form.TIMESTAMPED) {
      return body;
    }
    byte[] time = (unixSeconds + ".").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[time.length + body.length];
    System.arraycopy(time, 0, all, 0, time.length);
    System.arraycopy(body, 0, all, time.length, body.length);
    return all;
  }

  private byte[] mac(byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no HMAC-SHA256", e);
    }
  }

  /** Looks at the header of a message that has come. Constant time for a given header. */
  Verdict verify(String text, byte[] body, long unixSeconds) {
    if (text.length() > MAX_HEADER) {
      return new Verdict.Refused("the signature is too long");
    }
    long time = unixSeconds;
    List<String> digests = new ArrayList<>();
    switch (form) {
      case TIMESTAMPED -> {
        String[] parts = text.split(",", -1);
        String when = "";
        for (int i = 0; i < parts.length && i < MAX_PARTS; i++) {
          String part = parts[i].strip();
          if (part.startsWith("t=")) {
            when = part.substring(2);
          } else if (part.startsWith("v1=")) {
            digests.add(part.substring(3));
          }
        }
        if (!when.matches("[0-9]{1,12}")) {
          return new Verdict.Refused("the signature has no time: it looks like t=SECONDS,v1=HEX");
        }
        time = Long.parseLong(when);
      }
      case SHA256 -> {
        if (!text.strip().startsWith("sha256=")) {
          return new Verdict.Refused("the signature looks like sha256=HEX");
        }
        digests.add(text.strip().substring(7));
      }
      case HEX -> digests.add(text.strip());
    }
    byte[] right = mac(signed(body, time));
    boolean genuine = false;
    for (String digest : digests) {
      if (digest.length() == 2 * MAC_LENGTH && digest.matches("[0-9a-fA-F]*")) {
        genuine |= MessageDigest.isEqual(right, HexFormat.of().parseHex(digest));
      }
    }
    if (!genuine) {
      return new Verdict.Refused("the signature is not that of this message");
    }
    if (Math.abs(unixSeconds - time) > toleranceSeconds) {
      return new Verdict.Refused(
          "the signature is too old, or the clocks are more than " + toleranceSeconds + " s apart");
    }
    return new Verdict.Genuine(form == Form.TIMESTAMPED ? HexFormat.of().formatHex(right) : "");
  }

  @Override
  public String toString() {
    return form.key() + " in " + header;
  }
}
