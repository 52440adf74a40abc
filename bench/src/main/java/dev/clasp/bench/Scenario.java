package dev.clasp.bench;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be measured (docs/performance.md). */
public enum Scenario {
  CODEC("codec", "encode and decode five message shapes, one thread, bytes allocated", false),
  SET_ACK("set-ack", "one SET at a time: time until its ACK", true),
  SET_ACK_PIPELINED(
      "set-ack-pipelined", "256 SETs on their way: acknowledged SETs per second", true),
  HOP("hop", "one message at a time from a publisher through the router to a subscriber", true),
  HOP_OPEN("hop-open", "the same at a fixed rate, measured from the intended time", true),
  FANOUT(
      "fanout",
      "one publisher, 1 to 1000 subscribers: deliveries per second, time until the last has it",
      true),
  WILDCARD("wildcard", "a message with 0 to 10,000 subscriptions around that do not match", false),
  THROUGHPUT("throughput", "highest rate with less than 0.01 % loss", true),
  CHURN(
      "churn",
      "connect, HELLO, disconnect, beside 0 and 1000 idle sessions, and 1000 that say nothing",
      false),
  LATE_JOIN(
      "late-join", "10 to 100,000 parameters until a joiner has them all; the writers", false),
  MEMORY("memory", "bytes for a connection, a subscription, a value; needs the process", false),
  IDLE("idle", "10,000 connections that do nothing: bytes for each; needs the process", false),
  SLOW_CONSUMER("slow-consumer", "one subscriber stops reading: the others, and its values", false),
  GESTURE("gesture", "how many moves of a finger the router passes on", false),
  CLIENT(
      "client",
      "one Java client: fired SETs and samples in blocks per second, and what a bare loop does",
      false),
  OSC(
      "osc",
      "an OSC fader through the router and back; a flood of OSC; needs the router's OSC port",
      false),
  LIGHTS(
      "lights",
      "64 universes of Art-Net at 44 Hz in and out: loss, jitter; with --embedded only",
      false);

  private final String key;
  private final String description;
  private final boolean comparable;

  Scenario(String key, String description, boolean comparable) {
    this.key = key;
    this.description = description;
    this.comparable = comparable;
  }

  /** As users write it. */
  public String key() {
    return key;
  }

  /** One line for a help text. */
  public String description() {
    return description;
  }

  /** A bare Netty server can do it too, and so it can be compared. */
  public boolean comparable() {
    return comparable;
  }

  /** Everything but {@link #CODEC} measures a server. */
  public boolean needsTarget() {
    return this != CODEC;
  }

  public static Optional<Scenario> ofKey(String key) {
    return Arrays.stream(values()).filter(scenario -> scenario.key.equals(key)).findFirst();
  }

  /** All keys, for an error message or a completion. */
  public static String keys() {
    return Arrays.stream(values()).map(Scenario::key).collect(Collectors.joining(", "));
  }
}
