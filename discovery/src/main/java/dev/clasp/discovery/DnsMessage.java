package dev.clasp.discovery;

import java.util.List;

/**
 * A message of the multicast DNS (RFC 6762 section 18). Immutable.
 *
 * @param id 0, except from and to those who do not know of multicast
 */
record DnsMessage(
    int id,
    int flags,
    List<DnsQuestion> questions,
    List<DnsRecord> answers,
    List<DnsRecord> authorities,
    List<DnsRecord> additionals) {

  static final int RESPONSE = 0x8000;
  static final int AUTHORITATIVE = 0x0400;

  /** More known answers follow. */
  static final int TRUNCATED = 0x0200;

  /** Kind of query and error: zero in everything that concerns us. */
  private static final int KIND_OR_ERROR = 0x780F;

  DnsMessage {
    questions = List.copyOf(questions);
    answers = List.copyOf(answers);
    authorities = List.copyOf(authorities);
    additionals = List.copyOf(additionals);
  }

  static DnsMessage query(List<DnsQuestion> questions, List<DnsRecord> known) {
    return new DnsMessage(0, 0, questions, known, List.of(), List.of());
  }

  static DnsMessage probe(List<DnsQuestion> questions, List<DnsRecord> claims) {
    return new DnsMessage(0, 0, questions, List.of(), claims, List.of());
  }

  static DnsMessage response(List<DnsRecord> answers, List<DnsRecord> additionals) {
    return new DnsMessage(0, RESPONSE | AUTHORITATIVE, List.of(), answers, List.of(), additionals);
  }

  DnsMessage withTruncated() {
    return new DnsMessage(id, flags | TRUNCATED, questions, answers, authorities, additionals);
  }

  boolean isResponse() {
    return (flags & RESPONSE) != 0;
  }

  boolean isTruncated() {
    return (flags & TRUNCATED) != 0;
  }

  /** An ordinary query or a successful response. */
  boolean isOrdinary() {
    return (flags & KIND_OR_ERROR) == 0;
  }
}
