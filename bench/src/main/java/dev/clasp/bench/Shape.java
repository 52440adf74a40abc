package dev.clasp.bench;

import dev.clasp.protocol.GesturePhase;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.Message.Content;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The messages that codecs are measured with: those of the reference's own benchmarks. */
enum Shape {
  /** A fader: SET of a float, 31 bytes. */
  SET_FLOAT,
  /** PUBLISH of an event with a text. */
  EVENT,
  /** PUBLISH of a stream sample with a timestamp. */
  STREAM,
  /** BUNDLE of three SETs. */
  BUNDLE_3,
  /** SET of an array of 512 floats: a DMX universe. */
  ARRAY_512;

  /** As in tables. */
  String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Message message() {
    return switch (this) {
      case SET_FLOAT -> set("/lights/1/value", Value.of(0.8125));
      case EVENT -> publish(SignalType.EVENT, "/cue/fire", Value.of("intro"), OptionalLong.empty());
      case STREAM ->
          publish(
              SignalType.STREAM,
              "/sensor/accel/x",
              Value.of(-0.4375),
              OptionalLong.of(1_700_000_000_000_000L));
      case BUNDLE_3 ->
          new Message.Bundle(
              List.of(
                  set("/lights/1/red", Value.of(0.25)),
                  set("/lights/1/green", Value.of(0.5)),
                  set("/lights/1/blue", Value.of(0.75))),
              OptionalLong.empty());
      case ARRAY_512 -> {
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < 512; i++) {
          values.add(Value.of(i / 512.0));
        }
        yield set("/dmx/universe/1", Value.of(values));
      }
    };
  }

  private static Message set(String address, Value value) {
    return new Message.SetValue(
        address, value, OptionalLong.empty(), false, false, Optional.empty());
  }

  private static Message publish(
      SignalType signal, String address, Value value, OptionalLong timestamp) {
    return new Message.Publish(
        address,
        signal,
        GesturePhase.START,
        Content.of(value),
        timestamp,
        OptionalInt.empty(),
        OptionalInt.empty());
  }
}
