package dev.clasp.adaptermqtt;

/** Version of the protocol, as CONNECT says it. */
enum Level {
  V3_1(3, "MQIsdp"),
  V3_1_1(4, "MQTT"),
  V5(5, "MQTT");

  final int number;
  final String protocolName;

  Level(int number, String protocolName) {
    this.number = number;
    this.protocolName = protocolName;
  }
}
