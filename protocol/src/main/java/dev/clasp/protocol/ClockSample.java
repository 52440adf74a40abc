package dev.clasp.protocol;

import java.util.Optional;

/**
 * The four times of one SYNC exchange (wire.md 9.2), in microseconds. Two clocks: {@code t1} and
 * {@code t4} are read from the client's, {@code t2} and {@code t3} from the router's. The clocks
 * need not have the same origin, and the client's may be negative.
 *
 * <p>The arithmetic is signed: a router whose clock is behind, or a clock that was set back between
 * two readings, gives negative numbers and no wrap-around.
 *
 * @param t1Micros the client sent the request
 * @param t2Micros the router received it
 * @param t3Micros the router sent the answer
 * @param t4Micros the client received the answer
 */
public record ClockSample(long t1Micros, long t2Micros, long t3Micros, long t4Micros) {

  /** No clock shows more, in either direction: 73,000 years. Four such times add up in a long. */
  private static final long MAX_TIME = 1L << 61;

  /**
   * The sample of an answered SYNC.
   *
   * @param reply the router's answer
   * @param arrivedMicros the client's clock when it arrived
   * @return empty if the message is not an answer: it lacks a time of the router
   */
  public static Optional<ClockSample> of(Message.Sync reply, long arrivedMicros) {
    if (reply.t2Micros().isEmpty() || reply.t3Micros().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ClockSample(
            reply.t1Micros(),
            reply.t2Micros().getAsLong(),
            reply.t3Micros().getAsLong(),
            arrivedMicros));
  }

  /**
   * HELLO and WELCOME as an exchange, for routers that do not answer SYNC. What the router does
   * between the two (checking a token, say) counts as time on the way, so this sample is worse than
   * that of a SYNC but not wrong.
   *
   * @param helloMicros the client's clock when it sent HELLO
   * @param timeMicros as in WELCOME
   * @param welcomeMicros the client's clock when WELCOME arrived
   */
  public static ClockSample ofWelcome(long helloMicros, long timeMicros, long welcomeMicros) {
    return new ClockSample(helloMicros, timeMicros, timeMicros, welcomeMicros);
  }

  /**
   * False if no exchange between two running clocks can give these times: the router answered
   * before it received, the answer came before the request was sent or took less time than the
   * router kept it, or a time is beyond any clock. Such a sample has to be discarded.
   */
  public boolean isPlausible() {
    return isTime(t1Micros)
        && isTime(t2Micros)
        && isTime(t3Micros)
        && isTime(t4Micros)
        && t3Micros >= t2Micros
        && roundTripMicros() >= 0;
  }

  /** Time on the way, there and back. Not negative if the sample is plausible. */
  public long roundTripMicros() {
    return (t4Micros - t1Micros) - (t3Micros - t2Micros);
  }

  /**
   * What has to be added to the client's clock to get the router's, if both ways took the same
   * time; off by at most half the round trip if not. Half microseconds go towards zero.
   */
  public long offsetMicros() {
    return ((t2Micros - t1Micros) + (t3Micros - t4Micros)) / 2;
  }

  private static boolean isTime(long micros) {
    return -MAX_TIME <= micros && micros <= MAX_TIME;
  }
}
