package dev.clasp.discovery;

/**
 * A question in the class IN or any. Immutable.
 *
 * @param unicast the answer may go to who asks only (RFC 6762 section 5.4)
 */
record DnsQuestion(DnsName name, int type, boolean unicast) {

  boolean asksFor(DnsRecord answer) {
    return name.equals(answer.name()) && (type == DnsData.ANY || type == answer.type());
  }
}
