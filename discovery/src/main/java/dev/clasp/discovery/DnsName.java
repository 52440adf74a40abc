package dev.clasp.discovery;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A domain name. Labels are bytes, kept as strings with a character for each byte, so that whatever
 * the network sends comes back as it was. Two are equal if they differ only in the case of ASCII
 * letters (RFC 6762 section 16). Immutable.
 */
final class DnsName {

  static final int LONGEST_LABEL = 63;

  /** With the lengths of the labels and the zero at the end (RFC 1035 section 2.3.4). */
  static final int LONGEST = 255;

  private final List<String> labels;
  private final String key;

  private DnsName(List<String> labels) {
    int length = 1;
    StringBuilder folded = new StringBuilder();
    for (String label : labels) {
      if (label.isEmpty() || label.length() > LONGEST_LABEL) {
        throw new DnsFormatException("a label has 1 to 63 bytes, not " + label.length());
      }
      length += 1 + label.length();
      folded.append((char) label.length());
      for (int i = 0; i < label.length(); i++) {
        char c = label.charAt(i);
        folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
      }
    }
    if (length > LONGEST) {
      throw new DnsFormatException("a name has at most 255 bytes, not " + length);
    }
    this.labels = List.copyOf(labels);
    this.key = folded.toString();
  }

  /** From labels as text; a dot in one is data. */
  static DnsName of(String... texts) {
    List<String> labels = new ArrayList<>();
    for (String text : texts) {
      labels.add(raw(text));
    }
    return new DnsName(labels);
  }

  /** From labels with a character for each byte. */
  static DnsName ofLabels(List<String> labels) {
    return new DnsName(labels);
  }

  /** This name in front of another. */
  static DnsName of(String first, DnsName rest) {
    List<String> labels = new ArrayList<>();
    labels.add(raw(first));
    labels.addAll(rest.labels);
    return new DnsName(labels);
  }

  /** A character for each byte of the text in UTF-8. */
  static String raw(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** The text that such a string stands for; what is no UTF-8 is replaced. */
  static String text(String raw) {
    return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  List<String> labels() {
    return labels;
  }

  /** Whether this is a label in front of the other. */
  boolean isChildOf(DnsName other) {
    return labels.size() == other.labels.size() + 1
        && key.length() > other.key.length()
        && key.substring(1 + labels.getFirst().length()).equals(other.key);
  }

  /** The first label as text; empty for the root. */
  String first() {
    return labels.isEmpty() ? "" : text(labels.getFirst());
  }

  /** {@code Studio._clasp._tcp.local.}, dots inside a label as they are. */
  String text() {
    StringBuilder all = new StringBuilder();
    labels.forEach(label -> all.append(text(label)).append('.'));
    return all.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DnsName name && key.equals(name.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return text();
  }
}
