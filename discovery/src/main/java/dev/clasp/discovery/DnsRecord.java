package dev.clasp.discovery;

/**
 * A resource record of the class IN. Immutable.
 *
 * @param flush what others remember of this name and type is out of date (RFC 6762 section 10.2)
 * @param ttl seconds, 0 to 2^32-1; 0 = goodbye
 */
record DnsRecord(DnsName name, boolean flush, long ttl, DnsData data) {

  int type() {
    return data.type();
  }

  DnsRecord withTtl(long value) {
    return new DnsRecord(name, flush, value, data);
  }

  DnsRecord withFlush(boolean value) {
    return new DnsRecord(name, value, ttl, data);
  }

  /** The same but for the time. */
  boolean says(DnsRecord other) {
    return name.equals(other.name) && data.equals(other.data);
  }
}
