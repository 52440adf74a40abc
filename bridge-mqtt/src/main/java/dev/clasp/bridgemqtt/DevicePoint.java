package dev.clasp.bridgemqtt;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.MqttPayload;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One thing of a device that was found: a switch, a reading, a button.
 *
 * @param path its address in the bridge's world
 * @param stateTopic where it says what it is
 * @param commandTopic where it is told what to be
 * @param commandKey in the JSON of a command; empty: the payload is the value itself
 * @param commandTemplate with {@code {{ value }}} in it; empty for none
 * @param words for yes and no
 */
record DevicePoint(
    String path,
    Kind kind,
    Optional<String> stateTopic,
    ValueTemplate template,
    Optional<String> commandTopic,
    String commandKey,
    String commandTemplate,
    Words words,
    Optional<String> unit,
    Optional<Range> range,
    String name,
    int qos,
    boolean retain) {

  /**
   * @param stateOn what it says when it is on
   * @param on what it is told to be on, or to be triggered
   */
  record Words(String stateOn, String stateOff, String on, String off) {}

  enum Kind {
    SWITCH,
    NUMBER,
    TEXT,
    /** Whatever comes. */
    ANY,
    /** An event towards the device. */
    TRIGGER
  }

  private static final Pattern VALUE = Pattern.compile("\\{\\{\\s*value\\s*\\}\\}");

  /** What a message of the state topic says of it; empty for nothing. */
  Optional<Value> value(byte[] payload) {
    Value whole = MqttPayload.value(payload);
    return template
        .value(whole)
        .map(value ->
            switch (kind) {
              case SWITCH -> said(value);
              case NUMBER ->
                  value instanceof Value.Text(String text)
                      ? PayloadFormat.NUMBER
                          .value(text.getBytes(StandardCharsets.UTF_8))
                          .orElse(value)
                      : value;
              case TEXT ->
                  value instanceof Value.Text
                      ? value
                      : Value.of(new String(MqttPayload.bytes(value), StandardCharsets.UTF_8));
              case ANY, TRIGGER -> value;
            });
  }

  private Value said(Value value) {
    if (value instanceof Value.Bool) {
      return value;
    }
    String text = new String(MqttPayload.bytes(value), StandardCharsets.UTF_8);
    return text.equals(words.stateOn())
        ? Value.TRUE
        : text.equals(words.stateOff()) ? Value.FALSE : value;
  }

  /** Whether a signal tells it something: one whose value is taken away wants nothing of it. */
  boolean takes(MappedSignal signal) {
    return kind == Kind.TRIGGER || !signal.value().equals(Value.NULL);
  }

  /** The command that makes it so; empty if it takes none. */
  Optional<Letter> command(MappedSignal signal) {
    if (commandTopic.isEmpty()) {
      return Optional.empty();
    }
    Value value = signal.value();
    String said =
        switch (kind) {
          case SWITCH -> truth(value) ? words.on() : words.off();
          case TRIGGER -> words.on();
          case NUMBER, TEXT, ANY -> "";
        };
    Value word = kind == Kind.SWITCH || kind == Kind.TRIGGER ? Value.of(said) : value;
    byte[] payload =
        !commandKey.isEmpty()
            ? JsonValues.text(Value.of(Map.of(commandKey, word))).getBytes(StandardCharsets.UTF_8)
            : !commandTemplate.isEmpty()
                ? filled(word).getBytes(StandardCharsets.UTF_8)
                : MqttPayload.bytes(word);
    return Optional.of(new Letter(commandTopic.get(), payload, qos, retain, kind != Kind.TRIGGER));
  }

  private String filled(Value word) {
    String text = new String(MqttPayload.bytes(word), StandardCharsets.UTF_8);
    return VALUE
        .matcher(commandTemplate)
        .replaceAll(java.util.regex.Matcher.quoteReplacement(text));
  }

  private boolean truth(Value value) {
    return switch (value) {
      case Value.Bool(boolean bool) -> bool;
      case Value.Int(long number) -> number != 0;
      case Value.Float(double number) -> number != 0;
      case Value.Text(String text) ->
          text.equals(words.on()) || text.equals("true") || text.equals("on");
      case Value.Null _, Value.Bytes _, Value.Array _, Value.Map _ -> false;
    };
  }

  /** Whether a template of a command is one that can be filled here. */
  static boolean fillable(String template) {
    String rest = VALUE.matcher(template).replaceAll("");
    return !rest.contains("{{") && !rest.contains("{%");
  }

  SignalDefinition definition() {
    String datatype =
        switch (kind) {
          case SWITCH -> "bool";
          case NUMBER -> "float";
          case TEXT -> "string";
          case ANY, TRIGGER -> "any";
        };
    String access = commandTopic.isEmpty() ? "r" : stateTopic.isEmpty() ? "w" : "rw";
    return new SignalDefinition(
        path,
        kind == Kind.TRIGGER ? SignalType.EVENT : SignalType.PARAM,
        Optional.of(datatype),
        Optional.of(access),
        Optional.of(new SignalMeta(unit, range, Optional.empty(), Optional.of(name))));
  }
}
