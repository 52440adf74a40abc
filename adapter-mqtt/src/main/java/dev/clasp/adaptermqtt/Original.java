package dev.clasp.adaptermqtt;

import org.jspecify.annotations.Nullable;

/**
 * What a message was before it became a value: MQTT hands on payloads and properties as they are.
 *
 * @param payload null if the value gives it again byte for byte
 * @param properties that are handed on
 * @param expires monotonic nanoseconds; {@link #NEVER} for never
 * @param stamp of an event its time, of a value that is kept its place in the order of all
 * @param value tagged, for values that are kept: what they have to be for this to hold
 * @param older of the same address, for what is still on its way
 */
record Original(
    int qos,
    byte @Nullable [] payload,
    byte[] properties,
    long expires,
    long stamp,
    byte @Nullable [] value,
    @Nullable Original older) {

  static final long NEVER = Long.MAX_VALUE;

  private static final int OVERHEAD = 64;

  /** The same, in front of another one. */
  Original before(@Nullable Original next) {
    return new Original(qos, payload, properties, expires, stamp, value, next);
  }

  boolean expired(long now) {
    return expires != NEVER && expires - now <= 0;
  }

  int bytes() {
    return OVERHEAD
        + (payload == null ? 0 : payload.length)
        + properties.length
        + (value == null ? 0 : value.length);
  }
}
