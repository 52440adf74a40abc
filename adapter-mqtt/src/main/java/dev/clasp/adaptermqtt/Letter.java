package dev.clasp.adaptermqtt;

/**
 * A message with QoS 1 or 2 on its way to one client, kept until the client has it.
 *
 * @param ids of the subscriptions that it is for
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Letter(Post post, int qos, boolean retain, int[] ids) {

  private static final int OVERHEAD = 64;

  /** What it counts, though several clients may share its payload. */
  int bytes() {
    return OVERHEAD + post.payload.length + post.properties.length;
  }

  boolean expired(long now) {
    return post.expires != Original.NEVER && post.expires - now <= 0;
  }
}
