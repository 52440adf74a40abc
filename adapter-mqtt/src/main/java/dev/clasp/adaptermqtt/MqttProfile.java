package dev.clasp.adaptermqtt;

/** What a publication is in the router (bridges.md 12.6). */
public enum MqttProfile {
  /**
   * By the standard: with RETAIN it is the value of a parameter, without it is an event, which
   * nobody sees who comes later. Publishers hear their own publications if they subscribe to them.
   */
  STANDARD,
  /**
   * As the reference has it: every publication is the value of a parameter, and publishers do not
   * hear their own.
   */
  COMPAT
}
